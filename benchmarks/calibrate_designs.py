"""How do other designs do, that find out how much the scores of one table depend on each other?

    python benchmarks/calibrate_designs.py

Populations and pairs of models are those of `calibrate_splits.py`. Each design gets the same tables
and says how much better one of two models is, with a 95% interval. What that is about differs: the
mean over all tables, of models trained on so many rows, or the very models that are trained on this
table. Prints, as a table in Markdown, how often intervals hold either, and how wide they are.
"""

import math
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from calibrate_splits import PAIRS, SPLITS, compare
from scipy import optimize, stats
from threadpoolctl import threadpool_limits

TABLES, NEW_ROWS, FOLDS = 300, 2000, 5
NESTED = 100  # repetitions: with fewer, its variance is mostly noise
HALVED = 30  # as its authors advise
CELLS = (
    *(("classifiers", rows, train) for rows, train in ((100, 90), (200, 80), (300, 210))),
    ("1 or 9 neighbours", 100, 90),
    *(("regression", rows, train) for rows, train in ((100, 90), (200, 80), (300, 210))),
)
NORMAL = float(stats.norm.ppf(0.975))
Told = tuple[float, float]  # a mean difference and half the width of its interval
Rows = np.ndarray  # their places in a table
# Trains both models on some rows, and returns the differences of others' scores.
Differences = Callable[[Rows, Rows], np.ndarray]


def folds_of(rows: Rows, n: int, rng: np.random.Generator) -> list[Rows]:
    """Return the rows in n parts at random, as equal as can be."""
    return np.array_split(rng.permutation(rows), n)


def but(folds: list[Rows], *left_out: int) -> Rows:
    """Return the rows of all other folds."""
    return np.concatenate([fold for k, fold in enumerate(folds) if k not in left_out])


def cross_validated(folds: list[Rows], differences: Differences) -> np.ndarray:
    """Return the differences of all rows, each tested on by models trained on the other folds."""
    return np.concatenate([differences(but(folds, k), fold) for k, fold in enumerate(folds)])


def k_fold(rows: int, differences: Differences, rng: np.random.Generator) -> Told:
    """P. Bayle et al., "Cross-validation confidence intervals for test error" (2020)."""
    told = cross_validated(folds_of(np.arange(rows), FOLDS, rng), differences)
    within = np.mean([part.var(ddof=1) for part in np.array_split(told, FOLDS)])
    return float(told.mean()), float(NORMAL * np.sqrt(within / rows))


def nested(rows: int, differences: Differences, rng: np.random.Generator) -> Told:
    """S. Bates, T. Hastie and R. Tibshirani, "Cross-validation: what does it estimate ...?" (2023).

    Cross-validation inside all folds but one foresees that one: how far it is off, but for the
    noise of the fold's own rows, is its mean squared error, which is no smaller than if rows were
    independent, and K times that at most. It is for (K - 1)/K of the rows, as are the means, from
    which the bias of training on fewer is extrapolated.
    """
    squares, noise, inner, outer = [], [], [], []
    for _ in range(NESTED):
        folds = folds_of(np.arange(rows), FOLDS, rng)
        inside: list[list[np.ndarray]] = [[] for _ in folds]
        for one, other in combinations(range(FOLDS), 2):
            both = np.concatenate([folds[one], folds[other]])
            told = differences(but(folds, one, other), both)
            inside[other].append(told[: len(folds[one])])
            inside[one].append(told[len(folds[one]) :])
        for k, fold in enumerate(folds):
            inner.append(np.concatenate(inside[k]))
            outer.append(differences(but(folds, k), fold))
            squares.append((inner[-1].mean() - outer[-1].mean()) ** 2)
            noise.append(outer[-1].var(ddof=1) / len(fold))
    mean = np.concatenate(inner).mean()
    bias = (1 + (FOLDS - 2) / FOLDS) * (mean - np.concatenate(outer).mean())
    independent = np.concatenate(inner).var(ddof=1) / rows
    variance = (FOLDS - 1) / FOLDS * (np.mean(squares) - np.mean(noise))
    variance = np.clip(variance, independent, FOLDS * independent)
    return float(mean - bias), float(NORMAL * np.sqrt(variance))


