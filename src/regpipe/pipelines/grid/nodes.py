"""From a technique's grid to its run table, its curve and an honest choice."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from regpipe import plots, progress
from regpipe.arm import baseline
from regpipe.grids import Point, arm_at, finer_points, points
from regpipe.pipelines.arm.fits import PROTOCOLS, draw_of, overlap_of
from regpipe.pipelines.arm.nodes import build_network, fit_seed, make_loop, watched
from regpipe.problems.samples import hold_out, rows_of
from regpipe.seeds import derive
from regpipe.spec import Engine, Problem, Protocol, Statistics, Technique
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.summary import spread
from regpipe.tasks import TASKS


def train_coarse(
    samples: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    engine: Engine,
    *,
    name: str,
) -> pd.DataFrame:
    """Return the run table of every point of the grid as written."""
    tried = points(technique.grid)
    runs = _train(samples, problem, technique, protocol, engine, tried, name)
    return runs.assign(step="coarse")


def train_finer(
    coarse: pd.DataFrame,
    samples: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    engine: Engine,
    *,
    name: str,
) -> pd.DataFrame:
    """Return that run table, and the runs of a finer grid around the best of its points.

    The best is the one with the lowest mean loss on validation rows, not on test rows.
    """
    best = grid_statistics.best_point(coarse, list(technique.grid))
    tried = finer_points(technique.grid, best)
    if not tried:
        return coarse
    runs = _train(samples, problem, technique, protocol, engine, tried, name)
    return pd.concat([coarse, runs.assign(step="finer")], ignore_index=True)


def tabulate(
    runs: pd.DataFrame, problem: Problem, technique: Technique, statistics: Statistics
) -> pd.DataFrame:
    """Return a row per protocol and point."""
    return grid_statistics.tabulate(
        runs,
        list(technique.grid),
        TASKS[problem.task],
        statistics,
        technique.grid_published,
        overlap_of(problem, runs),
    )


def choose(
    runs: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    statistics: Statistics,
    *,
    name: str,
) -> dict[str, Any]:
    """Return what choosing a point on validation rows gives, beside what choosing on test would."""
    task = TASKS[problem.task]
    overlap = overlap_of(problem, runs)
    return {
        "technique": name,
        "title": technique.title,
        "problem": technique.problem,
        "metric": task.metric,
        "paths": list(technique.grid),
        "confidence": statistics.confidence,
        **grid_statistics.choice(
            runs, baseline_runs, list(technique.grid), task, statistics, overlap
        ),
    }


def plot_grid(
    table: pd.DataFrame, baseline_runs: pd.DataFrame, problem: Problem, technique: Technique
) -> Figure:
    """Show the metric over the grid's values."""
    metric = TASKS[problem.task].metric
    without = {
        str(protocol): {side: numbers["mean"] for side, numbers in spread(part, metric).items()}
        for protocol, part in baseline_runs.groupby("protocol")
    }
    return plots.grid(table, list(technique.grid), technique.title, metric, without)


def _train(
    samples: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    engine: Engine,
    tried: list[Point],
    name: str,
) -> pd.DataFrame:
    """Train each point twice at each repeat: on all rows, and without those that shall choose.

    Columns: the paths, protocol, repeat, seeds, numbers of rows, outcome, the scores of the first
    and the loss of the second on the rows held out, seconds.
    """
    from regpipe.engine.loops import Loops
    from regpipe.measures import Measure

    base = baseline(technique.problem, problem)
    loops = Loops(lambda architecture, arm, rows: make_loop(engine, architecture, arm, rows))
    repeats = {p: min(protocol.grid.repeats, getattr(protocol, p).repeats) for p in PROTOCOLS}
    progress.expect(2 * len(tried) * sum(repeats.values()))
    found = []
    for point in tried:
        arm = arm_at(name, technique, base, point)
        architecture = build_network(arm, samples)
        measure = Measure(arm, architecture)
        for key in PROTOCOLS:
            draws = rows_of(samples, key, arm)
            for repeat in range(repeats[key]):
                rows, seed = draw_of(draws, repeat), fit_seed(protocol, key, repeat)
                fit = loops.fit(arm, architecture, watched(arm, rows, seed), seed)
                progress.advance(name)
                measure.load(fit.weights)
                scores = measure.scores(rows)
                held = hold_out(rows, protocol.grid.validation_split, derive(seed, "choice"))
                choosing = loops.fit(arm, architecture, watched(arm, held, seed), seed)
                progress.advance(name)
                measure.load(choosing.weights)
                found.append(
                    {
                        **dict(zip(technique.grid, point, strict=True)),
                        "protocol": key,
                        "repeat": repeat,
                        "data_seed": rows.data_seed,
                        "fit_seed": seed,
                        "train_rows": len(rows.x_train),
                        "test_rows": len(rows.x_score),
                        "outcome": fit.outcome,
                        **scores,
                        "validation_loss": measure.loss(held.x_val, held.y_val),
                        "seconds": fit.seconds + choosing.seconds,
                    }
                )
    return pd.DataFrame(found)
