"""Do intervals of repeated splits hold? Tables are drawn from populations, so that truth is known.

    python benchmarks/calibrate_splits.py

Each table is split 20 times, two models are compared on each split, and intervals of the mean
difference are held against the mean over all tables. Prints, as a table in Markdown, how often they
hold and how wide they are: by `regpipe.statistics.overlap`, by Nadeau and Bengio's correction, and
by one K-fold cross-validation (P. Bayle et al., "Cross-validation confidence intervals for test
error", 2020).
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

from regpipe.statistics.intervals import margin
from regpipe.statistics.overlap import Splits

TABLES, SPLITS, FEATURES = 500, 20, 10
SIZES = ((569, 40), (200, 80), (300, 210), (100, 90), (442, 309))  # rows, rows trained on
Table = tuple[np.ndarray, np.ndarray]  # features, target
Scores = tuple[np.ndarray, np.ndarray]  # of each row tested on, by one model and by the other
Models = Callable[[np.random.Generator, Table, Table], Scores]


@dataclass(frozen=True)
class Pair:
    """Two models, and the population that tables are drawn from.

    Attributes:
        draw: a table of so many rows.
        scores: trains both on one table, and returns how each row of another one is told.
    """

    draw: Callable[[int, np.random.Generator], Table]
    scores: Models


def draw_classes(rows: int, rng: np.random.Generator) -> Table:
    """Return a table of two classes that overlap, three of its columns telling."""
    y = rng.integers(0, 2, rows)
    x = rng.normal(size=(rows, FEATURES))
    x[:, :3] += (y[:, None] - 0.5) * 1.2
    x[:, 3] *= rng.standard_exponential(rows)
    return x, y


def draw_numbers(noise: Callable[[np.random.Generator, int], np.ndarray]) -> Callable[..., Table]:
    """Return the function that draws a table whose target is a column plus noise."""

    def draw(rows: int, rng: np.random.Generator) -> Table:
        x = rng.normal(size=(rows, FEATURES))
        return x, 0.5 * x[:, 0] + noise(rng, rows)

    return draw


def ridge(x: np.ndarray, y: np.ndarray, penalty: float, rows: np.ndarray) -> np.ndarray:
    """Return what a ridge regression with an intercept predicts of some rows."""
    with_one = np.c_[x, np.ones(len(x))]
    diagonal = penalty * np.eye(with_one.shape[1])
    diagonal[-1, -1] = 0
    weights = np.linalg.solve(with_one.T @ with_one + diagonal, with_one.T @ y)
    return np.c_[rows, np.ones(len(rows))] @ weights


def classifiers(rng: np.random.Generator, train: Table, test: Table) -> Scores:
    """Least squares, with a weak and with a strong penalty."""
    (x, y), (rows, truth) = train, test
    weak, strong = ((ridge(x, 2 * y - 1, p, rows) > 0) == truth for p in (0.1, 100))
    return weak.astype(float), strong.astype(float)


def networks(rng: np.random.Generator, train: Table, test: Table) -> Scores:
    """The same on 50 random hidden units, which are others in each split."""
    (x, y), (rows, truth) = train, test
    weights, bias = rng.normal(size=(FEATURES, 50)) / np.sqrt(FEATURES), rng.normal(size=50)
    hidden, of_rows = (np.maximum(part @ weights + bias, 0) for part in (x, rows))
    weak, strong = ((ridge(hidden, 2 * y - 1, p, of_rows) > 0) == truth for p in (0.01, 3))
    return weak.astype(float), strong.astype(float)


def neighbours(rng: np.random.Generator, train: Table, test: Table) -> Scores:
    """The class of the nearest row, and of most of the nearest 9."""
    (x, y), (rows, truth) = train, test
    nearest = np.argsort(((rows[:, None] - x) ** 2).sum(axis=2), axis=1)
    one, nine = y[nearest[:, 0]] == truth, (y[nearest[:, :9]].mean(axis=1) > 0.5) == truth
    return one.astype(float), nine.astype(float)


def regressions(rng: np.random.Generator, train: Table, test: Table) -> Scores:
    """Minus the squared error of the mean target, and of a linear regression."""
    (x, y), (rows, truth) = train, test
    return -((truth - y.mean()) ** 2), -((truth - ridge(x, y, 1e-6, rows)) ** 2)


PAIRS = {
    "classifiers": Pair(draw_classes, classifiers),
    "networks, new seeds": Pair(draw_classes, networks),
    "1 or 9 neighbours": Pair(draw_classes, neighbours),
    "regression": Pair(draw_numbers(lambda rng, n: rng.normal(size=n)), regressions),
    "regression, t(5) noise": Pair(draw_numbers(lambda rng, n: rng.standard_t(5, n)), regressions),
    "regression, outliers (t(2.5))": Pair(
        draw_numbers(lambda rng, n: rng.standard_t(2.5, n)), regressions
    ),
}


def compare(pair: str, rows: int, train_rows: int, seed: int) -> list[tuple[float, float]]:
    """Return the mean difference and the half width of its interval, by each method."""
    rng, models = np.random.default_rng(seed), PAIRS[pair]
    x, y = models.draw(rows, rng)

    def differences(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        one, other = models.scores(rng, (x[train], y[train]), (x[test], y[test]))
        return other - one

    by_row = np.full((SPLITS, rows), np.nan)
    for split in by_row:
        order = rng.permutation(rows)
        train, test = order[:train_rows], order[train_rows:]
        split[test] = differences(train, test)
    values = np.nanmean(by_row, axis=1)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    splits = Splits(train_rows, rows - train_rows)
    overlaps = splits.overlap(values, by_row), splits.overlap(values)
    found = [(mean, margin(sd, SPLITS, 0.95, overlap)) for overlap in overlaps]
    folds = round(rows / (rows - train_rows))
    if folds < 2:
        return found
    parts = np.array_split(rng.permutation(rows), folds)
    told = [differences(np.setdiff1d(np.arange(rows), part), part) for part in parts]
    spread = np.mean([part.var(ddof=1) for part in told])
    half = stats.norm.ppf(0.975) * np.sqrt(spread / rows)
    return [*found, (float(np.concatenate(told).mean()), float(half))]


def row(pair: str, rows: int, train_rows: int, pool: ProcessPoolExecutor) -> str:
    """Return a row of the table."""
    jobs = ([pair] * TABLES, [rows] * TABLES, [train_rows] * TABLES, range(TABLES))
    found = np.array(list(pool.map(compare, *jobs, chunksize=20)))  # tables, methods, 2
    told = []
    for means, halves in found.transpose(1, 2, 0):
        held = np.mean(np.abs(means - means.mean()) <= halves)
        told += [f"{held:.1%}", f"{halves.mean():.3g}"]
    told += ["", ""] * (3 - found.shape[1])
    needed = f"{1.96 * found[:, 0, 0].std():.3g}"
    return f"| {pair} | {train_rows} of {rows} | {needed} | {' | '.join(told)} |"


def main() -> None:
    """Print the table."""
    print(f"{TABLES} tables a row, {SPLITS} splits of each.\n")
    print("| models | trained on | needed ± | here: holds | ± | N & B | ± | K-fold | ± |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    # Processes are enough: NumPy's own threads would wait for one another.
    with ProcessPoolExecutor(initializer=threadpool_limits, initargs=(1,)) as pool:
        for pair, (rows, train_rows) in product(PAIRS, SIZES):
            print(row(pair, rows, train_rows, pool), flush=True)


if __name__ == "__main__":
    main()
