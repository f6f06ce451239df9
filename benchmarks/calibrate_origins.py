"""Do intervals over origins in time hold? Series are drawn from processes, so that truth is known.

    python benchmarks/calibrate_origins.py

Each series is split at 5 origins, two models are compared behind each, and intervals of the mean
difference are held against the mean over all series: by `regpipe.statistics.overlap`, and by
Student's t of the five, as if they were independent. Prints a table in Markdown.
"""

from itertools import product

import numpy as np
from scipy import stats
from scipy.signal import lfilter
from threadpoolctl import threadpool_limits

from regpipe.rows.origins import rolling_origins
from regpipe.statistics.intervals import margin
from regpipe.statistics.overlap import Splits

SERIES, ORIGINS, FEATURES = 400, 5, 10
SIZES = ((144, 72), (400, 120), (400, 200), (400, 280))  # rows, rows trained on
# Of features and noise, how much is left after a row; of what a feature means; of the noise's size.
PROCESSES = {
    "independent rows": (0.0, 1.0, 0.0),
    "memory of some rows": (0.8, 1.0, 0.0),
    "meanings drift": (0.0, 0.995, 0.0),
    "memory, meanings drift": (0.8, 0.995, 0.0),
    "calm and wild times": (0.0, 1.0, 0.98),
}


def walk(rng: np.random.Generator, rows: int, columns: int, kept: float) -> np.ndarray:
    """Return series of variance 1 that keep so much of each row in the next."""
    noise = rng.normal(size=(rows + 300, columns)) * np.sqrt(1 - kept**2)
    return lfilter([1], [1, -kept], noise, axis=0)[-rows:]


def draw(rng: np.random.Generator, rows: int, process: str) -> tuple[np.ndarray, np.ndarray]:
    """Return features and targets of a series."""
    memory, meaning, wild = PROCESSES[process]
    x, noise = walk(rng, rows, FEATURES, memory), walk(rng, rows, 1, memory)[:, 0]
    weights = 0.5 * walk(rng, rows, FEATURES, meaning) if meaning < 1 else 0.3
    size = np.exp(walk(rng, rows, 1, wild)[:, 0]) if wild else 1.0
    return x, (x * weights).sum(axis=1) + size * noise


def ridges(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray) -> np.ndarray:
    """Return by how much a strong ridge regression's squared errors exceed a weak one's."""
    errors = [
        (x_test @ np.linalg.solve(x.T @ x + strength * np.eye(FEATURES), x.T @ y) - y_test) ** 2
        for strength in (30.0, 1e-3)
    ]
    return errors[0] - errors[1]


def neighbours(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray) -> np.ndarray:
    """Return by how much 9 neighbours tell the sign of the target better than one."""
    near = np.square(x_test[:, None, :3] - x[None, :, :3]).sum(axis=2).argsort(axis=1)
    right = [(y[near[:, :k]].mean(axis=1) > 0) == (y_test > 0) for k in (9, 1)]
    return right[0].astype(float) - right[1]


def calibrate(name: str, process: str, rows: int, n_train: int) -> str:
    """Return a row of the table."""
    rng, compare = np.random.default_rng(1), {"ridges": ridges, "neighbours": neighbours}[name]
    origins, n_test = rolling_origins(np.arange(rows), n_train, ORIGINS)
    splits, means, ours, naive = Splits(n_train, n_test, in_time=True), [], [], []
    for _ in range(SERIES):
        x, y = draw(rng, rows, process)
        by_row = np.full((ORIGINS, rows), np.nan)
        for k, origin in enumerate(origins):
            train, test = slice(origin - n_train, origin), slice(origin, origin + n_test)
            by_row[k, test] = compare(x[train], y[train], x[test], y[test])
        values = np.nanmean(by_row, axis=1)
        sd = float(values.std(ddof=1))
        means.append(values.mean())
        ours.append(margin(sd, ORIGINS, 0.95, splits.overlap(values, by_row)))
        naive.append(margin(sd, ORIGINS, 0.95))
    off, needed = np.abs(means - np.mean(means)), stats.norm.ppf(0.975) * np.std(means)
    cells = [
        f"{np.mean(off <= half):.1%} | {np.mean(half) / needed:.1f}"
        for half in (np.array(ours), np.array(naive))
    ]
    return f"| {name} | {process} | {n_train} of {rows} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print(
        "| models | process | trained on | here: holds | times needed | as if independent: holds | "
        "times needed |"
    )
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    with threadpool_limits(1):
        for name, process, size in product(("ridges", "neighbours"), PROCESSES, SIZES):
            print(calibrate(name, process, *size), flush=True)
