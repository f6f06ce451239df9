"""Do intervals hold where splits of one table test on more rows than they train on?

    python benchmarks/calibrate_splits.py

Many tables are drawn from one population. Each is split 20 times, two models are compared on each
split, and intervals of the mean difference are held against the mean over all tables. Prints how
often they hold and how wide they are, by Nadeau and Bengio's correction and by
`regpipe.statistics.overlap`, as a table in Markdown.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from regpipe.statistics.intervals import margin
from regpipe.statistics.overlap import Splits

TABLES, SPLITS, FEATURES = 400, 20, 10
SIZES = ((569, 40), (1797, 200), (300, 60), (200, 80))  # rows, rows trained on
Make = Callable[[], ClassifierMixin]
PAIRS: dict[str, tuple[Make, Make]] = {
    "logistic, weak or strong L2": (
        lambda: LogisticRegression(C=100, max_iter=1000),
        lambda: LogisticRegression(C=0.05),
    ),
    "1 or 9 neighbours": (lambda: KNeighborsClassifier(1), lambda: KNeighborsClassifier(9)),
    "tree or logistic": (
        lambda: DecisionTreeClassifier(random_state=0),
        LogisticRegression,
    ),
}


def draw(rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a table of two classes that overlap, three of its columns telling."""
    y = rng.integers(0, 2, rows)
    x = rng.normal(size=(rows, FEATURES))
    x[:, :3] += (y[:, None] - 0.5) * 1.2
    x[:, 3] *= rng.standard_exponential(rows)
    return x, y


def compare(pair: str, rows: int, train_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the differences of accuracy on the splits of one table, and their halves."""
    rng = np.random.default_rng(seed)
    x, y = draw(rows, rng)
    differences, halves = [], []
    for _ in range(SPLITS):
        order = rng.permutation(rows)
        train, test = order[:train_rows], order[train_rows:]
        one, other = (
            (make().fit(x[train], y[train]).predict(x[test]) == y[test]).astype(float)
            for make in PAIRS[pair]
        )
        gain = other - one
        differences.append(gain.mean())
        halves.append((gain[::2].mean() - gain[1::2].mean()) / 2)
    return np.array(differences), np.array(halves)


def row(pair: str, rows: int, train_rows: int, pool: ProcessPoolExecutor) -> str:
    """Return a row of the table."""
    jobs = (
        [pair] * TABLES,
        [rows] * TABLES,
        [train_rows] * TABLES,
        range(TABLES),
    )
    found = list(pool.map(compare, *jobs, chunksize=20))
    truth = np.mean([differences.mean() for differences, _ in found])
    splits = Splits(train_rows, rows - train_rows)
    told = []
    for ratio in (True, False):
        widths = []
        for differences, halves in found:
            overlap = (
                splits.test_rows / train_rows if ratio else splits.overlap(differences, halves)
            )
            widths.append(margin(float(differences.std(ddof=1)), SPLITS, 0.95, overlap))
        held = [
            abs(differences.mean() - truth) <= width
            for (differences, _), width in zip(found, widths, strict=True)
        ]
        told += [f"{np.mean(held):.1%}", f"{100 * np.mean(widths):.1f}"]
    return f"| {pair} | {train_rows} of {rows} | {100 * truth:+.1f} | {' | '.join(told)} |"


def main() -> None:
    """Print the table."""
    print(f"{TABLES} tables a row, {SPLITS} splits of each; differences in points of accuracy.\n")
    print("| models | trained on | difference | N & B: holds | ± | here: holds | ± |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    with ProcessPoolExecutor() as pool:
        for pair, (rows, train_rows) in product(PAIRS, SIZES):
            print(row(pair, rows, train_rows, pool), flush=True)


if __name__ == "__main__":
    main()