def sharp(rows: int, differences: Differences, rng: np.random.Generator) -> Told:
    """T. Zeng, `sharp-cv` (PyPI, 2026): cross-validations inside two halves, drawn again and again.

    The halves of a repetition share no row.
    """
    results = [
        [
            cross_validated(folds_of(half, FOLDS, rng), differences).mean()
            for half in folds_of(np.arange(rows), 2, rng)
        ]
        for _ in range(HALVED)
    ]
    return of_halves(np.array(results))


def of_halves(results: np.ndarray) -> Told:
    """Return mean and half width of those means that SHARP's score test doesn't reject.

    Args:
        results: of shape (n, 2), of both halves in each repetition. Those of one repetition are
            independent, any others have the same correlation, below 0.5; it and the variance are
            those of the largest likelihood for the mean that is tested.
    """
    n, mean = len(results), float(results.mean())
    correlation = np.linspace(0, 0.499, 2000)
    of_mean, of_sums = 1 + 2 * (n - 1) * correlation, 1 - 2 * correlation
    sums, gaps = results.sum(axis=1), results[:, 0] - results[:, 1]
    rest = np.square(sums - sums.mean()).sum() / 2 / of_sums + np.square(gaps).sum() / 2
    if not rest[0]:
        return mean, 0.0

    def excess(distance: float) -> float:
        squares = 2 * n * distance**2 / of_mean + rest
        unlikely = 2 * n * np.log(squares) + np.log(of_mean) + (n - 1) * np.log(of_sums)
        likeliest = np.argmin(unlikely)
        variance = squares[likeliest] / (2 * n) * of_mean[likeliest] / (2 * n)
        return distance / math.sqrt(variance) - NORMAL

    return mean, float(optimize.brentq(excess, 1e-9, 100 * math.sqrt(rest[0] / n)))


DESIGNS = {"K-fold": k_fold, "nested": nested, "SHARP": sharp}
FITS = {"K-fold": FOLDS, "nested": NESTED * math.comb(FOLDS + 1, 2), "SHARP": HALVED * FOLDS * 2}


def try_all(pair: str, rows: int, seed: int) -> tuple[float, list[Told]]:
    """Return how much better the models of a table are on new rows, and what each design says."""
    rng, models = np.random.default_rng(seed), PAIRS[pair]
    x, y = models.draw(rows, rng)
    one, other = models.scores(rng, (x, y), models.draw(NEW_ROWS, rng))

    def differences(train: Rows, test: Rows) -> np.ndarray:
        one, other = models.scores(rng, (x[train], y[train]), (x[test], y[test]))
        return other - one

    told = [design(rows, differences, rng) for design in DESIGNS.values()]
    return float((other - one).mean()), told


def held(told: np.ndarray, truth: np.ndarray | float) -> str:
    """Return how often intervals hold, and what they would need to, as two cells."""
    means, halves = told.T
    off = means - truth
    return f"{np.mean(np.abs(off) <= halves):.1%} | {NORMAL * off.std():.3g}"


def rows_of(pair: str, rows: int, train_rows: int) -> Iterator[str]:
    """Yield a row of the table for each design."""
    ours = np.array([compare(pair, rows, train_rows, seed)[:2] for seed in range(TABLES)])
    found = [try_all(pair, rows, seed) for seed in range(TABLES)]
    models, others = np.array([one for one, _ in found]), np.array([told for _, told in found])
    start = f"| {pair}, {rows} rows"
    for name, told in zip(("here", "N & B"), ours.transpose(1, 0, 2), strict=True):
        mean = held(told, told[:, 0].mean())
        yield f"{start} | {name} | {train_rows} | {SPLITS} | {told[:, 1].mean():.3g} | {mean} | | |"
    trained_on = {"K-fold": rows * (FOLDS - 1) // FOLDS, "nested": rows}
    for name, told in zip(DESIGNS, others.transpose(1, 0, 2), strict=True):
        trained = trained_on.get(name, rows // 2 * (FOLDS - 1) // FOLDS)
        mean = held(told, models.mean() if name == "nested" else told[:, 0].mean())
        this = " | " if name == "SHARP" else held(told, models)
        width = f"{told[:, 1].mean():.3g}"
        yield f"{start} | {name} | {trained} | {FITS[name]:,} | {width} | {mean} | {this} |"


def main() -> None:
    """Print the table."""
    print(
        "| models | design | trained on | fits | ± | all tables: holds | needed ± | "
        "this table's models: holds | needed ± |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with threadpool_limits(1):
        for cell in CELLS:
            for line in rows_of(*cell):
                print(line, flush=True)


if __name__ == "__main__":
    main()
