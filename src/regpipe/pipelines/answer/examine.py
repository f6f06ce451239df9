"""What the models of the better side say of rows they were not trained on, and by which columns.

The model of each repeat is made once more (a network is in the store). What it says of the rows
that chose it tells a temperature; what it says of test rows, how well probabilities hold with it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from typing import Protocol as Form

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.candidates.references import load
from regpipe.engine import progress
from regpipe.language import Answering, Protocol
from regpipe.measures.base_rates import class_weights_of, evened, in_two
from regpipe.pipelines.answer.cuts import rates_at
from regpipe.pipelines.answer.networks import further_ways, mixtures_of
from regpipe.pipelines.answer.whole import prepare, repeats_and_whole
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.mixing import Mixtures
from regpipe.pipelines.search import Candidate, Evaluator
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Part, Rows
from regpipe.seeds import derive
from regpipe.statistics.examined import HELD_OUT, TESTED
from regpipe.statistics.importance import permuted
from regpipe.statistics.winners import WHOLE, WINNER, ModelAnswer, won
from regpipe.tables.preprocessing import features_by_column

if TYPE_CHECKING:
    from regpipe.measures.measure import Measure, Said

PROBABILITY = "p{}"
KEYS = ["protocol", "repeat", "cut"]


def winners_of(
    networks: pd.DataFrame,
    others: pd.DataFrame,
    references: dict[str, Any],
    answer: ModelAnswer,
) -> pd.DataFrame:
    """Return what the better side chose in each repeat, and of all rows.

    Columns: protocol, repeat, cut, and mixture and seeds of a network; of another model, model,
    setting and block (JSON).
    """
    if answer.side == "network":
        return networks.loc[networks["variant"] == WINNER, [*KEYS, "mixture", "seeds"]]
    best = won(others)[[*KEYS, "model", "setting"]]
    return best.assign(block=[json.dumps(references[model]) for model in best["model"]])


def examine(
    samples: pd.DataFrame,
    table: pd.DataFrame,
    trainer: Trainer,
    space: MixtureSpace,
    winners: pd.DataFrame,
    protocol: Protocol,
    answer: Answering,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is said of rows held out and of test rows, and what each column is worth.

    Of classes, a row per row and repeat: protocol, repeat, part (`val`, or `score` of test rows),
    label, and the probability of each class, p0, p1, ...; of numbers there is none. And a row per
    column of the table and repeat: column, repeat, importance (what the metric loses once the
    column is shuffled among the test rows; above 0 where it is of use).
    """
    repeats = repeats_and_whole(samples, table, space.base, protocol, answer.repeats)
    block, name = space.base.problem_block, space.base.problem
    groups = features_by_column(prepare(table, block, name).columns)
    made = mixtures_of(space, repeats[-1].rows)
    rows = {(row["protocol"], row["repeat"]): row for row in _records(winners)}
    progress.expect(len(repeats))

    def of_repeat(repeat: Repeat) -> tuple[list[pd.DataFrame], list[dict[str, Any]]]:
        row = rows[repeat.protocol, repeat.number]
        if "mixture" in row:
            made_on = _networks(made, trainer, repeat, row)
        else:
            made_on = _others(repeat, row, space.base)
        said = [(held, made_on(held), HELD_OUT) for held in further_ways(repeat, answer)]
        worths: list[dict[str, Any]] = []
        if repeat.protocol != WHOLE:
            model = made_on(repeat.rows)
            said.append((repeat.rows, model, TESTED))
            worths = list(_worths(model, repeat, groups, row["cut"]))
        progress.advance(name)
        if not space.base.task.classifies:
            return [], worths
        return [_probabilities(model, on, part, repeat) for on, model, part in said], worths

    found = trainer.in_threads(of_repeat, repeats)
    tables = [table for of_rows, _ in found for table in of_rows]
    told = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["repeat"])
    return told, pd.DataFrame([worth for _, worths in found for worth in worths])


class Model(Form):
    """What is trained, and says something of rows as the problem has them."""

    @property
    def weights(self) -> np.ndarray | None:
        """By which each class was trained; None for none."""

    def says(self, rows: Rows, part: Part) -> "Said":
        """Return what it says of some rows; those trained on are the same as ever."""


@dataclass(frozen=True)
class _Network:
    """A network, or the mean of several, which see their inputs written in their own way."""

    candidate: Candidate
    measure: "Measure"
    weights: np.ndarray | None

    def says(self, rows: Rows, part: Part) -> "Said":
        return self.measure.says(self.candidate.sees(rows), part)


def _networks(
    made: Mixtures, trainer: Trainer, repeat: Repeat, row: dict[str, Any]
) -> Callable[[Rows], Model]:
    """Return what makes the network of a repeat on some of its rows."""
    candidate = made.candidate(json.loads(row["mixture"]))
    evaluator = Evaluator(made.space.base.problem, trainer)

    def made_on(rows: Rows) -> Model:
        seeds = int(row["seeds"])
        progress.expect(seeds)
        measure, _ = evaluator.mean_of(candidate, repeat, candidate.sees(rows), seeds)
        return _Network(candidate, measure, class_weights_of(candidate.arm, rows))

    return made_on


def _others(repeat: Repeat, row: dict[str, Any], base: Arm) -> Callable[[Rows], Model]:
    """Return what makes the other model of a repeat on some of its rows."""
    from regpipe.measures.references import fit_peer

    (peer,) = load({row["model"]: json.loads(row["block"])})
    setting = json.loads(row["setting"])

    def made_on(rows: Rows) -> Model:
        return fit_peer(peer, setting, rows, base.problem_block, repeat.seed)

    return made_on


def _probabilities(model: Model, rows: Rows, part: Part, repeat: Repeat) -> pd.DataFrame:
    """Return the probability of each class that a model says of each row as rows are."""
    said = model.says(rows, part)
    shares = evened(in_two(said.outputs), model.weights)
    table = pd.DataFrame(shares, columns=[PROBABILITY.format(k) for k in range(shares.shape[1])])
    table = table.assign(label=said.y[:, 0].astype(int), part=part)
    return table.assign(protocol=repeat.protocol, repeat=repeat.number)


def _worths(
    model: Model, repeat: Repeat, groups: dict[str, list[int]], cut: float | None
) -> Iterator[dict[str, Any]]:
    """Yield what each column is worth on the test rows."""
    cut = None if pd.isna(cut) else cut

    def score(x: np.ndarray) -> float:
        said = rates_at(model.says(replace(repeat.rows, x_score=x), "score"), cut)
        metric = said.task.metric
        return float(np.mean(said.by_row[metric])) * (1 if said.task.scores[metric] else -1)

    seed = derive(repeat.seed, "permuted")
    found = permuted(score, repeat.rows.x_score, groups, seed, times=1)
    for row in _records(found):
        yield {**row, "repeat": repeat.number}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
