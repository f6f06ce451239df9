"""What does a screen lose by giving recipes up? Simulated, and printed as a table in Markdown.

    python benchmarks/calibrate_screen.py

Differences are normal with a standard deviation of 1; those of splits of one table share a part, as
much as their overlap says.
"""

import numpy as np
from scipy import stats

from regpipe.language import Screen, Statistics
from regpipe.statistics.futility import FUTILE
from regpipe.statistics.plan import Plan

RECIPES = 40_000  # of each gain
SMALLEST = 0.5
CONFIDENCE = Statistics().confidence
SCREEN = Screen()
ROWS = {"new draws": 0.0, "splits, 70% trained on": 0.3 / 0.7}
GAINS = (-0.5, 0.0, 0.3, 0.6, 1.0, 1.5)


def main() -> None:
    """Print the table."""
    print("| rows | gain, sd | helps | of all 20 | hurts | interval holds | mean repeats |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for rows, overlap in ROWS.items():
        for gain in GAINS:
            helps, full, hurts, holds, n = simulate(gain, overlap)
            shares = " | ".join(f"{share:.1%}" for share in (helps, full, hurts, holds))
            print(f"| {rows} | {gain} | {shares} | {n:.1f} |")


def simulate(gain: float, overlap: float) -> tuple[float, ...]:
    """Return the shares of recipes that help, that would without giving up, that hurt and whose
    interval holds; and their mean number of repeats.
    """
    rng, last = np.random.default_rng(0), SCREEN.at_most
    shared = np.sqrt(overlap) * rng.normal(size=(RECIPES, 1))
    differences = gain + shared + rng.normal(size=(RECIPES, last))
    left = np.ones(RECIPES, bool)
    helps, hurts, holds, repeats = (np.zeros(RECIPES) for _ in range(4))
    for n in SCREEN.analyses_within(last) or ():
        mean, sd = differences[:, :n].mean(axis=1), differences[:, :n].std(axis=1, ddof=1)
        margin = sd * factor(n, overlap)
        worse = (mean < -margin) | ((np.abs(mean) <= margin) & (np.abs(mean) + margin < SMALLEST))
        if n < last:
            spread = sd * np.sqrt(1 / n - 1 / last)
            chance = stats.t.sf((sd * factor(last, overlap) - mean) / spread, n - 1)
            ends = left & (worse | (chance < FUTILE))
        else:
            ends = left
        helps[ends], hurts[ends] = (mean > margin)[ends], (mean < -margin)[ends]
        holds[ends], repeats[ends] = (np.abs(mean - gain) <= margin)[ends], n
        left = left & ~ends
    full = mean > sd * factor(last, overlap)
    return helps.mean(), full.mean(), hurts.mean(), holds.mean(), repeats.mean()


def factor(n: int, overlap: float) -> float:
    """Return half the width of an interval after n repeats, in standard deviations."""
    plan = Plan(SCREEN.analyses_within(SCREEN.at_most)).ended(n)
    at = plan.confidence(n, CONFIDENCE, overlap)
    return float(stats.t.ppf((1 + at) / 2, n - 1) * np.sqrt(1 / n + overlap))


if __name__ == "__main__":
    main()
