"""How do loss and metric go with the epochs?"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regpipe.metrics import METRICS
from regpipe.plots.style import ARMS, PROTOCOLS, as_is, panels, title

BAND = (0.1, 0.9)  # quantiles over repeats
SIDES = {"train": ("", "--"), "test": ("val_", "-")}
POINTS = 400  # drawn along the logarithmic axis; more can't be seen


def learning_curves(
    baseline: pd.DataFrame, technique: pd.DataFrame, name: str, metric: str = "accuracy"
) -> Figure:
    """Draw mean and band over repeats of both arms, for both protocols.

    The test rows are the draw's own, or those that a technique holds out: what is watched while it
    trains. New rows, which score a fresh draw in the tables, are looked at once a fit is done. The
    mean at an epoch is that of the fits that were still training.

    Args:
        baseline: protocol, repeat, epoch, loss, val_loss and the metric's two columns. Those of the
            test rows (`val_`) may be NaN at epochs at which nobody looked at them.
        technique: the same of the other arm.
        name: the technique's title.
        metric: the other measure beside the loss.
    """
    figure, axes = panels(2, 2, 5.4, 3.4, sharex=True, sharey="row")
    for column, (protocol, meaning) in enumerate(PROTOCOLS.items()):
        arms = {"baseline": baseline, "technique": technique}
        chosen = {arm: history[history["protocol"] == protocol] for arm, history in arms.items()}
        for row, measure in enumerate(("loss", metric)):
            ax = axes[row][column]
            for arm, history in chosen.items():
                for side, (prefix, dashes) in SIDES.items():
                    label = f"{arm if arm == 'baseline' else as_is(name)}, {side} rows"
                    _curve(ax, history, prefix + measure, ARMS[arm], dashes, label)
            ax.grid(alpha=0.3)
            if not METRICS[measure].higher_is_better:  # an error
                ax.set_yscale("log")
        repeats = chosen["technique"]["repeat"].nunique()
        axes[0][column].set_title(f"{meaning} ({repeats} repeats)", fontsize=10)
        axes[1][column].set_xscale("log")
        axes[1][column].xaxis.set_major_formatter("{x:,.0f}")
        axes[1][column].set_xlabel("epoch")
    axes[0][0].set_ylabel("loss, with its penalty")
    axes[1][0].set_ylabel(METRICS[metric].name)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        title="test rows: those watched while training, which are held-out training rows where a "
        "technique holds some out.\nAt each epoch, the fits that still train",
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    title(figure, f"{name}: learning curves (mean and 10-90% band over repeats)")
    return figure


def _curve(
    ax: Axes, history: pd.DataFrame, column: str, colour: str, dashes: str, label: str
) -> None:
    shown = history[history["epoch"].isin(_epochs(history, column))]
    by_epoch = shown.groupby("epoch")[column]
    mean = by_epoch.mean()
    low, high = (by_epoch.quantile(q) for q in BAND)
    ax.plot(mean.index, mean, color=colour, linestyle=dashes, linewidth=1.5, label=label)
    ax.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)


def _epochs(history: pd.DataFrame, column: str) -> np.ndarray:
    """Return the epochs to draw: of those at which the fits looked, evenly spread ones.

    Where test rows are looked at every so many epochs, a fit that stops may have looked once more,
    alone. Its number is not the mean of those that still train, and is left out.
    """
    trained, seen = (
        history[key].notna().groupby(history["epoch"]).sum() for key in ("loss", column)
    )
    looked = seen.index[(seen > 0) & (2 * seen >= trained)].to_numpy()
    if not looked.size:
        return looked
    wanted = np.geomspace(looked[0], looked[-1], POINTS).round()
    return looked[np.unique(np.searchsorted(looked, wanted))]
