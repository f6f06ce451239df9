"""The numbers that a fit is scored by: what each is called, how it is written, which way is better.

The one place that says so. Shares are told with three decimals, and their differences in points;
squared errors in thousandths, both they and their differences.
"""

import math
from dataclasses import dataclass
from typing import Literal

MetricName = Literal[
    "accuracy", "balanced_accuracy", "auc", "r2", "mse",
    "denoising_mse", "probe_accuracy", "sparsity", "loss",
]  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """How a metric and its differences are written.

    Attributes:
        name: of the metric, in a sentence and on an axis.
        higher_is_better: whether a larger value is the better one.
        value_scale: a value is told as so many times itself.
        value_places: decimals of a value.
        scale: a difference is told as so many times itself.
        places: decimals of a difference.
        unit: what stands behind a difference.
    """

    name: str
    higher_is_better: bool
    value_scale: float = 1.0
    value_places: int = 3
    scale: float = 1.0
    places: int = 2
    unit: str = ""

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
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.unit == POINTS

    def value(self, number: float) -> str:
        """Return a value of the metric, and a dash where there is none."""
        if math.isnan(number):
            return "-"
        return _written(self.value_scale * number, self.value_places)

    def spread(self, mean: float, sd: float) -> str:
        """Return mean and standard deviation."""
        if math.isnan(mean) or math.isnan(sd):
            return "-"
        return f"{self.value(mean)}±{self.value(sd)}".replace("±0", "±")

    def size(self, difference: float) -> str:
        """Return a difference without its sign, with as many decimals as it takes not to be 0."""
        return _to_tell(abs(self.scale * difference), self.places)

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
        return _to_tell(self.scale * difference, self.places, "+")

    def interval(self, low: float, high: float) -> str:
        """Return an interval in brackets, "" where there is none.

        >>> METRICS["accuracy"].interval(0.0003, 0.012)
        '[0.03, 1.2]'
        """
        if math.isnan(low) or math.isnan(high):
            return ""
        return f"[{self.end(low).lstrip('+')}, {self.end(high).lstrip('+')}]"

    def told(self, mean: float, low: float, high: float) -> str:
        """Return a mean difference and its interval, as far as they are known.

        >>> METRICS["accuracy"].told(0.012, 0.004, 0.02)
        '+1.2 [0.4, 2.0]'
        """
        return f"{self.signed(mean)} {self.interval(low, high)}".rstrip()


def _to_tell(number: float, places: int, sign: str = "") -> str:
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


LARGE = 10_000
MOST = 6  # decimals of a number that isn't 0
POINTS, THOUSANDTHS = " points", " thousandths"


def _share(name: str) -> Metric:
    return Metric(name, higher_is_better=True, scale=100.0, places=1, unit=POINTS)


def _error(name: str) -> Metric:
    return Metric(name, False, 1000.0, 2, 1000.0, 2, THOUSANDTHS)


METRICS: dict[str, Metric] = {
    "accuracy": _share("accuracy"),
    "balanced_accuracy": _share("balanced accuracy"),
    "auc": _share("AUC"),
    "r2": Metric("R²", higher_is_better=True),
    "mse": _error("squared error"),
    "denoising_mse": _error("squared error on corrupted inputs"),
    "probe_accuracy": _share("accuracy of a linear probe"),
    "sparsity": _share("share of zeros in the code"),
    "loss": Metric("loss", higher_is_better=False, places=3),
}
