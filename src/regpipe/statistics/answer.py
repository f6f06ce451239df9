"""The answer about a technique, as `summary.json` holds it, and how it is made of two run tables.

What isn't known is NaN, and null in the file.
"""

import math
import os
import platform
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any, Literal, get_args

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language import Problem, Protocol, Published, Statistics, Technique
from regpipe.language.blocks import N_SPLITS, Side
from regpipe.language.metrics import METRICS, Metric, MetricName
from regpipe.provenance.versions import versions
from regpipe.rows.draws import BY_ROWS, IN_TIME, Draws, draws_of
from regpipe.statistics.intervals import FEW_REPEATS
from regpipe.statistics.judging import JUDGED, NOT_CONTRADICTED, reproduction
from regpipe.statistics.paired import Comparison
from regpipe.statistics.plan import Plan
from regpipe.statistics.stopped import unbiased
from regpipe.statistics.summary import (
    Spread,
    pair_runs,
    same_repeats,
    sides_within,
    spread,
    whole,
)
from regpipe.statistics.verdicts import Verdict
from regpipe.strict import Number, Strict

Role = Literal["baseline", "technique"]
ROLES: tuple[Role, ...] = get_args(Role)


class Epochs(Strict):
    """How many epochs the fits of an arm took, or which one's weights they kept."""

    mean: Number
    min: int
    max: int


class BothArms(Strict):
    """What both protocols have: the metric of each arm, and what its fits took.

    `seconds` are those of a fit, on average.
    """

    repeats: int
    diverged: dict[Role, int]
    baseline: dict[Side, Spread]
    technique: dict[Side, Spread]
    epochs: dict[Role, Epochs]
    best_epoch: dict[Role, Epochs]
    seconds: dict[Role, Number]

    def of(self, role: Role) -> dict[Side, Spread]:
        """Return the metric of an arm."""
        return self.baseline if role == "baseline" else self.technique


class Fixed(BothArms):
    """What was published beside many seeds on the published draw.

    `reproduced` is whether they range over all of its scores; None where nothing was published, or
    nothing can be judged. `missed` are the sides that they don't range over, `also_baseline` those
    whose number the baseline ranges over, too. `stand_in` is why the rows aren't those that were
    published, `not_comparable` in what the technique isn't as published.
    """

    published: Published | None
    reproduced: bool | None
    missed: list[Side]
    also_baseline: list[Side]
    stand_in: str | None
    not_comparable: str | None
    baseline_not_comparable: str | None

    def departure(self, role: Role) -> str | None:
        """Return in what an arm isn't as published, None where it is."""
        return self.baseline_not_comparable if role == "baseline" else self.not_comparable


class Fresh(BothArms):
    """The difference on fresh draws, technique minus baseline.

    `by_repeat` is that of the metric in each repeat, in their order; `size` its mean, without what
    stopping early adds to it, see `stopped`; `plan` what the number of repeats comes from; `guess`
    the mean of the metric of a constant guess on the same rows, NaN where it says nothing.
    """

    rows: str
    difference: dict[MetricName, Comparison]
    verdict: Verdict
    repeats_needed: int | None
    by_repeat: list[Number]
    size: Number
    plan: Plan
    guess: Number = math.nan

    @property
    def few(self) -> bool:
        """Whether there are too few repeats to rely on."""
        return self.repeats < FEW_REPEATS

    @property
    def draws(self) -> Draws:
        """What the repeats are called."""
        return BY_ROWS[self.rows]


class Seeds(Strict):
    """The seeds of each repeat."""

    data_seed: list[int]
    fit_seed: list[int]


class Run(Strict):
    """Everything that it was run with: `parameters` are blocks of YAML by their names."""

    parameters: dict[str, Any]
    seeds: dict[str, Seeds]
    versions: dict[str, str]
    machine: dict[str, str | int | None]
    seconds: float

    @cached_property
    def protocol(self) -> Protocol:
        """The block of that name."""
        return Protocol.model_validate(self.parameters["protocol"])

    @cached_property
    def statistics(self) -> Statistics:
        """The block of that name."""
        return Statistics.model_validate(self.parameters["statistics"])

    @property
    def is_screen(self) -> bool:
        """Whether it is one of many techniques that are tried on a problem."""
        return "screen" in self.parameters


class Answer(Strict):
    """What was published, what was reproduced, and what holds on fresh draws.

    `leak` is whether the technique watches rows that score its published number.
    """

    technique: str
    title: str
    problem: str
    metric: MetricName
    leak: bool
    fixed: Fixed
    fresh: Fresh
    run: Run

    @property
    def unit(self) -> Metric:
        """How the metric is written."""
        return METRICS[self.metric]

    @property
    def gain(self) -> Comparison:
        """The difference of the metric on fresh draws."""
        return self.fresh.difference[self.metric]

    @property
    def over_guess(self) -> float:
        """By how much the technique's mean is better than a constant guess; NaN where unknown.

        A penalty that leaves nothing but that guess `helps` a network that is worse than it.
        """
        above = self.fresh.technique["test"].mean - self.fresh.guess
        return above if self.unit.higher_is_better else -above

    @property
    def hardly_beats_guess(self) -> bool:
        """Whether it isn't better than a constant guess by what is of interest."""
        return math.isfinite(self.over_guess) and self.over_guess < self.smallest_difference

    @property
    def smallest_difference(self) -> float:
        """The smallest difference of the metric that is of interest."""
        return self.problem_block.smallest_differences(self.run.statistics)[self.metric]

    @property
    def counted(self) -> str:
        """How many repeats there are, and on how many splits in time, which come again."""
        n, draws = self.fresh.repeats, self.fresh.draws
        if draws is IN_TIME and n > (origins := self.problem_block.split.n_splits or N_SPLITS):
            return f"{n} fits on {origins} {draws.fresh}"
        return f"{n} {draws.fresh}"

    @cached_property
    def problem_block(self) -> Problem:
        """The block of its problem."""
        return Problem.model_validate(self.run.parameters[self.problem])

    @cached_property
    def block(self) -> Technique:
        """Its block."""
        return Technique.model_validate(self.run.parameters[self.technique])


