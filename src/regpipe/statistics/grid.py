"""The run table of a grid -> what each value gives, and what choosing among them gives.

To pick the value that scores best on the test rows, and to report that score, is too optimistic:
luck picks, too. So a value is chosen, in each repeat, by the metric on validation rows
that its network was not trained on (of equals, by the loss there); trained anew on all rows, it is
scored on the test rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.language import GridPublished, Statistics
from regpipe.language.metrics import METRICS, MetricName
from regpipe.language.tasks import Task
from regpipe.statistics.intervals import mean_interval
from regpipe.statistics.overlap import INDEPENDENT, ONE_SAMPLE, Splits, units_of
from regpipe.statistics.summary import Mean, mean_of_runs
from regpipe.strict import Strict

REPEAT = ["protocol", "repeat"]
TIE = 1e-6  # what any loss counts beside the metric, at most


class Chosen(Strict):
    """What choosing a value gives on the test rows, in each repeat.

    `honest`: the value chosen on validation rows. `optimistic`: what the value that is best on the
    test rows themselves would have claimed. `baseline`: without the technique. All three are means
    over the `compared` repeats, in which every value was trained on all rows. `chosen`: each value
    by its paths, and in how many of the `repeats` it was, the most frequent first, of equals the
    lowest; none where there are no paths.
    """

    repeats: int
    compared: int
    baseline: Mean
    honest: Mean
    optimistic: Mean
    chosen: list[dict[str, int | float]]

    @property
    def means(self) -> dict[str, float]:
        """The means and the ends of their intervals, such as `honest` and `honest_ci_low`."""
        return {
            f"{kind}{'' if key == 'mean' else f'_{key}'}": number
            for kind, numbers in self
            if isinstance(numbers, Mean)
            for key, number in numbers
        }


class Choice(Strict):
    """The `choice.json` of a grid, or of a recipe's values, which are tried on `fresh` alone.

    `planned` is how many repeats a recipe would have had, had it not been given up.
    """

    technique: str
    title: str
    problem: str
    metric: MetricName
    leak: bool = False
    paths: list[str]
    confidence: float
    pruned: int = 0
    values: list[float] = []
    planned: int | None = None
    fixed: Chosen | None = None
    fresh: Chosen


def best_point(runs: pd.DataFrame, paths: Sequence[str], task: Task) -> tuple[float, ...]:
    """Return the point that is best on validation rows, on average over the fresh repeats."""
    fresh = runs[runs["protocol"] == "fresh"]
    # A value without some of its scores isn't as good as those that have them all.
    points = fresh.groupby(list(paths))[_criteria(task)]
    means = points.mean().where(points.count().eq(points.size(), axis=0))
    return _point(_best_first(means, task).index[0])


def choose(runs: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Return the run of each repeat that is best on validation rows."""
    return _best_first(runs, task).drop_duplicates(REPEAT).sort_values(REPEAT)


def merit(metric: Any, loss: Any, task: Task) -> Any:
    """Return what is to be as large as possible: the metric, and of equals the lower loss.

    Of numbers, or of arrays of them.
    """
    return metric * (1 if task.scores[task.metric] else -1) - TIE * loss / (1 + abs(loss))


def all_trained(runs: pd.DataFrame, paths: Sequence[str]) -> pd.DataFrame:
    """Return the runs of the repeats in which every value was trained on all rows."""
    trained = runs[runs["outcome"].notna()]
    values = len(runs[list(paths)].drop_duplicates()) if paths else 1
    return trained[trained.groupby(REPEAT)["outcome"].transform("size") == values]


def _criteria(task: Task) -> list[str]:
    return [f"validation_{task.metric}", "validation_loss"]


def _best_first(numbers: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Sort by the merit; what isn't a number comes last."""
    metric, loss = (numbers[name].to_numpy(float) for name in _criteria(task))
    return numbers.iloc[np.argsort(-merit(metric, loss, task), kind="stable")]


def tabulate(
    runs: pd.DataFrame,
    paths: Sequence[str],
    task: Task,
    statistics: Statistics,
    published: GridPublished | None,
    splits: Splits = INDEPENDENT,
) -> pd.DataFrame:
    """Return a row per protocol and point, of the repeats in which every one was trained.

    Columns: protocol, step (`coarse` or `finer`), the paths, repeats, for train and test of the
    task's metric mean, sd, ci_low, ci_high (NaN on the fixed draw, and of few repeats), low and
    high (of all repeats) and what was published, and chosen: in how many repeats validation rows
    chose the point.
    """
    keys = ["protocol", "step", *paths]
    chosen = choose(runs, task).groupby(keys).size()
    rows = []
    for key, part in all_trained(runs, paths).groupby(keys, sort=False):
        shared = splits if key[0] == "fresh" else ONE_SAMPLE
        row: dict[str, object] = dict(zip(keys, key, strict=True)) | {"repeats": len(part)}
        for side in ("train", "test"):
            values = part[f"{side}_{task.metric}"].to_numpy(float)
            by_unit = units_of(part, f"{side}_{task.metric}")
            overlap = shared.overlap(values, by_unit)
            mean, low, high = mean_interval(values, statistics.confidence, overlap)
            low, high = METRICS[task.metric].between(low, high)
            row |= {f"{side}_mean": mean, f"{side}_sd": float(values.std(ddof=1))}
            row |= {f"{side}_ci_low": low, f"{side}_ci_high": high}
            row |= {f"{side}_low": float(values.min()), f"{side}_high": float(values.max())}
        rows.append(row | {"chosen": int(chosen.get(key, 0))})
    table = pd.DataFrame(rows)
    claimed = (table["step"] == "coarse") & (table["protocol"] == "fixed")
    for side in ("train", "test"):
        table[f"published_{side}"] = np.nan
        if published:
            table.loc[claimed, f"published_{side}"] = getattr(published, side)
    return table


def choice(
    runs: pd.DataFrame,
    baseline: pd.DataFrame,
    paths: Sequence[str],
    task: Task,
    statistics: Statistics,
    splits: Splits = INDEPENDENT,
) -> dict[str, Chosen]:
    """Return, for each protocol, what choosing a value gives on the test rows."""
    column = f"test_{task.metric}"
    chosen = {}
    for protocol, part in runs.groupby("protocol"):
        shared = splits if protocol == "fresh" else ONE_SAMPLE
        honest, trained = choose(part, task), all_trained(part, paths)
        times = honest.groupby(list(paths)).size() if paths else pd.Series(dtype=int)
        bare = baseline[baseline["protocol"] == protocol]
        best_first = trained.sort_values(column, ascending=not task.scores[task.metric])
        tables = (of[of["repeat"].isin(trained["repeat"])] for of in (bare, honest))
        means = [
            mean_of_runs(table, task.metric, statistics.confidence, shared)
            for table in (*tables, best_first.drop_duplicates("repeat"))
        ]
        chosen[str(protocol)] = Chosen(
            repeats=len(honest),
            compared=trained["repeat"].nunique(),
            baseline=means[0],
            honest=means[1],
            optimistic=means[2],
            chosen=[
                {**dict(zip(paths, _point(point), strict=True)), "times": int(n)}
                for point, n in times.sort_values(ascending=False, kind="stable").items()
            ],
        )
    return chosen


def _point(key: Any) -> tuple[float, ...]:
    """Return the values of a group, which pandas gives alone where there is but one."""
    return tuple(float(value) for value in (key if isinstance(key, tuple) else (key,)))
