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
from regpipe.plots.style import ARMS, WIDTH, legend_below, panels, title, wrapped
from regpipe.statistics.paired import Comparison, compare, goes_on
from regpipe.statistics.plan import Plan
from regpipe.statistics.verdicts import SAME, direction

REPEATS = 30
AUTO = FreshProtocol(repeats="auto")
FAMILY = 30  # techniques on the problem
STATISTICS = Statistics()
SMALLEST = STATISTICS.smallest_difference["accuracy"]
COMPARISONS = 2000  # of each planted gain
GAINS = (0.0, 0.005, 0.01, 0.02, 0.04)
CHANCE = (1 - STATISTICS.confidence) / 2  # of what does nothing, by one side of the interval
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
    return _outcome(_compared(differences[:REPEATS], Plan()))


def auto(differences: np.ndarray) -> Outcome:
    """Analyse after each batch, and stop once it is decided among all techniques."""
    assert AUTO.analyses
    plan = Plan(AUTO.analyses, family=FAMILY)
    for n in AUTO.analyses:
        found = _compared(differences[:n], plan)
        if not goes_on(found, SMALLEST, STATISTICS.confidence, plan):
            break
    return _outcome(found)


RULES: dict[str, Callable[[np.ndarray], Outcome]] = {"30 repeats": fixed, "auto": auto}


def _compared(differences: np.ndarray, plan: Plan) -> Comparison:
    return compare(
        np.zeros(len(differences)),
        differences,
        higher_is_better=True,
        smallest_difference=SMALLEST,
        confidence=STATISTICS.confidence,
        plan=plan,
    )


def _outcome(found: Comparison) -> Outcome:
    verdict = found.verdict or ""
    return Outcome(direction(verdict) or verdict, found.ci_low, found.ci_high, found.pairs)


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


def draw(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw how often a planted gain is found."""
    figure, axes = panels(1, len(tables), WIDTH / len(tables), 3.6, sharey=True)
    for ax, (name, table) in zip(axes[0], tables.items(), strict=True):
        for (rule, part), mark, colour in zip(
            table.groupby("rule"), ("o-", "s--"), ARMS.values(), strict=True
        ):
            ax.plot(part["planted, points"], part["helps"], mark, color=colour, label=rule)
        ax.axhline(CHANCE, color="0.4", linewidth=1, linestyle=":", label=f"{CHANCE:.1%}")
        ax.set_title(wrapped(name, 40), fontsize=10)
        ax.set_xlabel("planted gain (points of accuracy)")
        ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        ax.grid(alpha=0.3)
    axes[0][0].set_ylabel("comparisons that are told to help")
    note = f"Dotted, {CHANCE:.1%}: of what does nothing, at most so many may be told to help."
    legend_below(figure, axes[0][0].get_legend_handles_labels()[0], 3, note)
    title(figure, _finding(tables))
    return figure


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Return how often what does nothing is told to help, and how often a gain of interest is."""
    found = pd.concat(tables.values()).groupby(["planted, points", "rule"])["helps"]
    least, most = found.min().loc[100 * SMALLEST], found.max().loc[0.0].max()
    told = ", ".join(f"{share:.0%} by {rule}" for rule, share in least.items())
    return (
        f"Told to help: {most:.1%} at most of what does nothing; of gains of {100 * SMALLEST:g} "
        f"point among the noisier pairs, {told}"
    )


def markdown(table: pd.DataFrame) -> str:
    """Return the table in Markdown."""
    rows = [[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row] for row in table.values]
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Simulate, print and draw."""
    rng = np.random.default_rng(1)
    nothing = np.diff(pairs_of("circles", 4000, epochs=1000))[:, 0]
    print("The baseline of circles against itself\n\n" + markdown(pd.DataFrame(null(nothing))))
    tables = {}
    for name in ("weight_l2", "dropout"):
        differences = np.diff(pairs_of(name, 500))[:, 0]
        sd, mean = 100 * differences.std(ddof=1), 100 * differences.mean()
        title = f"{name}: differences of {mean:+.2f} points on average, sd {sd:.2f}"
        tables[title] = pd.DataFrame(planted(differences, rng))
        print(f"\n{title}\n\n{markdown(tables[title])}")
    draw(tables).savefig(PICTURE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main()