def summarise(
    arm: Arm,
    baseline: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    statistics: Statistics,
    parameters: dict[str, Any],
    departures: Mapping[str, str | None],
    plan: Plan,
) -> Answer:
    """Return the answer.

    Args:
        arm: of the technique.
        baseline: the run table of its problem's baseline.
        runs: its own run table.
        comparison: of the two, a row per protocol and metric.
        statistics: by which they were compared.
        parameters: everything it was run with.
        departures: in what `baseline` and `technique` aren't as published.
        plan: by which fresh repeats were made.
    """
    problem, technique = arm.problem_block, arm.technique_block
    published = technique.published if technique else None
    metric = arm.task.metric
    pairs = pair_runs(baseline, runs)
    baseline = same_repeats(baseline, runs)
    fixed, fresh = (_result(p, metric, baseline, runs) for p in ("fixed", "fresh"))
    of_fresh = pairs[pairs["protocol"] == "fresh"].sort_values("repeat")
    by_repeat = of_fresh[f"test_{metric}_t"] - of_fresh[f"test_{metric}_b"]
    rows = comparison[comparison["protocol"] == "fresh"].to_dict("records")
    difference = {row["metric"]: _difference(row) for row in rows}
    gain = difference[metric]
    assert gain.verdict is not None
    smallest = problem.smallest_differences(statistics)[metric]
    # A recipe of a screen ends by another rule: where it can't win any more.
    by_rule = "screen" not in parameters
    size = unbiased(gain, plan, smallest, statistics.confidence) if by_rule else gain.mean
    return Answer(
        technique=arm.name,
        title=arm.title,
        problem=arm.problem,
        metric=metric,
        leak=arm.training.leaks,
        fixed=_fixed(fixed, problem, published, departures),
        fresh=Fresh(
            **dict(fresh),
            rows=draws_of(problem).rows,
            difference=difference,
            verdict=gain.verdict,
            repeats_needed=gain.repeats_needed,
            by_repeat=by_repeat.tolist(),
            size=size,
            plan=plan,
            guess=float(runs.loc[runs["protocol"] == "fresh", "guess"].mean(skipna=False)),
        ),
        run=Run(
            parameters=parameters,
            seeds=_seeds(runs),
            versions=versions(),
            machine=_machine(),
            seconds=float(baseline["seconds"].sum() + runs["seconds"].sum()),
        ),
    )


def _result(protocol: str, metric: str, baseline: pd.DataFrame, runs: pd.DataFrame) -> BothArms:
    tables: dict[Role, pd.DataFrame] = {"baseline": baseline, "technique": runs}
    arms = {role: table[table["protocol"] == protocol] for role, table in tables.items()}
    return BothArms(
        repeats=len(arms["technique"]),
        diverged={role: int((t["outcome"] == "diverged").sum()) for role, t in arms.items()},
        baseline=spread(arms["baseline"], metric),
        technique=spread(arms["technique"], metric),
        epochs={role: _range(table["epochs"]) for role, table in arms.items()},
        best_epoch={role: _range(table["best_epoch"]) for role, table in arms.items()},
        seconds={role: float(table["seconds"].mean()) for role, table in arms.items()},
    )


def _range(epochs: pd.Series) -> Epochs:
    return Epochs(mean=float(epochs.mean()), min=int(epochs.min()), max=int(epochs.max()))


def _fixed(
    result: BothArms,
    problem: Problem,
    published: Published | None,
    departures: Mapping[str, str | None],
) -> Fixed:
    """Judge what was published, where this run may."""
    departure = departures.get("technique")
    missed: list[Side] = []
    also: list[Side] = []
    reproduced = None
    if published and not problem.stand_in and not departure:
        within = sides_within(result.technique, published)
        missed = [side for side in published.scores if side not in within]
        also = sides_within(result.baseline, published)
        words = {
            reproduction(side in within, result.repeats, None, None) for side in published.scores
        }
        reproduced = words == {NOT_CONTRADICTED} if words <= set(JUDGED) else None
    return Fixed(
        **dict(result),
        published=published,
        reproduced=reproduced,
        missed=missed,
        also_baseline=also,
        stand_in=problem.stand_in,
        not_comparable=departure,
        baseline_not_comparable=departures.get("baseline"),
    )


def _difference(row: Mapping[Any, Any]) -> Comparison:
    """Return what a row of the comparison's table was made of."""
    values = {field.name: row[field.name] for field in fields(Comparison)}
    return Comparison(**values | {"repeats_needed": whole(row["repeats_needed"])})


def _seeds(runs: pd.DataFrame) -> dict[str, Seeds]:
    return {
        str(protocol): Seeds(
            data_seed=part["data_seed"].tolist(), fit_seed=part["fit_seed"].tolist()
        )
        for protocol, part in runs.groupby("protocol")
    }


def _machine() -> dict[str, str | int | None]:
    return {
        "system": platform.platform(terse=True),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
