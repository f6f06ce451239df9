"""From the winners of each split to an answer, its pictures and its page."""

import json
from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.candidates.references import parse_references
from regpipe.language import Answering, Problem, Protocol, Statistics
from regpipe.pipelines.fits import splits_of
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.screen.references import peers_for
from regpipe.plots.style import Figure
from regpipe.report.diagnosis import finding
from regpipe.statistics import diagnosis as diagnosing
from regpipe.statistics.calibration import reliability, tempered
from regpipe.statistics.diagnosis import Diagnosis
from regpipe.statistics.examined import Examined, on_test_rows
from regpipe.statistics.plan import Plan
from regpipe.statistics.winners import (
    WHOLE,
    WINNER,
    ChosenNetwork,
    ChosenOther,
    ModelAnswer,
    better_side,
    compare_sides,
    sides_of,
    won,
    worths_of,
)


def plan_repeats(
    space: MixtureSpace,
    samples: pd.DataFrame,
    looks: Looks,
    references: dict[str, Any],
    protocol: Protocol,
    statistics: Statistics,
    answer: Answering,
) -> Look:
    """Return by which plan it is asked; what other models can't be is told before any training."""
    peers_for(samples, space.base, references)
    asked = {name: part.model_dump(mode="json") for name, part in space.parts.items()}
    sizes = answer.model_dump(exclude={"repeats"})
    by = ([space.base], samples, protocol, statistics, Plan())
    return looks.at(*by, repeats=answer.repeats, name="answer", further=[asked, references, sizes])


def answer(
    networks: pd.DataFrame,
    others: pd.DataFrame,
    space: MixtureSpace,
    look: Look,
    looks: Looks,
    references: dict[str, Any],
    answer: Answering,
) -> ModelAnswer:
    """Return which model to use, and what to expect of it."""
    problem = space.base.problem_block
    winners = networks[networks["variant"] == WINNER]
    fresh, whole = winners[winners["protocol"] != WHOLE], winners[winners["protocol"] == WHOLE]
    splits = splits_of(problem, fresh)
    by = (problem, look.statistics, splits, look.plan)
    compared = compare_sides(networks, others, *by)
    sides = sides_of(networks, others, problem)
    of_each = sides[sides["protocol"] != WHOLE]
    looks.tell(look, [one.verdict for one in compared if one.verdict is not None])
    network = whole.iloc[0]
    other = won(others[others["protocol"] == WHOLE]).iloc[0]
    return ModelAnswer(
        problem=space.base.problem,
        title=problem.title,
        metric=problem.kind.metric,
        standardised="target" in problem.standardise,
        second=str(problem.classes[1]) if problem.classes else None,
        dated=problem.dated,
        confidence=look.statistics.confidence,
        repeats=len(fresh),
        train_rows=int(fresh["train_rows"].iloc[0]),
        rows=int(network["train_rows"]),
        sizes=answer,
        trials=int(winners["trials"].sum()),
        pruned=int(winners["pruned"].sum()),
        side=better_side(sides, problem),
        times=int((of_each["side"] == "network").sum()),
        held_out={side: float(sides[side].mean()) for side in ("network", "other")},
        network=ChosenNetwork(
            mixture=json.loads(network["mixture"]),
            seeds=int(network["seeds"]),
            cut=_number(network["cut"]),
        ),
        other=ChosenOther(
            model=other["model"],
            block=parse_references(references)[other["model"]],
            setting=json.loads(other["setting"]),
            cut=_number(other["cut"]),
        ),
        compared={one.what: one for one in compared},
        worths=worths_of(networks, *by),
    )


def diagnose(fits: pd.DataFrame, problem: Problem, statistics: Statistics) -> Diagnosis:
    """Return what the network is like before anything is changed."""
    return diagnosing.diagnose(fits, problem, statistics, splits_of(problem, fits))


def plot_diagnosis(fits: pd.DataFrame, diagnosis: Diagnosis, answer: ModelAnswer) -> Figure:
    """Show it."""
    said = f"{answer.title}: the network {finding(diagnosis)}"
    return plots.diagnosis(fits, diagnosis, said)


def plot_reliability(predictions: pd.DataFrame, examined: Examined, answer: ModelAnswer) -> Figure:
    """Show how often what is said of test rows is right, as it is said and tempered."""
    assert examined.calibration is not None
    shares, labels = on_test_rows(predictions)
    after = tempered(shares, examined.calibration.temperature)
    said, then = (reliability(one, labels) for one in (shares, after))
    return plots.reliability(said, then, examined.calibration, answer.title)


def plot_columns(examined: Examined, answer: ModelAnswer) -> Figure:
    """Show what the columns of the table are worth."""
    return plots.importance(examined.table, answer.title, answer.metric, "splits")


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
