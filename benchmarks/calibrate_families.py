"""Are many techniques, of which some or none do anything, told apart as often as promised?

    python benchmarks/calibrate_families.py

All techniques of a family share a baseline, so their differences are correlated. Prints, as a table
in Markdown, how often anything is said of a technique that does nothing (at most 5% is promised),
jointly (`regpipe.statistics.joint`) and by Holm's correction; how many of those that do something
are found; and how often the largest gain lies in its interval, the joint one and its own.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from calibrate_splits import FEATURES, Table, draw_classes, ridge
from threadpoolctl import threadpool_limits

from regpipe.statistics.difference import mean_difference
from regpipe.statistics.joint import jointly
from regpipe.statistics.overlap import Splits

FAMILIES, DRAWS, ALPHA, SMALLEST = 1000, 2000, 0.05, 0.01
ROWS, TRAINED_ON = 300, 210  # of a table that is split
Rows = np.ndarray  # their places in it


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return noise of mean 0 and standard deviation 1."""
    return rng.normal(size=shape)


def exponential(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return such noise that is skewed."""
    return rng.exponential(size=shape) - 1


@dataclass(frozen=True)
class Case:
    """A kind of family.

    Attributes:
        repeats: of each technique; of every other one half of them, where `uneven`.
        correlation: of two techniques' differences.
        gain: of every fifth technique, in standard deviations of the differences.
        noise: by which differences vary.
        splits: where repeats are splits of one table, whether baseline and techniques are the same
            network under other seeds, or made-up scores, to which rows trained on add as much as
            rows tested on; else None.
    """

    name: str
    techniques: int
    repeats: int
    correlation: float
    gain: float = 0.0
    uneven: bool = False
    splits: Literal["networks", "planted"] | None = None
    noise: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray] = normal


def draw(case: Case, rng: np.random.Generator) -> tuple[list[np.ndarray], list[float]]:
    """Return the differences of each technique, repeat by repeat, and how much they overlap."""
    if case.splits:
        return _split(case, rng)
    values = _correlated(case, rng, case.repeats)
    few = [case.repeats // (1 + case.uneven * (k % 2)) for k in range(case.techniques)]
    return [row[:n] for row, n in zip(values, few, strict=True)], [0.0] * case.techniques


def _correlated(case: Case, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return noise of shape (techniques, n)."""
    shared, own = case.noise(rng, (1, n)), case.noise(rng, (case.techniques, n))
    return np.sqrt(case.correlation) * shared + np.sqrt(1 - case.correlation) * own


def _split(case: Case, rng: np.random.Generator) -> tuple[list[np.ndarray], list[float]]:
    tested_on, trained_on = (_correlated(case, rng, ROWS) for _ in range(2))
    table = draw_classes(ROWS, rng)
    by_row = np.full((case.techniques, case.repeats, ROWS), np.nan)
    for k in range(case.repeats):
        order = rng.permutation(ROWS)
        train, test = order[:TRAINED_ON], order[TRAINED_ON:]
        if case.splits == "networks":
            scores = [network(rng, table, train, test) for _ in range(case.techniques + 1)]
            by_row[:, k, test] = np.array(scores[1:]) - scores[0]
        else:
            fit = trained_on[:, train].mean(axis=1, keepdims=True)
            by_row[:, k, test] = tested_on[:, test] + fit + _correlated(case, rng, len(test))
    values, splits = np.nanmean(by_row, axis=2), Splits(TRAINED_ON, ROWS - TRAINED_ON)
    overlaps = [splits.overlap(*pair) for pair in zip(values, by_row, strict=True)]
    return list(values), overlaps


def network(rng: np.random.Generator, table: Table, train: Rows, test: Rows) -> np.ndarray:
    """Return whether each test row is told by least squares on 50 random hidden units."""
    x, y = table
    weights, bias = rng.normal(size=(FEATURES, 50)) / np.sqrt(FEATURES), rng.normal(size=50)
    hidden = np.maximum(x @ weights + bias, 0)
    told = ridge(hidden[train], 2 * y[train] - 1, 1.0, hidden[test]) > 0
    return (told == y[test]).astype(float)


def try_one(case: Case, seed: int) -> list[float]:
    """Return, of one family, what the table's columns are means of."""
    differences, overlaps = draw(case, np.random.default_rng(seed))
    useful = (np.arange(case.techniques) % 5 == 0) & (case.gain != 0)
    truths = case.gain * useful
    moved = [row + truth for row, truth in zip(differences, truths, strict=True)]
    pairs = list(zip(moved, overlaps, strict=True))
    found = [mean_difference(row, SMALLEST, 1 - ALPHA, overlap) for row, overlap in pairs]
    p_values = np.array([one.p_value for one in found])
    p_joint, each = jointly(p_values, moved, 1 - ALPHA, DRAWS)
    first = int(np.argmax([one.mean for one in found]))
    row, overlap = pairs[first]
    wide, own = mean_difference(row, SMALLEST, each, overlap), found[first]
    told = [p < ALPHA for p in (p_joint, holm(p_values))]
    wrong = [p_values[~useful] < ALPHA, *(one[~useful].any() for one in told)]
    power = [float(one[useful].mean()) if useful.any() else np.nan for one in told]
    held = [one.low <= truths[first] <= one.high for one in (wide, own)]
    return [*map(np.mean, wrong), *power, *held, (wide.high - wide.low) / (own.high - own.low)]


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return p values adjusted for their number."""
    order = np.argsort(p_values)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    return adjusted


def cases() -> list[Case]:
    """Return the rows of the table."""
    plain = [
        Case("new draws", techniques, n, r)
        for techniques, n in ((18, 20), (18, 30), (30, 20), (30, 30))
        for r in (0.3, 0.5)
    ]
    hard = Case("", 30, 20, 0.5)
    return [
        *plain,
        replace(hard, name="few repeats", repeats=5),
        replace(hard, name="few repeats", repeats=10),
        replace(hard, name="half as many of every other", uneven=True),
        replace(hard, name="skewed (exponential)", noise=exponential),
        Case("splits, networks that differ by seeds", 18, 20, 0.5, splits="networks"),
        Case("splits, networks that differ by seeds", 30, 20, 0.5, splits="networks"),
        Case("splits, rows trained on matter much", 18, 20, 0.5, splits="planted"),
        replace(hard, name="a fifth of them gain 1 sd", correlation=0.3, gain=1.0),
        replace(hard, name="a fifth of them gain 1 sd", gain=1.0),
        replace(hard, name="a fifth of them gain 0.8 sd", repeats=30, correlation=0.8, gain=0.8),
    ]


def main() -> None:
    """Print the table."""
    print(f"{FAMILIES} families a row.\n")
    print(
        "| repeats are | techniques | repeats | correlation | wrong: each | jointly | Holm "
        "| found: jointly | Holm | largest: joint interval holds | its own | wider |"
    )
    print("| --- |" + " ---: |" * 11)
    # Processes are enough: NumPy's own threads would wait for one another.
    with ProcessPoolExecutor(initializer=threadpool_limits, initargs=(1,)) as pool:
        for case in cases():
            seeds = range(FAMILIES)
            rows = list(pool.map(try_one, [case] * FAMILIES, seeds, chunksize=20))
            *shares, wider = np.mean(rows, axis=0)
            told = ["" if np.isnan(share) else f"{share:.1%}" for share in shares]
            numbers = (case.techniques, case.repeats, case.correlation, *told, f"{wider:.2f}")
            print(f"| {case.name} | {' | '.join(map(str, numbers))} |", flush=True)


if __name__ == "__main__":
    main()
