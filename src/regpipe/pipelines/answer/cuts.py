"""Where the second of two classes is said, if another place than the model's own is better.

A model says the likelier class, or the one that is likelier than its base rate, or that is expected
to cost less. Held-out rows may show a better place for what judges. It is chosen by several ways to
hold some out: each way's own place is chosen by the others, and only if that is better than where
the model would say it, by the mean over the ways, is one chosen by all of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regpipe.language.metrics import METRICS
from regpipe.statistics import grid

if TYPE_CHECKING:
    from regpipe.measures.measure import Said

PLACES = 99  # that are tried: quantiles of what is said


def cut_of(said: Sequence["Said"]) -> float | None:
    """Return the probability from which on the second class is said; None for the model's own.

    Args:
        said: of the rows that each way holds out.
    """
    task = said[0].task
    of_classes = task.metric == "cost" or METRICS[task.metric].of_classes
    if task.name != "binary" or not of_classes or len(said) < 2:
        return None
    pooled = np.concatenate([one.outputs[:, 0] for one in said])
    places = np.unique(np.quantile(pooled, np.linspace(0.01, 0.99, PLACES)))
    places = places[(places > 0) & (places < 1)]
    if not len(places):
        return None
    merits = np.array([[_merit(rates_at(one, place)) for place in places] for one in said])
    crossed = [merits[k, _best(np.delete(merits, k, axis=0))] for k in range(len(said))]
    if not np.mean(crossed) > np.mean([_merit(one) for one in said]):
        return None
    return float(places[_best(merits)])


def rates_at(said: "Said", cut: float | None) -> "Said":
    """Return the same with its classes said from another probability on."""
    return replace(said, rates=rates_of_cut(cut, said.rates))


def rates_of_cut(cut: float | None, own: np.ndarray | None) -> np.ndarray | None:
    """Return the base rates by which the second class is said from a probability on."""
    return own if cut is None else np.array([1 - cut, cut])


def _merit(said: "Said") -> float:
    scores = said.by_row
    metric = float(np.mean(scores[said.task.metric]))
    return float(grid.merit(metric, float(np.mean(said.loss)), said.task))


def _best(merits: np.ndarray) -> int:
    """Return the middle one of the places that are best on average."""
    mean = merits.mean(axis=0)
    best = np.flatnonzero(mean >= mean.max() - 1e-12)
    return int(best[len(best) // 2])
