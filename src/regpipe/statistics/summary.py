"""Two run tables -> how far each number spreads, and how the arms compare."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from regpipe.spec import Published, Statistics
from regpipe.statistics.paired import compare

METRICS = {"accuracy": True, "loss": False}  # metric -> is a higher one better?
ROUNDING = 0.0005  # published numbers have three decimals


def compare_runs(
    baseline: pd.DataFrame, technique: pd.DataFrame, statistics: Statistics
) -> pd.DataFrame:
    """Compare two run tables, repeat by repeat, on test rows.

    Args:
        baseline: a row per fit, with protocol, repeat, test_accuracy, test_loss.
        technique: the same of the other arm, with the same protocols and repeats.
        statistics: confidence, and the smallest difference of interest per metric.

    Returns:
        A row per protocol and metric: pairs, mean (technique minus baseline), ci_low, ci_high,
        p_better, verdict, repeats_needed.
    """
    pairs = baseline.merge(technique, on=["protocol", "repeat"], suffixes=("_b", "_t"))
    rows = []
    for protocol, part in pairs.groupby("protocol", sort=True):
        for metric, higher_is_better in METRICS.items():
            comparison = compare(
                part[f"test_{metric}_b"].to_numpy(),
                part[f"test_{metric}_t"].to_numpy(),
                higher_is_better=higher_is_better,
                smallest_difference=statistics.smallest_difference[metric],
                confidence=statistics.confidence,
            )
            rows.append({"protocol": protocol, "metric": metric, **asdict(comparison)})
    return pd.DataFrame(rows).astype({"repeats_needed": "Int64"})


def spread(runs: pd.DataFrame, metric: str) -> dict[str, dict[str, float]]:
    """Return mean, sd, min and max of a metric over the repeats, for train and for test.

    The standard deviation is that of a sample (n - 1), and 0 for a single repeat.
    """
    return {
        side: {
            "mean": float(np.mean(values)),
            "sd": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "min": float(np.min(values)),
            "max": float(np.max(values)),
        }
        for side in ("train", "test")
        for values in [runs[f"{side}_{metric}"].to_numpy(float)]
    }


def is_reproduced(spread: dict[str, Any], published: Published) -> bool:
    """Whether every published number lies within what the repeats ranged over, but for rounding."""
    numbers = {"train": published.train, "test": published.test}
    return all(
        spread[side]["min"] - ROUNDING <= number <= spread[side]["max"] + ROUNDING
        for side, number in numbers.items()
        if number is not None
    )
