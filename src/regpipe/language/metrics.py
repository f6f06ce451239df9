"""The numbers that a fit is scored by, and the one place that knows them.

What each is called, how it is computed and written, which way is better, which tasks have it, and
which difference is too small to interest anyone. To add one, write its function and its row in
`METRICS`, and put its name into `MetricName`. Shares are written with three decimals, and their
differences in points; squared errors in thousandths, both they and their differences.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

MetricName = Literal[
    "accuracy", "balanced_accuracy", "auc", "ece", "f1", "mcc", "log_loss", "cost",
    "r2", "mse", "mae", "rmse",
    "denoising_mse", "probe_accuracy", "sparsity", "loss",
]  # fmt: skip
TaskName = Literal["binary", "multiclass", "regression", "reconstruction"]
Function = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of targets and outputs, a row each


@dataclass(frozen=True)
class Metric:
    """How a metric and its differences are written.

    Attributes:
        name: of the metric, in a sentence and on an axis.
        higher_is_better: whether a larger value is the better one.
        value_scale: a value is written as so many times itself.
        value_places: decimals of a value.
        scale: a difference is written as so many times itself.
        places: decimals of a difference.
        unit: what stands behind a difference.
        tasks: whose fits are scored by it; none where it is of an autoencoder's code, see `codes`.
        function: of targets and outputs, a row each: returns the score of each row, of shape
            (n_rows,), whose mean is the metric. Where that is no mean over rows, a row's score is
            the metric plus the row's influence on it (F. R. Hampel, "The influence curve and its
            role in robust estimation", 1974). None where something else computes it: the problem's
            own loss, its costs, or `codes`.
        smallest: a mean difference below this is of no interest, unless a user sets another.
        of_classes: whether it is of the predicted classes, which base rates may change.
        by_class: whether a class counts for much, however few rows it has.
        asked: whether only those problems are scored by it that name it as their metric.
        lowest: that it can be.
        highest: that it can be. An interval is told and drawn no further, which costs it nothing:
            what lies beyond is no mean of any rows.
    """

    name: str
    higher_is_better: bool
    value_scale: float = 1.0
    value_places: int = 3
    scale: float = 1.0
    places: int = 2
    unit: str = ""
    tasks: tuple[TaskName, ...] = ()
    function: Function | None = None
    smallest: float = 0.01
    of_classes: bool = False
    by_class: bool = False
    asked: bool = False
    lowest: float = -math.inf
    highest: float = math.inf

    @property
    def movement(self) -> str:
        """What a difference is called, above a column of them."""
        return "gain" if self.higher_is_better else "change"

    @property
    def better(self) -> str:
        """Which way is better, below an axis."""
        return "more is better" if self.higher_is_better else "less is better"

    @property
    def difference(self) -> str:
        """What an axis of differences shows.

        >>> METRICS["accuracy"].difference, METRICS["r2"].difference
        ('points of accuracy', 'R²')
        """
        return f"{self.unit.strip()} of {self.name}" if self.unit else self.name

    @property
    def values(self) -> str:
        """What a column or an axis of values shows.

        >>> METRICS["accuracy"].values, METRICS["mse"].values
        ('accuracy', 'squared error in thousandths')
        """
        return self.name if self.value_scale == 1 else f"{self.name} in{self.unit}"

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.unit == POINTS

    def between(self, low: float, high: float) -> tuple[float, float]:
        """Return the ends of a mean's interval, as far out as the metric goes.

        >>> METRICS["accuracy"].between(0.97, 1.02), METRICS["mse"].between(-0.1, 1.5)
        ((0.97, 1.0), (0.0, 1.5))
        """
        return _clipped(low, self.lowest, self.highest), _clipped(high, self.lowest, self.highest)

    def change_between(self, low: float, high: float) -> tuple[float, float]:
        """Return the ends of an interval of differences, as far out as two values can differ.

        >>> METRICS["accuracy"].change_between(-1.2, 0.3), METRICS["r2"].change_between(-1.2, 2.3)
        ((-1.0, 0.3), (-1.2, 2.3))
        """
        most = self.highest - self.lowest
        return _clipped(low, -most, most), _clipped(high, -most, most)

    def scaled(self, mean: float, low: float, high: float) -> tuple[float, float, float]:
        """Return a mean difference and its interval in the units that they are written in."""
        low, high = self.change_between(low, high)
        return self.scale * mean, self.scale * low, self.scale * high

    def value(self, number: float) -> str:
        """Return a value of the metric, and a dash where there is none."""
        if math.isnan(number):
            return "-"
        return _written(self.value_scale * number, self.value_places)

    def written(self, number: float) -> str:
        """Return a value with its unit.

        >>> METRICS["accuracy"].written(0.83), METRICS["mse"].written(0.0123)
        ('0.830', '12.30 thousandths')
        """
        scaled = self.unit if self.value_scale != 1 and not math.isnan(number) else ""
        return f"{self.value(number)}{scaled}"

    def spread(self, mean: float, sd: float) -> str:
        """Return mean and standard deviation."""
        if math.isnan(mean) or math.isnan(sd):
            return "-"
        return f"{self.value(mean)}±{self.value(sd)}".replace("±0", "±")

    def size(self, difference: float) -> str:
        """Return a difference without its sign, with as many decimals as it takes not to be 0."""
        return _nonzero(abs(self.scale * difference), self.places)

    def signed(self, difference: float) -> str:
        """Return a difference with its sign, and without one where it rounds to none."""
        if math.isnan(difference):
            return "-"
        text = _written(self.scale * difference, self.places, "+")
        return text if text.strip("+-0.") else text[1:]

    def end(self, difference: float) -> str:
        """Return an end of an interval, with as many decimals as it takes to show its sign.

        On which side of 0 it lies is what an interval is read for.

        >>> METRICS["accuracy"].end(0.0125), METRICS["accuracy"].end(-0.0003)
        ('+1.2', '-0.03')
        """
        end, _ = self.change_between(difference, difference)
        return _nonzero(self.scale * end, self.places, "+")

    def interval(self, low: float, high: float) -> str:
        """Return an interval in brackets, "" where there is none.

        >>> METRICS["accuracy"].interval(0.0003, 0.012)
        '[0.03, 1.2]'
        """
        if math.isnan(low) or math.isnan(high):
            return ""
        return f"[{self.end(low).lstrip('+')}, {self.end(high).lstrip('+')}]"

    def with_interval(self, mean: float, low: float, high: float) -> str:
        """Return a mean difference with its interval, as far as they are known.

        >>> METRICS["accuracy"].with_interval(0.012, 0.004, 0.02)
        '+1.2 [0.4, 2.0]'
        """
        return f"{self.signed(mean)} {self.interval(low, high)}".rstrip()


def _clipped(number: float, low: float, high: float) -> float:
    """Return the nearest number from low to high; NaN stays NaN."""
    return min(max(number, low), high)


def _nonzero(number: float, places: int, sign: str = "") -> str:
    """Return a number, with further decimals where it would else be 0, and isn't."""
    text = _written(number, places, sign)
    if text.strip("+-0."):
        return text
    if number == 0:
        return text.lstrip("+-")
    digits = -math.floor(math.log10(abs(number)))
    return f"{number:{sign}.{digits}f}" if digits <= MOST else f"{number:{sign}.0e}"


