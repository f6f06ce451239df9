"""How often is whoever asks again told that something helps or hurts which doesn't? Simulated.

    python benchmarks/calibrate_looks.py

Each way of asking is one that README and docs show. It ends with the first verdict; differences are
normal, their mean is 0. Prints a table in Markdown: false verdicts as verdicts are told, and in
brackets what they would be if nothing were remembered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from regpipe.language import FreshProtocol, Statistics
from regpipe.statistics.plan import Plan

RUNS = 20_000
CONFIDENCE = Statistics().confidence
SMALLEST = 1.0  # point
SPREADS = (1.0, 2.0, 3.4, 6.0)  # points
FAMILY = 30  # techniques on the problem: `auto` goes on until it is decided among them
AUTO, LONG = FreshProtocol().analyses, FreshProtocol(at_most=200).analyses


@dataclass(frozen=True)
class Asked:
    """A question: after how many repeats it may end, and on draws of which seed."""

    analyses: tuple[int, ...] | None
    repeats: int
    seed: int = 0


def set_beforehand(repeats: int, seed: int = 0) -> Asked:
    """Return a question about a number of repeats."""
    return Asked(None, repeats, seed)


def auto(analyses: tuple[int, ...] | None) -> Asked:
    """Return a question about as many as it takes."""
    assert analyses
    return Asked(analyses, analyses[-1])


WAYS: dict[str, Sequence[Asked]] = {
    "`auto`": [auto(AUTO)],
    "30": [set_beforehand(30)],
    "`auto`, then 200": [auto(AUTO), set_beforehand(200)],
    "`auto`, then `at_most=200`": [auto(AUTO), auto(LONG)],
    "30, then `auto`": [set_beforehand(30), auto(AUTO)],
    "30, then 100": [set_beforehand(30), set_beforehand(100)],
    "30, 60, 100, 200, 400": [set_beforehand(n) for n in (30, 60, 100, 200, 400)],
    "30 of five seeds": [set_beforehand(30, seed) for seed in range(5)],
}


def wrong(way: Sequence[Asked], sd: float, remembered: bool) -> float:
    """Return the share of runs that end in `helps` or `hurts`."""
    rng, most = np.random.default_rng(0), max(asked.repeats for asked in way)
    draws = {seed: rng.normal(0, sd, (RUNS, most)) for seed in {asked.seed for asked in way}}
    left, told = np.ones(RUNS, bool), np.zeros(RUNS, bool)
    for before, asked in enumerate(way):
        plan = Plan(asked.analyses, before, FAMILY)
        plan = plan if remembered else replace(plan, remembered=False)
        for ends, directed in looks(draws[asked.seed], asked, plan, left):
            told |= ends & directed
            left &= ~ends
    return float(told.mean())


def looks(
    draws: np.ndarray, asked: Asked, plan: Plan, left: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, for each analysis, which runs have their verdict by it, and whether it is a direction.

    At an analysis before the last, a direction that isn't yet one among all techniques goes on.
    """
    goes_on = left.copy()
    for n in asked.analyses or (asked.repeats,):
        mean, sd = draws[:, :n].mean(axis=1), draws[:, :n].std(axis=1, ddof=1)
        own, among_all = (
            stats.t.ppf((1 + plan.confidence(n, CONFIDENCE, family=m)) / 2, n - 1) * sd / np.sqrt(n)
            for m in (1, plan.family)
        )
        directed, inside = np.abs(mean) > own, np.abs(mean) + own < SMALLEST
        last = n == asked.repeats
        stops = inside | (directed if last else np.abs(mean) > among_all)
        yield goes_on & stops, directed
        goes_on &= ~stops


def main() -> None:
    """Print the table."""
    print("| asked | " + " | ".join(f"sd {sd:g}" for sd in SPREADS) + " |")
    print("| --- |" + " ---: |" * len(SPREADS))
    for name, way in WAYS.items():
        cells = [f"{wrong(way, sd, True):.1%} ({wrong(way, sd, False):.1%})" for sd in SPREADS]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
