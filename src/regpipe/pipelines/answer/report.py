"""How an answer is shown: one picture, the model as code, and a page."""

from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import as_yaml
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.candidates.references import load
from regpipe.language import Protocol
from regpipe.pipelines.answer.networks import mixtures_of
from regpipe.pipelines.answer.whole import Prepared, prepare, whole_repeat
from regpipe.pipelines.fits import Repeat, splits_of
from regpipe.plots.style import Figure
from regpipe.report.views.answer import finding
from regpipe.report.views.answer_rows import labels
from regpipe.statistics.diagnosis import Diagnosis
from regpipe.statistics.examined import Examined
from regpipe.statistics.summary import mean_of_runs
from regpipe.statistics.winners import WHOLE, WINNER, ModelAnswer, Side, sides_of, won

NETWORK = "network"


def plot_answer(answer: ModelAnswer) -> Figure:
    """Show which model is the best, and what regularizers are worth."""
    return plots.answer(answer, labels(answer), finding(answer))


def write_code(
    table: pd.DataFrame, space: MixtureSpace, answer: ModelAnswer, protocol: Protocol
) -> str:
    """Return plain code that makes the model to use."""
    prepared = prepare(table, space.base.problem_block, space.base.problem)
    return code_of(answer.side, answer, space, prepared, whole_repeat(prepared, protocol))


def code_of(
    side: Side, answer: ModelAnswer, space: MixtureSpace, prepared: Prepared, repeat: Repeat
) -> str:
    """Return plain code that makes the model of a side as it is trained on all rows."""
    from regpipe.report.model_code import estimator_code, network_code  # slow to import

    if side == NETWORK:
        mixture, seeds = answer.network.mixture, answer.network.seeds
        rows = mixtures_of(space, prepared.rows).candidate(mixture).sees(repeat.rows)
        return network_code(space.alone(mixture, NETWORK), rows.x_train.shape[1:], seeds)
    other = answer.other
    (peer,) = load({other.model: other.block.model_dump()})
    return estimator_code(peer, other.setting, repeat.seed)


def report(
    answer: ModelAnswer,
    diagnosis: Diagnosis,
    examined: Examined,
    space: MixtureSpace,
    networks: pd.DataFrame,
    others: pd.DataFrame,
    **shown: Any,
) -> str:
    """Show it all on one page.

    `shown` are its code, the origin of the page, and pictures named as in `AnswerStory`.
    """
    from regpipe.report.page import AnswerStory, render_answer

    problem = space.base.problem_block
    fresh = networks[(networks["variant"] == WINNER) & (networks["protocol"] != WHOLE)]
    splits = splits_of(problem, fresh)
    tried = others[others["protocol"] != WHOLE].drop(index=won(others).index, errors="ignore")
    models = {
        str(model): mean_of_runs(runs, answer.metric, answer.confidence, splits)
        for model, runs in tried.groupby("model", sort=False)
    }
    story = AnswerStory(
        answer=answer,
        diagnosis=diagnosis,
        examined=examined,
        parts=space.parts,
        networks=networks,
        others=others,
        sides=sides_of(networks, others, problem),
        models=models,
        block=_regularizers(space, answer),
        code=shown.pop("code"),
        origin=shown.pop("origin"),
        pictures=shown,
    )
    return render_answer(story)


def _regularizers(space: MixtureSpace, answer: ModelAnswer) -> str:
    """Return those of the best network as a block of YAML; "" where it has none."""
    mixture = answer.network.mixture
    if not mixture.keys() & space.recipes.keys():
        return ""
    title = f"Regularizers of the best network of {answer.title}"
    return as_yaml(f"{answer.problem}_best", space.technique(mixture, title))
