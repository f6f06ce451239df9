"""How good is each value of a grid, and which would validation rows have chosen?"""

from typing import Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import (
    BASELINE,
    TECHNIQUE,
    WIDTH,
    Axes,
    Figure,
    headings,
    legend_below,
    panels,
    title,
)
from regpipe.rows.draws import DRAWN, Draws

DASHES = {"train": "--", "test": "-"}
PUBLISHED = {"train": "0.5", "test": "black"}
FAINT = 0.35  # what can't be compared
WIDE = 20  # a factor, beyond which an axis is logarithmic
NAMED = 4  # values that are equally good
BAR = 5  # points, so that bars are equally wide on any scale


def grid(
    table: pd.DataFrame,
    paths: list[str],
    name: str,
    metric: str,
    baseline: dict[str, dict[str, float]],
    draws: Draws = DRAWN,
) -> Figure:
    """Draw a metric over the values of a grid, and below how often each value was chosen.

    Args:
        table: a row per protocol and value: protocol, step ("coarse" or "finer"), a column for each
            path, repeats, for train and test `<side>_mean`, `<side>_ci_low`, `<side>_ci_high` and
            `published_<side>` (NaN where nothing was published), chosen (in how many repeats
            validation rows chose the value), and maybe not_comparable (in what the run isn't as
            published, empty where it is).
        paths: where the values stand. The first goes along x; the others tell lines apart.
        name: the technique's title.
        metric: which one the numbers are of.
        baseline: protocol -> the means of "train" and "test" without the technique.
        draws: what the repeats are called.
    """
    from matplotlib.ticker import MaxNLocator

    path = paths[0]
    table = table.assign(line=_line_of(table, paths[1:]))
    if METRICS[metric].is_share:  # the interval of a few repeats may reach beyond what can be
        ends = [f"{side}_ci_{end}" for side in DASHES for end in ("low", "high")]
        table[ends] = table[ends].clip(0, 1)
    colours = _colours(table, paths[1:])
    heads = headings(draws)
    protocols = [protocol for protocol in heads if (table["protocol"] == protocol).any()]
    shape = {"sharex": True, "sharey": "row", "height_ratios": [4, 1]}
    figure, axes = panels(2, len(protocols), WIDTH / max(len(protocols), 1), 2.8, **shape)
    for (ax, strip), protocol in zip(axes.T, protocols, strict=True):
        part = table[table["protocol"] == protocol].sort_values(path)
        _draw_values(ax, part, path, colours)
        _draw_baseline(ax, baseline[protocol])
        _draw_chosen(strip, part, path, colours)
        ax.set_title(f"{heads[protocol]}\n({part['repeats'].max()} repeats)", fontsize=10)
        ax.grid(alpha=0.3)
        strip.set_xlabel(_in_words(path))
    axes[0][0].set_xscale(**_scale(table[path].to_numpy()))
    if not METRICS[metric].higher_is_better:  # an error
        axes[0][0].set_yscale(**_scale(table[["train_mean", "test_mean"]].to_numpy()))
    axes[0][0].set_ylabel(METRICS[metric].name)
    axes[1][0].set_ylabel("chosen,\nrepeats")
    axes[1][0].set_ylim(bottom=0)
    axes[1][0].yaxis.set_major_locator(MaxNLocator(3, integer=True))
    notes = [
        f"{_means(table)} over repeats. Bars: how often validation rows chose the value, "
        "which are held out of those trained on."
    ]
    notes += [f"Not comparable with what was published: {why}." for why in _departures(table)]
    legend_below(figure, _legend(table, colours), 4, "\n".join(notes))
    of = table[table["protocol"] == protocols[-1]]
    title(figure, _finding(of, paths, name, METRICS[metric], baseline[protocols[-1]], draws))
    return figure


def _finding(
    table: pd.DataFrame,
    paths: list[str],
    name: str,
    unit: Metric,
    baseline: dict[str, float],
    draws: Draws,
) -> str:
    """Return which values are best on test rows, and how often validation rows chose them."""
    known = table.dropna(subset=["test_mean"])
    if known.empty:
        return f"{name}: no value has a mean on {draws.fresh}"
    means = known["test_mean"]
    most = means.max() if unit.higher_is_better else means.min()
    best = known[np.isclose(means, most, rtol=1e-9, atol=0)]  # strong ones may make the same model
    values = " or ".join(
        ", ".join(f"{path.rpartition('.')[2]} = {point[path]:g}" for path in paths)
        for point in best.head(NAMED).to_dict("records")
    )
    if len(best) > NAMED:
        values += f" or {len(best) - NAMED} more"
    test, bare = unit.value(most), unit.value(baseline["test"])
    repeats = table["chosen"].sum()  # those in which not every value was trained on all rows, too
    it = "it" if len(best) == 1 else "one of these"
    chosen = f"validation rows chose {it} in {best['chosen'].sum()} of {repeats} repeats"
    of = f"test {unit.name} {test}, {bare} without"
    return f"{name}: best on {draws.fresh} is {values} ({of}); {chosen}"


