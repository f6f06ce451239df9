"""How numbers of a metric are told: an accuracy's gain in points, an error in thousandths."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How a metric and its differences are written.

    Attributes:
        name: of the metric, in a sentence.
        value_scale: a value is told as so many times itself.
        value_places: decimals of a value.
        scale: a difference is told as so many times itself.
        places: decimals of a difference.
        unit: what stands behind a difference.
        movement: what a difference is called, above a column of them.
    """

    name: str
    value_scale: float = 1.0
    value_places: int = 3
    scale: float = 1.0
    places: int = 2
    unit: str = ""
    movement: str = "gain"

    def value(self, number: float | None) -> str:
        """Return a value of the metric, and a dash where there is none."""
        if number is None or math.isnan(number):
            return "-"
        return f"{self.value_scale * number:.{self.value_places}f}"

    def spread(self, numbers: dict[str, float | None]) -> str:
        """Return mean and standard deviation."""
        mean, sd = numbers["mean"], numbers["sd"]
        if mean is None or sd is None:
            return "-"
        return f"{self.value(mean)}±{self.value(sd)}".replace("±0", "±")

    def size(self, difference: float) -> str:
        """Return a difference without its sign."""
        return f"{abs(self.scale * difference):.{self.places}f}"

    def signed(self, difference: float | None) -> str:
        """Return a difference with its sign, and without one where it rounds to none."""
        if difference is None:
            return "-"
        text = f"{self.scale * difference:+.{self.places}f}"
        return text[1:] if float(text) == 0 else text


UNITS = {
    "accuracy": Unit("accuracy", scale=100.0, places=1, unit=" points"),
    "balanced_accuracy": Unit("balanced accuracy", scale=100.0, places=1, unit=" points"),
    "auc": Unit("AUC", scale=100.0, places=1, unit=" points"),
    "r2": Unit("R²"),
    "mse": Unit("squared error", 1000.0, 2, 1000.0, 2, " thousandths", "change"),
}
