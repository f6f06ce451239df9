"""How do loss and metric go with the epochs?"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import (
    ARMS,
    WIDTH,
    Axes,
    Figure,
    headings,
    legend_below,
    panels,
    title,
    wrapped,
)
from regpipe.rows.draws import DRAWN, Draws
from regpipe.statistics.curves import curve

BAND = (0.1, 0.9)  # quantiles over repeats
WATCHED = "val_"
SIDES = {"": "--", WATCHED: "-"}  # rows trained on, and rows watched
TEST, HELD_OUT = "test rows", "held-out rows"
RUGS = {"baseline": 0.015, "technique": 0.05}  # heights in a panel
MARGIN = 0.05  # of an axis' range
RISEN = 1.05  # times its lowest, from which a loss at the end counts as risen


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
    """Draw means over repeats of one arm or two, with a band of watched rows, for both protocols.

    The baseline's band is filled and the technique's lies between thin lines, so that both are seen
    where they are the same. Axes are those of the means: a band may reach beyond them.

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
    from regpipe.plots.log_ticks import whole_ticks

    arms = {"baseline": baseline, **({"technique": technique} if technique else {})}
    names = {"baseline": "baseline", "technique": wrapped(name, 40)}
    measures = ["loss"] if _is_the_loss(metric, arms) else ["loss", metric]
    figure, axes = panels(
        len(measures), 2, WIDTH / 2, 2.9 if len(measures) > 1 else 3.9, sharex=True, sharey="row"
    )
    stopped, means = False, {}
    for column, (protocol, meaning) in enumerate(headings(draws).items()):
        chosen = {arm: trained.of(protocol) for arm, trained in arms.items()}
        last = max([trained.fits["epochs"].max() for trained in chosen.values()], default=0)
        for ax, measure in zip(axes[:, column], measures, strict=True):
            for (arm, trained), side in product(chosen.items(), SIDES):
                rows = trained.watched if side else "train rows"
                label = f"{names[arm]}, {rows}"
                mean = _curve(ax, trained, side + measure, last, arm, SIDES[side], label)
                means[protocol, arm, side, measure] = mean
            for arm, trained in chosen.items():
                stopped |= _rug(ax, trained, ARMS[arm], RUGS[arm])
            ax.grid(alpha=0.3)
        count = _count(arms, names, protocol)
        axes[0][column].set_title(f"{meaning}\n({count})", fontsize=10)
        axes[-1][column].set_xlabel("epoch")
    axes[0][0].set_xscale("log")
    whole_ticks([ax.xaxis for ax in axes.flat])
    for row, measure in zip(axes, measures, strict=True):
        drawn = [mean for (*_, of), mean in means.items() if of == measure]
        _fit_heights(row, np.concatenate(drawn), METRICS[measure])
    _name_heights(axes[:, 0], measures, METRICS[metric])
    handles, _ = axes[0][0].get_legend_handles_labels()
    legend_below(figure, handles, 2, "\n".join(_notes(arms, draws, stopped)))
    shown = measures[-1] if technique else "loss"
    ends = {arm: means["fresh", arm, WATCHED, shown] for arm in arms}
    title(figure, _finding(name, arms, ends, METRICS[metric], draws))
    return figure


def _finding(
    name: str,
    arms: Mapping[str, Trained],
    means: Mapping[str, np.ndarray],
    metric: Metric,
    draws: Draws,
) -> str:
    """Return what the means of watched rows come to: of both arms, or the loss of one."""
    over = f"{len(list(arms.values())[-1].of('fresh').fits)} {draws.fresh}"
    if not all(mean.size and np.isfinite(mean).all() for mean in means.values()):
        return f"{name}: learning curves over {over}"
    rows = {arm: _of_draws(trained.watched, draws) for arm, trained in arms.items()}
    if len(arms) == 1:
        end, lowest = means["baseline"][-1], means["baseline"].min()
        rises = end > RISEN * lowest > 0
        course = (
            f"rises to {end / lowest:.2g} times its lowest" if rises else "ends near its lowest"
        )
        return f"{name}: over {over}, loss on {rows['baseline']} {course}"
    ends = {arm: _written(mean[-1], metric) for arm, mean in means.items()}
    if rows["baseline"] == rows["technique"]:
        both = f"{ends['technique']} with {name}, at {ends['baseline']} without it"
        return f"Over {over}, {metric.name} on {rows['technique']} ends at {both}"
    own, bare = (f"{ends[arm]} on {rows[arm]}" for arm in ("technique", "baseline"))
    return f"Over {over}, {metric.name} ends at {own} with {name}, at {bare} without it"


