"""Other models beside a network, on the same splits."""

from dataclasses import asdict

import pandas as pd

from regpipe.language import Problem, Statistics
from regpipe.statistics.overlap import Splits
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_pairs, mean_of_runs


def compare_references(
    references: pd.DataFrame,
    baseline: pd.DataFrame,
    problem: Problem,
    statistics: Statistics,
    splits: Splits,
    plan: Plan,
) -> pd.DataFrame:
    """Return a row per model, the best first, and one of the network.

    Args:
        references: model, repeat, data_seed, setting (JSON), `test_<metric>` and that of each row,
            seconds, search_seconds: a row per repeat and model.
        baseline: the run table of the network without a technique.
        problem: by whose metric they are compared.
        statistics: confidence and smallest differences.
        splits: what the repeats share.
        plan: by which they were made.

    Returns:
        model; mean, mean_ci_low, mean_ci_high of the metric on test rows, over so many repeats;
        difference (model minus network) with ci_low and ci_high, p_better, verdict (does it beat
        the network?); setting, the one that was chosen most often, and how many times; seconds, the
        mean of a fit, and search_seconds, the mean of choosing; metric, and guess, what a constant
        guess has. The network has no difference, and nothing was chosen.
    """
    task, confidence = problem.kind, statistics.confidence
    network = baseline[baseline["protocol"] == "fresh"]
    network = network[network["repeat"].isin(references["repeat"])]
    rows = [{"model": "network", **_mean(network, task.metric, confidence, splits)}]
    for model, fits in references.groupby("model", sort=False):
        keys = ["repeat", "data_seed"]
        pairs = network.merge(fits, on=keys, suffixes=("_b", "_t"), validate="one_to_one")
        comparison = compare_pairs(pairs, task.metric, problem, statistics, splits, plan)
        shown = {k: asdict(comparison)[k] for k in ("ci_low", "ci_high", "p_better", "verdict")}
        means = _mean(fits, task.metric, confidence, splits)
        chosen = {**most_frequent(fits["setting"]), "search_seconds": fits["search_seconds"].mean()}
        rows.append({"model": model, **means, "difference": comparison.mean, **shown, **chosen})
    guess = network["guess"].mean(skipna=False)
    table = pd.DataFrame(rows).assign(metric=task.metric, guess=guess)
    ascending = not task.scores[task.metric]
    return table.sort_values("mean", ascending=ascending, ignore_index=True)


def most_frequent(settings: pd.Series) -> dict[str, object]:
    """Return the setting that was chosen most often, the first of several, and how many times."""
    times = settings.value_counts(sort=False)
    return {"setting": times.idxmax(), "times": int(times.max())}


def _mean(fits: pd.DataFrame, metric: str, confidence: float, splits: Splits) -> dict[str, float]:
    mean = mean_of_runs(fits, metric, confidence, splits)
    ends = {"mean_ci_low": mean.ci_low, "mean_ci_high": mean.ci_high}
    seconds = float(fits["seconds"].mean())
    return {"mean": mean.mean, **ends, "repeats": len(fits), "seconds": seconds}