def _written(number: float, places: int, sign: str = "") -> str:
    """Return a number; a large one, as of errors in the target's own units, without decimals.

    >>> _written(-0.5, 2), _written(1234567.8, 2, "+")
    ('-0.50', '+1,234,568')
    """
    return f"{number:{sign},.0f}" if abs(number) >= LARGE else f"{number:{sign}.{places}f}"


def typeset(text: str) -> str:
    """Return numbers with a minus sign in place of a hyphen.

    >>> typeset("-0.4 to 1.2")
    '−0.4 to 1.2'
    """
    return re.sub(r"(?<![\w-])-(?=\d)", "−", text)


LARGE = 10_000
MOST = 6  # decimals of a number that isn't 0
POINTS, THOUSANDTHS = " points", " thousandths"


def predicted_classes(outputs: np.ndarray) -> np.ndarray:
    """Return the class that each row's outputs predict, of shape (n_rows, 1).

    A single output is the probability of class 1, several are one for each class.
    """
    if outputs.shape[1] == 1:
        return (outputs > 0.5).astype(int)
    return outputs.argmax(axis=1)[:, None]


def _accuracy(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the share of rows whose class is predicted."""
    return (predicted_classes(outputs) == y)[:, 0].astype(float)


def _balanced_accuracy(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the mean, over the classes, of the share of their rows that is predicted."""
    _, label = np.unique(y[:, 0], return_inverse=True)
    return _mean_of_groups(_accuracy(y, outputs), label)


def _auc(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the area under the ROC curve: of two classes, or each against the others, on average.

    How probably a row of a class has a higher output for it than one of another. NaN where a
    class has no row.
    """
    if outputs.shape[1] == 1:
        return _area(y[:, 0] == 1, outputs[:, 0])
    areas = [_area(y[:, 0] == label, output) for label, output in enumerate(outputs.T)]
    return np.mean(areas, axis=0)


def _area(positive: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Score the area by what each row does among those of the other kind.

    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more
    correlated receiver operating characteristic curves" (1988).
    """
    if positive.all() or not positive.any():
        return np.full(len(scores), np.nan)
    right = np.empty(len(scores))
    for own, sign in ((positive, 1), (~positive, -1)):
        others = np.sort(sign * scores[~own])
        ends = (np.searchsorted(others, sign * scores[own], side) for side in ("left", "right"))
        right[own] = sum(ends) / 2 / len(others)  # the share it is rightly above, a tie being half
    area = right[positive].mean()
    return 2 * _mean_of_groups(right, positive.astype(int)) - area


def _mean_of_groups(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Score the mean of the groups' means, by values of shape (n_rows,) and groups 0, 1, ..."""
    rows = np.bincount(group)
    means = np.bincount(group, values) / rows
    return means.mean() + len(values) / (len(rows) * rows[group]) * (values - means[group])


def _f1(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score F1: of the second of two classes, or of each of several, on average.

        2 n_k / (rows of class k + rows that are predicted to be)

    n_k of which are both. A class that has neither counts among several for nothing, and of two for
    0, as scikit-learn has it.
    """
    told, label = predicted_classes(outputs)[:, 0], y[:, 0].astype(int)
    labels = [1] if outputs.shape[1] == 1 else np.union1d(told, label)
    return np.mean([_f1_of(label == k, told == k) for k in labels], axis=0)


def _f1_of(true: np.ndarray, told: np.ndarray) -> np.ndarray:
    either = true.astype(float) + told
    if not either.any():
        return np.zeros(len(true))
    f1 = 2 * (true & told).sum() / either.sum()
    return f1 + (2 * (true & told) - f1 * either) / either.mean()


def _mcc(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the correlation of true and predicted classes; 0 where either is always the same.

        (sum_k c_kk - sum_k t_k p_k) / sqrt((1 - sum_k t_k^2) (1 - sum_k p_k^2))

    c_kk is the share of the rows that are of class k and predicted to be, t_k and p_k the shares of
    those that are the one and the other (B. W. Matthews, 1975, of two classes; J. Gorodkin,
    "Comparing two K-category assignments by a K-category correlation coefficient", 2004).
    """
    told, label = predicted_classes(outputs)[:, 0], y[:, 0].astype(int)
    classes = 1 + max(told.max(), label.max())
    t, p = (np.bincount(k, minlength=classes) / len(k) for k in (label, told))
    together, of_true, of_told = np.mean(label == told) - t @ p, 1 - t @ t, 1 - p @ p
    if not of_true * of_told > 0:
        return np.zeros(len(y))
    root = np.sqrt(of_true * of_told)
    moved = (label == told) - p[label] - t[told] + t @ p - together
    spread = (t @ t - t[label]) / of_true + (p @ p - p[told]) / of_told
    return together / root * (1 - spread) + moved / root


def _log_loss(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the mean of -ln(probability of the row's class), `SMALLEST` at least.

    Unlike `loss`, it is the same whatever a network is trained on, and models without have it.
    """
    of_each = np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs
    said = np.take_along_axis(of_each, y.astype(int), axis=1)[:, 0].astype(float)
    return -np.log(np.clip(said, SMALLEST, 1 - SMALLEST))


def _ece(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the expected calibration error: how far probabilities are from how often they hold.

        sum_b n_b / n |accuracy_b - mean probability of the predicted class_b|

    over 15 bins of that probability, equally wide (C. Guo et al., "On calibration of modern neural
    networks", 2017). Of few rows it is above 0 even where every probability is right.
    """
    predicted = predicted_classes(outputs)
    of_each = np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs
    probability = np.take_along_axis(of_each, predicted, axis=1)[:, 0].astype(float)
    bins = np.clip(np.ceil(BINS * probability).astype(int) - 1, 0, BINS - 1)
    gaps = (predicted == y)[:, 0] - probability
    return np.sign(np.bincount(bins, gaps, minlength=BINS))[bins] * gaps


def _mse(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the mean squared error."""
    return np.mean((outputs - y) ** 2, axis=1, dtype=float)


def _mae(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the mean absolute error."""
    return np.mean(np.abs(outputs - y), axis=1, dtype=float)


def _rmse(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the root of the mean squared error."""
    errors = _mse(y, outputs)
    root = np.sqrt(errors.mean())
    return root + (errors - errors.mean()) / (2 * root) if root else errors


def _r2(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Score the share of the targets' variance that is explained; 0 for their mean, or less."""
    errors, far = _mse(y, outputs), np.square(y[:, 0] - np.mean(y, dtype=float))
    variance = far.mean()
    if not variance:
        return np.full(len(y), np.nan)
    unexplained = errors.mean() / variance
    return 1 - unexplained + (unexplained * far - errors) / variance


CUT = ("balanced_accuracy", "cost")  # by which the class to say isn't the likeliest
BINS = 15  # of probabilities
SMALLEST = float(np.finfo("float32").eps)  # as scikit-learn clips what a network says
CLASSES: tuple[TaskName, ...] = ("binary", "multiclass")
NUMBERS: tuple[TaskName, ...] = ("regression", "reconstruction")


def _share(name: str, function: Function | None = None, of_classes: bool = False) -> Metric:
    tasks = CLASSES if function else ()
    share = Metric(name, True, 1.0, 3, 100.0, 1, POINTS, tasks, function, of_classes=of_classes)
    return replace(share, lowest=0.0, highest=1.0)


def _error(name: str, function: Function | None = None) -> Metric:
    tasks = NUMBERS if function else ()
    return Metric(name, False, 1000.0, 2, 1000.0, 2, THOUSANDTHS, tasks, function, lowest=0.0)


METRICS: dict[str, Metric] = {
    "accuracy": _share("accuracy", _accuracy, of_classes=True),
    "balanced_accuracy": replace(
        _share("balanced accuracy", _balanced_accuracy, of_classes=True), by_class=True
    ),
    "auc": replace(_share("AUC", _auc), by_class=True),
    "ece": replace(_share("calibration error", _ece), higher_is_better=False),
    "f1": replace(_share("F1", _f1, of_classes=True), by_class=True, asked=True),
    "mcc": Metric(
        *("MCC", True),
        tasks=CLASSES,
        function=_mcc,
        of_classes=True,
        by_class=True,
        asked=True,
        lowest=-1.0,
        highest=1.0,
    ),
    "log_loss": Metric(
        "log loss", False, places=3, tasks=CLASSES, function=_log_loss, asked=True, lowest=0.0
    ),
    "cost": Metric(
        *("cost", False),
        places=3,
        tasks=CLASSES,
        of_classes=True,
        by_class=True,
        asked=True,
        lowest=0.0,
    ),
    "r2": Metric("R²", True, tasks=("regression",), function=_r2, highest=1.0),
    "mse": _error("squared error", _mse),
    "mae": replace(_error("absolute error", _mae), tasks=("regression",), asked=True),
    "rmse": replace(_error("root mean squared error", _rmse), tasks=("regression",), asked=True),
    "denoising_mse": _error("squared error on corrupted inputs"),
    "probe_accuracy": _share("accuracy of a linear probe"),
    "sparsity": _share("share of zeros in the code"),
    "loss": Metric("loss", higher_is_better=False, places=3, tasks=(*CLASSES, *NUMBERS)),
}


def check_smallest(differences: dict[str, float]) -> dict[str, float]:
    """Return smallest differences of interest, unless no two values can differ so much.

    Raises:
        ValueError: one is as wide as the range of its metric.
    """
    for name, difference in differences.items():
        metric = METRICS[name]
        if difference >= metric.highest - metric.lowest:
            raise ValueError(
                f"{name} goes from {metric.lowest:g} to {metric.highest:g}. Expected a difference "
                f"below {metric.highest - metric.lowest:g}, received {difference:g}"
            )
    return differences
