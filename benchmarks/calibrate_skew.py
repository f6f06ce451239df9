"""Do intervals of a mean hold where values are skewed, heavy-tailed, discrete, or collapse?

    python benchmarks/calibrate_skew.py

Samples are drawn from distributions whose mean is 0. Prints, as a table in Markdown, how often
their 95% intervals hold it: Student's, and those of `regpipe.statistics.intervals`.
"""

from collections.abc import Callable

import numpy as np

from regpipe.statistics.intervals import margin, mean_interval

SAMPLES, SIZES = 5000, (10, 20, 30, 100)
Draw = Callable[[np.random.Generator, int], np.ndarray]


def collapsing(share: float) -> Draw:
    """Return what draws normal values, a share of which lie 15 standard deviations lower."""

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        low = rng.random(n) < share
        return np.where(low, -30, 30 * share / (1 - share)) + rng.normal(0, 2, n)

    return draw


def accuracies(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw differences of accuracy on 70 rows, of which 8% are told differently."""
    better, worse = rng.binomial(70, 0.04, (2, n))
    return (better - worse) / 70


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "t, 5 degrees of freedom": lambda rng, n: rng.standard_t(5, n),
    "t, 2.5 degrees of freedom": lambda rng, n: rng.standard_t(2.5, n),
    "accuracy on 70 rows": accuracies,
    "exponential": lambda rng, n: rng.exponential(size=n) - 1,
    "log-normal": lambda rng, n: rng.lognormal(size=n) - np.exp(0.5),
    "10% collapse": collapsing(0.1),
    "5% collapse": collapsing(0.05),
    "1% collapses": collapsing(0.01),
}


def held(draw: Draw, n: int) -> tuple[float, float]:
    """Return how often Student's interval of n values holds, and how often ours does."""
    rng, found = np.random.default_rng(n), []
    for _ in range(SAMPLES):
        values = draw(rng, n)
        mean, low, high = mean_interval(values, 0.95)
        found.append((abs(mean) <= margin(values.std(ddof=1), n, 0.95), low <= 0 <= high))
    student, ours = np.mean(found, axis=0)
    return float(student), float(ours)


def main() -> None:
    """Print the table."""
    print("| values | " + " | ".join(f"{n} of them: Student's | here" for n in SIZES) + " |")
    print("| --- |" + " ---: | ---: |" * len(SIZES))
    for name, draw in DISTRIBUTIONS.items():
        shares = [f"{share:.1%}" for n in SIZES for share in held(draw, n)]
        print(f"| {name} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
