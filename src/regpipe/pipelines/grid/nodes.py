"""From a technique's grid to its run table, its curve and an honest choice."""

import json

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import apply, baseline
from regpipe.candidates.as_published import Shipped, grid_departure
from regpipe.candidates.grids import Point, arm_at, finer_points, points
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Problem, Protocol, Statistics, Technique
from regpipe.measures.base_rates import base_rates
from regpipe.pipelines.arm.fits import PROTOCOLS, draw_of, splits_of
from regpipe.pipelines.arm.jobs import fit_seed, watched
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.rows.arrays import hold_out, rows_of
from regpipe.rows.draws import draws_of
from regpipe.seeds import derive
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.grid import Choice
from regpipe.statistics.summary import spread


def train_coarse(
    samples: pd.DataFrame,
    trainer: Trainer,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    *,
    name: str,
) -> pd.DataFrame:
    """Return the run table of every point of the grid as written."""
    tried = points(technique.grid)
    runs = _train(samples, trainer, problem, technique, protocol, tried, name)
    return runs.assign(step="coarse")


def train_finer(
    coarse: pd.DataFrame,
    samples: pd.DataFrame,
    trainer: Trainer,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    *,
    name: str,
) -> pd.DataFrame:
    """Return that run table, and the runs of a finer grid around the best of its points.

    The best is the one that is best on validation rows, on average, not on test rows.
    """
    best = grid_statistics.best_point(coarse, list(technique.grid), technique.judged(problem.kind))
    tried = finer_points(technique.grid, best)
    if not tried:
        return coarse
    runs = _train(samples, trainer, problem, technique, protocol, tried, name)
    return pd.concat([coarse, runs.assign(step="finer")], ignore_index=True)


def tabulate(
    runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    statistics: Statistics,
    *,
    name: str,
    shipped: Shipped,
) -> pd.DataFrame:
    """Return a row per protocol and point.

    `not_comparable` says of the points that something was published about what differs from that.
    """
    table = grid_statistics.tabulate(
        runs,
        list(technique.grid),
        technique.judged(problem.kind),
        statistics,
        technique.grid_published,
        splits_of(problem, runs),
    )
    departure = None
    if technique.grid_published:
        departure = problem.stand_in or grid_departure(name, problem, technique, shipped)
    claimed = table[["published_train", "published_test"]].notna().any(axis=1)
    return table.assign(not_comparable=claimed.map({True: departure or "", False: ""}))


def choose(
    runs: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    statistics: Statistics,
    *,
    name: str,
) -> Choice:
    """Return what choosing a point on validation rows gives, beside what choosing on test would."""
    task = technique.judged(problem.kind)
    splits = splits_of(problem, runs)
    arm = apply(name, technique, baseline(technique.problem, problem))
    paths = list(technique.grid)
    found = grid_statistics.choice(runs, baseline_runs, paths, task, statistics, splits)
    return Choice(
        technique=name,
        title=technique.title,
        problem=technique.problem,
        metric=task.metric,
        leak=arm.training.leaks,
        paths=paths,
        confidence=statistics.confidence,
        fixed=found["fixed"],
        fresh=found["fresh"],
    )


def plot_grid(
    table: pd.DataFrame, baseline_runs: pd.DataFrame, problem: Problem, technique: Technique
) -> Figure:
    """Show the metric over the grid's values."""
    metric = technique.judged(problem.kind).metric
    draws = draws_of(problem)
    same = baseline_runs[baseline_runs["repeat"] < table["repeats"].max()]
    without: dict[str, dict[str, float]] = {
        str(protocol): {side: numbers.mean for side, numbers in spread(part, metric).items()}
        for protocol, part in same.groupby("protocol")
    }
    return plots.grid(table, list(technique.grid), technique.title, metric, without, draws)


def _train(
    samples: pd.DataFrame,
    trainer: Trainer,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    tried: list[Point],
    name: str,
) -> pd.DataFrame:
    """Return the runs of some points, a row per point, protocol and repeat.

    Each point is trained twice at each repeat: on all rows, and without those that shall choose.

    Columns: the paths, protocol, repeat, seeds, numbers of rows and outcome; the scores of the
    first training; those of the second on the rows held out (the loss without penalties); the
    seconds of both.
    """
    from regpipe.engine.strengths import without_strengths
    from regpipe.measures.measure import Measure

    base = baseline(technique.problem, problem)
    repeats = {p: min(protocol.grid.repeats, n) for p, n in protocol.at_most.items()}
    keys, jobs = [], []
    for point in tried:
        arm = arm_at(name, technique, base, point)
        architecture = build_network(arm, samples)
        for key in PROTOCOLS:
            draws = rows_of(samples, key, arm)
            for repeat in range(repeats[key]):
                rows, seed = draw_of(draws, repeat), fit_seed(protocol, key, repeat)
                held = hold_out(rows, protocol.grid.validation_split, derive(seed, "choice"))
                keys.append((point, key, repeat, rows, held))
                for trained in (rows, held):
                    jobs.append(Job(arm, architecture, watched(arm, trained, seed), seed))
    progress.expect(len(jobs))
    fits = trainer.fits_of(name, jobs)
    measures: dict[str, Measure] = {}
    runs = []
    for (point, key, repeat, rows, held), job, whole, part in zip(
        keys, jobs[::2], fits[::2], fits[1::2], strict=True
    ):
        alike = json.dumps(without_strengths(job.architecture))
        if alike not in measures:
            measures[alike] = Measure(job.arm, job.architecture)
        measure = measures[alike]
        measure.load(whole.weights, rows.y_train, base_rates(job.arm, job.rows))
        scores = measure.scores(rows)
        measure.load(part.weights, held.y_train, base_rates(job.arm, held))
        chosen_by = measure.score(held, "val")
        runs.append(
            {
                **dict(zip(technique.grid, point, strict=True)),
                "protocol": key,
                "repeat": repeat,
                "data_seed": rows.data_seed,
                "fit_seed": job.seed,
                "train_rows": len(rows.x_train),
                "test_rows": len(rows.x_score),
                "outcome": whole.outcome,
                **scores,
                **{f"validation_{score}": value for score, value in chosen_by.items()},
                "seconds": whole.seconds + part.seconds,
            }
        )
    return pd.DataFrame(runs)