def _of_draws(watched: str, draws: Draws) -> str:
    """Return whose rows are watched; those that score a fresh draw are others."""
    return "the draws' own test rows" if draws is DRAWN and watched == TEST else watched


def _written(number: float, metric: Metric) -> str:
    """Return a number as it stands at its axis."""
    return metric.value(number) if metric.value_scale == 1 else f"{number:.3g}"


def _fit_heights(axes: np.ndarray, means: np.ndarray, metric: Metric) -> None:
    """Give panels that share it an axis that the means fill; of an error a logarithmic one."""
    from regpipe.plots.log_ticks import plain_ticks

    drawn = means[np.isfinite(means)]
    if metric.higher_is_better:
        if drawn.size:
            low, high = drawn.min(), drawn.max()
            margin = MARGIN * (high - low) or MARGIN
            axes[0].set_ylim(low - margin, high + margin)
        return
    axes[0].set_yscale("log")
    if (drawn > 0).any():
        low, high = np.log(drawn[drawn > 0].min()), np.log(drawn.max())
        margin = MARGIN * (high - low) or MARGIN
        axes[0].set_ylim(np.exp(low - margin), np.exp(high + margin))
    plain_ticks([ax.yaxis for ax in axes])


def _name_heights(axes: np.ndarray, measures: list[str], metric: Metric) -> None:
    """Name the axes of numbers, from above."""
    if len(measures) == 1:
        axes[0].set_ylabel(f"loss: {metric.name}")
        return
    axes[0].set_ylabel("loss, penalty included")
    axes[1].set_ylabel(f"{metric.name} (share of rows)" if metric.is_share else metric.name)


def _is_the_loss(metric: str, arms: Mapping[str, Trained]) -> bool:
    """Whether the metric is what is minimised, so that its panel would show the loss again."""
    return all(
        np.allclose(trained.history["loss"], trained.history[metric], equal_nan=True)
        for trained in arms.values()
    )


def _notes(arms: Mapping[str, Trained], draws: Draws, stopped: bool) -> list[str]:
    """Return the sentences above the legend."""
    filled = (
        ", filled of the baseline, between thin lines of the technique" if len(arms) > 1 else ""
    )
    rows = " and ".join(dict.fromkeys(trained.watched for trained in arms.values()))
    notes = [f"Line: mean over repeats. Band: 10-90% of them, of {rows} alone{filled}."]
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
    ax: Axes, trained: Trained, column: str, last: int, arm: str, dashes: str, label: str
) -> np.ndarray:
    """Draw the mean, and of watched rows the band, and return the mean."""
    kept = trained.fits.set_index("repeat")["kept_epoch"]
    epochs, numbers = curve(trained.history, kept, column, last)
    mean = numbers.mean(axis=1) if len(epochs) else np.empty(0)
    ax.plot(epochs, mean, color=ARMS[arm], linestyle=dashes, linewidth=1.6, label=label)
    if len(epochs) and column.startswith(WATCHED):
        ends = np.quantile(numbers, BAND, axis=1)
        if arm == "baseline":
            ax.fill_between(epochs, *ends, color=ARMS[arm], alpha=0.15, linewidth=0)
        else:
            ax.plot(epochs, ends.T, color=ARMS[arm], linewidth=0.6, alpha=0.8)
    return mean


def _rug(ax: Axes, trained: Trained, colour: str, height: float) -> bool:
    """Mark where fits stopped; return whether any did."""
    stopped = trained.fits.loc[trained.fits["outcome"] == "stopped", "epochs"]
    heights = np.full(len(stopped), height)
    across = ax.get_xaxis_transform()
    ax.plot(stopped, heights, "|", color=colour, alpha=0.7, markersize=7, transform=across)
    return bool(len(stopped))
