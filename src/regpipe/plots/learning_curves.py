"""How do loss and metric go with the epochs?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import ARMS, Axes, Figure, as_is, headings, legend_below, panels, title
from regpipe.rows.draws import DRAWN, Draws
from regpipe.statistics.curves import curve

BAND = (0.1, 0.9)  # quantiles over repeats
SIDES = {"": "--", "val_": "-"}  # rows trained on, and rows watched
TEST, HELD_OUT = "test rows", "held-out rows"
RUGS = {"baseline": 0.015, "technique": 0.05}  # heights in a panel


@dataclass(frozen=True)
class Trained:
    """The trainings of an arm.

    Attributes:
        history: protocol, repeat, epoch, loss, val_loss and the metric's two columns. Those of the
            rows that are watched (`val_`) are NaN at epochs at which they weren't scored.
        fits: a row per fit: protocol, repeat, outcome, epochs, kept_epoch (whose weights are kept).
        watched: what the rows that are watched are called.
    """

    history: pd.DataFrame
    fits: pd.DataFrame
    watched: str = TEST

    def of(self, protocol: str) -> "Trained":
        """Return those of a protocol, without the fits that diverged."""
        fits = self.fits[(self.fits["protocol"] == protocol) & (self.fits["outcome"] != "diverged")]
        history = self.history[self.history["protocol"] == protocol]
        return Trained(history[history["repeat"].isin(fits["repeat"])], fits, self.watched)

    def diverged(self, protocol: str) -> int:
        """Return how many fits of a protocol diverged."""
        fits = self.fits[self.fits["protocol"] == protocol]
        return int((fits["outcome"] == "diverged").sum())


def learning_curves(
    baseline: Trained,
    technique: Trained | None,
    name: str,
    metric: str = "accuracy",
    draws: Draws = DRAWN,
) -> Figure:
    """Draw mean and band over repeats of one arm or two, for both protocols.

    The rows watched during training are the draw's own test rows, or held-out training rows; the
    new rows, which score a fresh draw in the tables, are used only after the training. A fit that
    has ended counts on with the numbers of the weights that it keeps, and ticks show where fits
    stopped. Fits that diverged are counted, and not drawn.

    Args:
        baseline: of the problem.
        technique: of the technique, if there is one.
        name: the technique's title, or the problem's.
        metric: the other measure beside the loss; left out where it is the same number.
        draws: what the repeats are called.
    """
    from regpipe.plots.log_ticks import plain_ticks, whole_ticks

    arms = {"baseline": baseline, **({"technique": technique} if technique else {})}
    names = {"baseline": "baseline", "technique": as_is(name)}
    measures = ["loss"] if _is_the_loss(metric, arms) else ["loss", metric]
    figure, axes = panels(len(measures), 2, 5.4, 3.4, sharex=True, sharey="row")
    stopped = False
    for column, (protocol, meaning) in enumerate(headings(draws).items()):
        chosen = {arm: trained.of(protocol) for arm, trained in arms.items()}
        last = max([trained.fits["epochs"].max() for trained in chosen.values()], default=0)
        for ax, measure in zip(axes[:, column], measures, strict=True):
            for arm, trained in chosen.items():
                for prefix, dashes in SIDES.items():
                    rows = trained.watched if prefix else "train rows"
                    label = f"{names[arm]}, {rows}"
                    _curve(ax, trained, prefix + measure, last, ARMS[arm], dashes, label)
                stopped |= _rug(ax, trained, ARMS[arm], RUGS[arm])
            ax.grid(alpha=0.3)
        count = _count(arms, names, protocol)
        gap = "\n" if ";" in count else " "  # else a long one runs into its neighbour
        axes[0][column].set_title(f"{meaning}{gap}({count})", fontsize=10)
        axes[-1][column].set_xlabel("epoch")
    axes[0][0].set_xscale("log")
    whole_ticks([ax.xaxis for ax in axes.flat])
    for row, measure in zip(axes, measures, strict=True):
        if not METRICS[measure].higher_is_better:  # an error
            row[0].set_yscale("log")
            plain_ticks([ax.yaxis for ax in row])
    axes[0][0].set_ylabel("loss, with its penalty" if len(measures) > 1 else f"loss ({metric})")
    axes[-1][0].set_ylabel(METRICS[metric].name if len(measures) > 1 else f"loss ({metric})")
    handles, _ = axes[0][0].get_legend_handles_labels()
    legend_below(figure, handles, 2, "\n".join(_notes(arms, draws, stopped)))
    title(figure, f"{name}: learning curves (mean and 10-90% band over repeats)")
    return figure


def _is_the_loss(metric: str, arms: Mapping[str, Trained]) -> bool:
    """Whether the metric is what is minimised, so that its panel would show the loss again."""
    return all(
        np.allclose(trained.history["loss"], trained.history[metric], equal_nan=True)
        for trained in arms.values()
    )


def _notes(arms: Mapping[str, Trained], draws: Draws, stopped: bool) -> list[str]:
    """Return the sentences above the legend."""
    notes = []
    if draws is DRAWN and any(trained.watched == TEST for trained in arms.values()):
        notes.append("Test rows: the draw's own, not the new ones that score a fresh draw.")
    if stopped:
        notes.append(
            "A fit that has ended counts on with the numbers of the weights that it keeps; ticks: "
            "where fits stopped."
        )
    return notes


def _count(arms: Mapping[str, Trained], names: Mapping[str, str], protocol: str) -> str:
    """Return how many repeats there are, and how many of their fits diverged, in words."""
    last = list(arms.values())[-1]
    parts = [f"{(last.fits['protocol'] == protocol).sum()} repeats"]
    for arm, trained in arms.items():
        if lost := trained.diverged(protocol):
            parts.append(f"{lost} of {names[arm]} diverged, not drawn")
    return "; ".join(parts)


def _curve(
    ax: Axes, trained: Trained, column: str, last: int, colour: str, dashes: str, label: str
) -> None:
    kept = trained.fits.set_index("repeat")["kept_epoch"]
    epochs, numbers = curve(trained.history, kept, column, last)
    mean = numbers.mean(axis=1) if len(epochs) else epochs
    ax.plot(epochs, mean, color=colour, linestyle=dashes, linewidth=1.5, label=label)
    if len(epochs):
        low, high = np.quantile(numbers, BAND, axis=1)
        ax.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)


def _rug(ax: Axes, trained: Trained, colour: str, height: float) -> bool:
    """Mark where fits stopped; return whether any did."""
    stopped = trained.fits.loc[trained.fits["outcome"] == "stopped", "epochs"]
    heights = np.full(len(stopped), height)
    across = ax.get_xaxis_transform()
    ax.plot(stopped, heights, "|", color=colour, alpha=0.7, markersize=7, transform=across)
    return bool(len(stopped))
