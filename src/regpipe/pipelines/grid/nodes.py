"""From a technique's grid to its run table, its curve and an honest choice."""

from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.as_published import Shipped, grid_departure
from regpipe.candidates.grids import Point, arm_at, finer_points, points
from regpipe.engine import progress
from regpipe.language import PROTOCOLS, Protocol, Statistics, Technique
from regpipe.pipelines.fits import Repeat, measure_of, repeats_of, splits_of
from regpipe.pipelines.search import Candidate, candidate_of
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.rows.arrays import hold_out
from regpipe.rows.draws import draws_of
from regpipe.seeds import derive
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.grid import Choice
from regpipe.statistics.summary import spread


def train_coarse(
    samples: pd.DataFrame,
    trainer: Trainer,
    base: Arm,
    technique: Technique,
    protocol: Protocol,
    *,
    name: str,
) -> pd.DataFrame:
    """Return the run table of every point of the grid as written."""
    tried = points(technique.grid)
    runs = _train(name, technique, base, tried, samples, trainer, protocol)
    return runs.assign(step="coarse")


def train_finer(
    coarse: pd.DataFrame,
    samples: pd.DataFrame,
    trainer: Trainer,
    base: Arm,
    technique: Technique,
    protocol: Protocol,
    *,
    name: str,
) -> pd.DataFrame:
    """Return that run table, and the runs of a finer grid around the best of its points.

    The best is the one that is best on validation rows, on average, not on test rows.
    """
    best = grid_statistics.best_point(coarse, list(technique.grid), technique.judged(base.task))
    tried = finer_points(technique.grid, best)
    if not tried:
        return coarse
    runs = _train(name, technique, base, tried, samples, trainer, protocol)
    return pd.concat([coarse, runs.assign(step="finer")], ignore_index=True)


def tabulate(
    runs: pd.DataFrame,
    base: Arm,
    technique: Technique,
    statistics: Statistics,
    *,
    name: str,
    shipped: Shipped,
) -> pd.DataFrame:
    """Return a row per protocol and point.

    `not_comparable` is what differs from what was published, at the points that it is about.
    """
    table = grid_statistics.tabulate(
        runs,
        list(technique.grid),
        technique.judged(base.task),
        statistics,
        technique.grid_published,
        splits_of(base.problem_block, runs),
    )
    departure = None
    if technique.grid_published:
        stand_in = base.problem_block.stand_in
        departure = stand_in or grid_departure(name, technique, base, shipped)
    claimed = table[["published_train", "published_test"]].notna().any(axis=1)
    return table.assign(not_comparable=claimed.map({True: departure or "", False: ""}))


def choose(
    runs: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    base: Arm,
    technique: Technique,
    statistics: Statistics,
    *,
    name: str,
) -> Choice:
    """Return what choosing a point on validation rows gives, beside what choosing on test would."""
    arm = apply(name, technique, base)
    paths, leak = list(technique.grid), arm.training.leaks
    return choose_values(runs, baseline_runs, arm, paths, statistics, leak=leak)


def choose_values(
    runs: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    arm: Arm,
    paths: list[str],
    statistics: Statistics,
    **further: Any,
) -> Choice:
    """Return what choosing among values at some paths gives an arm; `further` is of `Choice`."""
    splits = splits_of(arm.problem_block, runs)
    further |= grid_statistics.choice(runs, baseline_runs, paths, arm.task, statistics, splits)
    return Choice(
        technique=arm.name,
        title=arm.title,
        problem=arm.problem,
        metric=arm.task.metric,
        paths=paths,
        confidence=statistics.confidence,
        **further,
    )


def plot_grid(
    table: pd.DataFrame, baseline_runs: pd.DataFrame, base: Arm, technique: Technique
) -> Figure:
    """Show the metric over the grid's values."""
    metric = technique.judged(base.task).metric
    draws = draws_of(base.problem_block)
    same = baseline_runs[baseline_runs["repeat"] < table["repeats"].max()]
    without: dict[str, dict[str, float]] = {
        str(protocol): {side: numbers.mean for side, numbers in spread(part, metric).items()}
        for protocol, part in same.groupby("protocol")
    }
    return plots.grid(table, list(technique.grid), technique.title, metric, without, draws)


def _train(
    name: str,
    technique: Technique,
    base: Arm,
    tried: list[Point],
    samples: pd.DataFrame,
    trainer: Trainer,
    protocol: Protocol,
) -> pd.DataFrame:
    """Return the runs of some points, a row per point, protocol and repeat.

    Columns: the paths, protocol, repeat, seeds, numbers of rows and outcome; the scores of the
    first training; those of the second on the rows held out (the loss without penalties); the
    seconds of both.
    """
    candidates = [candidate_of(arm_at(name, technique, base, point), samples) for point in tried]
    sizes = protocol.grid
    repeats = [
        repeat
        for key in PROTOCOLS
        for repeat in repeats_of(base, samples, protocol, key, sizes.repeats)
    ]
    progress.expect(2 * len(tried) * len(repeats))

    def train(point: Point, candidate: Candidate, repeat: Repeat) -> dict[str, Any]:
        held = hold_out(repeat.rows, sizes.validation_split, derive(repeat.seed, "choice"))
        jobs = candidate.job(repeat), candidate.job(repeat, held)
        whole, part = trainer.fits_of(name, jobs)
        validation = measure_of(jobs[1], part).score(held, "val")
        return {
            **dict(zip(technique.grid, point, strict=True)),
            **repeat.row(),
            "outcome": whole.outcome,
            **measure_of(jobs[0], whole).scores(repeat.rows),
            **{f"validation_{score}": value for score, value in validation.items()},
            "seconds": whole.seconds + part.seconds,
        }

    each = [(*one, repeat) for one in zip(tried, candidates, strict=True) for repeat in repeats]
    return pd.DataFrame(trainer.in_threads(lambda fit: train(*fit), each))
