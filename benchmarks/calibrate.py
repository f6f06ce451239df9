"""Are the verdicts as reliable as they say? Simulated, and printed as tables in Markdown.

    python benchmarks/calibrate.py

Real fits are paired (`pairs.py`): a baseline with itself, where nothing can help; and two
techniques with their baselines. From the differences of the latter, shifted so that their mean is
the planted gain, comparisons are drawn with replacement. Draws docs/images/power.png.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pairs import pairs_of

from regpipe.language import FreshProtocol, Statistics
from regpipe.statistics.intervals import bootstrap_interval, mean_interval
from regpipe.statistics.spending import nominal_confidence
from regpipe.statistics.verdicts import SAME, decide, direction

REPEATS = 30
AUTO = FreshProtocol(repeats="auto")
STATISTICS = Statistics()
SMALLEST = STATISTICS.smallest_difference.accuracy
COMPARISONS = 4000  # of each planted gain
BOOTSTRAPPED = 1000
GAINS = (0.0, 0.005, 0.01, 0.02, 0.04)
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "power.png"


@dataclass(frozen=True)
class Outcome:
    """Of one comparison: its verdict, the ends of its interval, how many pairs it took.

    `helps` and `hurts` are so by much or by little.
    """

    verdict: str
    low: float
    high: float
    pairs: int


def fixed(differences: np.ndarray) -> Outcome:
    """Compare the first 30 pairs."""
    return _analyse(differences[:REPEATS], STATISTICS.confidence)


def auto(differences: np.ndarray) -> Outcome:
    """Analyse after each batch, and stop once it is decided."""
    assert AUTO.analyses
    for n in AUTO.analyses:
        confidence = nominal_confidence(n, AUTO.analyses, STATISTICS.confidence)
        outcome = _analyse(differences[:n], confidence)
        if outcome.verdict != "undecided":
            break
    return outcome


RULES: dict[str, Callable[[np.ndarray], Outcome]] = {"30 repeats": fixed, "auto": auto}


def _analyse(differences: np.ndarray, confidence: float) -> Outcome:
    _, low, high = mean_interval(differences, confidence)
    decision = decide(low, high, SMALLEST, higher_is_better=True)
    return Outcome(direction(decision) or decision, low, high, len(differences))


def null(differences: np.ndarray) -> Iterator[dict[str, object]]:
    """Yield each rule's outcomes where nothing can help, each comparison on pairs of its own."""
    for name, rule in RULES.items():
        outcomes, begun = [], 0
        most = REPEATS if rule is fixed else AUTO.at_most
        while begun + most <= len(differences):
            outcomes.append(rule(differences[begun:]))
            begun += outcomes[-1].pairs
        yield {"rule": name, **_summed(outcomes, 0.0)}


def planted(differences: np.ndarray, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Yield each rule's outcomes of gains that are known, since they were added."""
    noise = differences - differences.mean()
    for gain in GAINS:
        for name, rule in RULES.items():
            draws = rng.choice(noise, (COMPARISONS, AUTO.at_most)) + gain
            yield {"planted, points": 100 * gain, "rule": name, **_summed(map(rule, draws), gain)}


def _summed(outcomes: Iterable[Outcome], truth: float) -> dict[str, object]:
    table = pd.DataFrame([vars(outcome) for outcome in outcomes])
    shares = table["verdict"].value_counts(normalize=True)
    held = ((table["low"] <= truth) & (truth <= table["high"])).mean()
    return {
        "comparisons": len(table),
        **{v: shares.get(v, 0.0) for v in ("helps", "hurts", SAME, "undecided")},
        "interval holds": held,
        "mean pairs": table["pairs"].mean(),
    }


def intervals(differences: np.ndarray, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Yield how often each interval of 30 repeats holds what all pairs say."""
    better = np.where(differences > 0, 1.0, np.where(differences == 0, 0.5, 0.0))
    places = rng.integers(len(differences), size=(BOOTSTRAPPED, REPEATS))
    for name, values, of in (
        ("mean", differences, _interval),
        ("mean, bootstrap", differences, bootstrap_interval),
        ("P(better), bootstrap", better, bootstrap_interval),
    ):
        ends = np.array([of(values[place], 0.95) for place in places])
        truth = values.mean()
        yield {"interval": name, "holds": np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))}


def _interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    return mean_interval(values, confidence)[1:]


def draw(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw how often a planted gain is found."""
    figure = Figure(figsize=(5.4 * len(tables), 3.6), layout="constrained")
    axes = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        for (rule, part), mark in zip(table.groupby("rule"), ("o-", "s--"), strict=True):
            ax.plot(part["planted, points"], part["helps"], mark, label=rule)
        ax.axhline(0.025, color="0.6", linewidth=1)
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("planted gain, points of accuracy")
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("share that is told to help")
    axes[0].legend(frameon=False)
    return figure


def markdown(table: pd.DataFrame) -> str:
    """Return the table in Markdown."""
    rows = [[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row] for row in table.values]
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Simulate, print and draw."""
    rng = np.random.default_rng(1)
    nothing = np.diff(pairs_of("circles", 12_000, epochs=1000))[:, 0]
    print("The baseline of circles against itself\n\n" + markdown(pd.DataFrame(null(nothing))))
    tables = {}
    for name in ("weight_l2", "dropout"):
        differences = np.diff(pairs_of(name, 1000))[:, 0]
        sd, mean = 100 * differences.std(ddof=1), 100 * differences.mean()
        title = f"{name}: differences of {mean:+.2f} points on average, sd {sd:.2f}"
        tables[title] = pd.DataFrame(planted(differences, rng))
        print(f"\n{title}\n\n{markdown(tables[title])}")
        print(f"\n{markdown(pd.DataFrame(intervals(differences, rng)))}")
    draw(tables).savefig(PICTURE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main()