def _means(table: pd.DataFrame) -> str:
    """Return what lines and areas are; of few repeats, no mean has an interval."""
    return "Mean and its interval" if table["test_ci_low"].notna().any() else "Mean"


def _in_words(path: str) -> str:
    """Return the place of a value as a person says it.

    >>> _in_words("network.hidden.kernel_regularizer.l2")
    'l2 of kernel regularizer of hidden'
    """
    block, *parts = path.split(".")
    return " of ".join(reversed(parts or [block])).replace("_", " ")


def _departures(table: pd.DataFrame) -> list[str]:
    """Return in what the run isn't as published."""
    reasons = table.get("not_comparable", pd.Series(dtype=object))
    return [text for text in dict.fromkeys(reasons) if isinstance(text, str) and text]


def _line_of(table: pd.DataFrame, further: list[str]) -> list[str]:
    """Return, for each row, the values that tell its line from the others."""
    values = zip(*(table[path] for path in further), strict=True) if further else [()] * len(table)
    return [", ".join(f"{p} = {v}" for p, v in zip(further, row, strict=True)) for row in values]


def _colours(table: pd.DataFrame, further: list[str]) -> dict[Any, Any]:
    """Return a colour for each line: the higher its values, the lighter. None is the baseline's."""
    if not further:
        return {"": TECHNIQUE}
    from matplotlib import colormaps

    ordered = table.sort_values(further, key=lambda path: pd.to_numeric(path, errors="coerce"))
    lines = ordered["line"].unique()
    shades = colormaps["plasma"](np.linspace(0.25, 0.9, len(lines)))
    return dict(zip(lines, shades, strict=True))


def _draw_values(ax: Axes, part: pd.DataFrame, path: str, colours: dict[Any, Any]) -> None:
    """Draw a line per side and further values, with its interval, and what was published."""
    for line, values in part.groupby("line", sort=False):
        colour, finer = colours[line], values["step"] == "finer"
        for side, dashes in DASHES.items():
            x, mean = values[path], values[f"{side}_mean"]
            ax.plot(x, mean, dashes, color=colour, linewidth=1.5)
            low, high = values[f"{side}_ci_low"], values[f"{side}_ci_high"]
            ax.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
            for at, face in ((~finer, colour), (finer, "white")):
                ax.plot(x[at], mean[at], "o", color=colour, markerfacecolor=face, markersize=5)
    alpha = FAINT if _departures(part) else None
    for side, colour in PUBLISHED.items():
        numbers = part[f"published_{side}"]
        ax.scatter(part[path], numbers, marker="x", color=colour, s=45, zorder=3, alpha=alpha)


def _draw_baseline(ax: Axes, means: dict[str, float]) -> None:
    """Draw a line per side."""
    for side, mean in means.items():
        ax.axhline(mean, color=BASELINE, linestyle=DASHES[side], linewidth=1.2)


def _draw_chosen(ax: Axes, part: pd.DataFrame, path: str, colours: dict[Any, Any]) -> None:
    """Draw a bar per value, those of one x upon one another."""
    top = pd.Series(0.0, index=part[path].unique())
    for line, colour in colours.items():
        chosen = part[part["line"] == line].groupby(path)["chosen"].sum()
        low = top[chosen.index]
        ax.vlines(chosen.index, low, low + chosen, color=colour, linewidth=BAR)
        top = top.add(chosen, fill_value=0)


def _scale(values: np.ndarray) -> dict[str, Any]:
    """Return a logarithmic scale for wide ranges, linear around 0 where that is a value, too."""
    positive = values[values > 0]
    if not positive.size or positive.max() <= WIDE * positive.min():
        return {"value": "linear"}
    if (values <= 0).any():
        return {"value": "symlog", "linthresh": positive.min()}
    return {"value": "log"}


def _legend(table: pd.DataFrame, colours: dict[Any, Any]) -> list[Any]:
    """Return what explains dashes, marks and colours, of those that were drawn."""
    from matplotlib.lines import Line2D

    entries: list[dict[str, Any]] = [
        {"linestyle": dashes, "color": "0.3", "label": f"{side} rows"}
        for side, dashes in DASHES.items()
    ]
    entries += [
        {"linestyle": dashes, "color": BASELINE, "label": f"baseline, {side} rows"}
        for side, dashes in DASHES.items()
    ]
    for step, face in (("coarse", "0.3"), ("finer", "white")):
        if (table["step"] == step).any():
            dot = {"marker": "o", "color": "0.3", "markerfacecolor": face}
            entries.append({**dot, "label": f"{step} grid"})
    for side, colour in PUBLISHED.items():
        if table[f"published_{side}"].notna().any():
            aside, alpha = (", not comparable", FAINT) if _departures(table) else ("", None)
            label = f"published, {side} rows{aside}"
            entries.append({"marker": "x", "color": colour, "alpha": alpha, "label": label})
    if len(colours) > 1:
        for line, colour in colours.items():
            entries.append({"linestyle": "-", "linewidth": 4, "color": colour, "label": line})
    return [Line2D([], [], **{"linestyle": "", **entry}) for entry in entries]
