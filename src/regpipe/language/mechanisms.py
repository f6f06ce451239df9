"""A claim about what happens inside a network, and the measures that such claims are about.

They are of what every run keeps: a column of the run table, or a number of each fit's history.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, PositiveFloat, model_validator

from regpipe.language.metrics import METRICS, POINTS, Metric
from regpipe.strict import Strict

Direction = Literal["smaller", "larger", "no difference", "not larger"]
Text = Annotated[str, Field(min_length=1)]


class Mechanism(Strict):
    """A claim, and where it was made.

    It is about the `measure` of an `arm`, a technique or a problem's baseline: what it is like
    `beside` another technique (without one: beside its problem's baseline), or that it is `near` a
    number, no further away than `within`. A technique's `gain` may also be beside that of one of
    another problem, as where there are more rows.
    """

    statement: Text
    arm: str
    beside: str | None = None
    measure: str
    direction: Direction | None = None
    near: float | None = None
    within: PositiveFloat | None = None
    source: Text

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.direction is None) == (self.near is None):
            raise ValueError("expected `direction` or `near`, one of them")
        if (self.near is None) != (self.within is None):
            raise ValueError("expected `near` and `within` together, or neither")
        if self.near is not None and self.beside is not None:
            raise ValueError("expected `near` or `beside`, one of them")
        return self


class Kind(NamedTuple):
    """Measures that are called alike, `<kind>` or `<kind>_<of what>`.

    Attributes:
        unit: how their numbers are written; None where they are those of the metric they are of.
        whole: what one is called that is of nothing in particular.
        part: what one is called that is of a layer, a score or a logged number.
        relative: whether the smallest difference of interest is a share of the number beside it.
        of_training: whether the rows that only score a fit have no part in it.
    """

    unit: Metric | None
    whole: str
    part: str
    relative: bool = False
    of_training: bool = False


NORM, OUTPUT, EPOCHS, ROWS = (
    Metric(name, higher_is_better=False, value_places=places, places=places, smallest=0.05)
    for name, places in (("norm", 2), ("activation", 3), ("epochs", 0), ("rows", 0))
)
ZEROS = Metric(
    *("share of zeros", True), scale=100.0, places=1, unit=POINTS, lowest=0.0, highest=1.0
)
OF_HISTORY = ("best_epoch", "worsening")
LAST = "what the last layer is given"
KINDS = {
    "norm": Kind(NORM, "norm of all weights", "norm of the weights of {}", True, True),
    "activation": Kind(OUTPUT, f"mean of {LAST}", "mean output of {}", True, True),
    "zeros": Kind(ZEROS, f"zeros in {LAST}", "zeros in the outputs of {}", False, True),
    "train_rows": Kind(ROWS, "rows trained on", "", True, True),
    "epochs": Kind(EPOCHS, "epochs trained", "", True),
    "best_epoch": Kind(EPOCHS, "best epoch", "epoch of the best {}", True),
    "worsening": Kind(None, "", "how much worse {} ends than its best"),
    "test": Kind(None, "", "test {}"),
    "gain": Kind(None, "", "gain in test {}"),  # over the baseline; a lower loss is one, too
}


@dataclass(frozen=True)
class Measure:
    """A measure, such as `norm_hidden`.

    Attributes:
        kind: `norm`.
        of: `hidden`; "" where it is of nothing in particular.
    """

    kind: str
    of: str

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the one of that name, which was checked."""
        kind = next(kind for kind in KINDS if f"{name}_".startswith(f"{kind}_"))
        return cls(kind, name[len(kind) + 1 :])

    @property
    def about(self) -> Kind:
        """Those that are called alike."""
        return KINDS[self.kind]

    @property
    def logged(self) -> str | None:
        """The number of the history that it is of, None where it is of the run table."""
        return self.of if self.of and self.kind in OF_HISTORY else None

    @property
    def metric(self) -> str:
        """The metric that it is of, "" where it is of none."""
        metric = self.of.removeprefix("val_")
        return metric if self.logged or self.kind in ("test", "gain") else ""

    @property
    def unit(self) -> Metric:
        """How its numbers are written."""
        return self.about.unit or METRICS[self.metric]

    @property
    def words(self) -> str:
        """What it is called.

        >>> Measure.named("norm_hidden").words, Measure.named("best_epoch_val_loss").words
        ('norm of the weights of hidden', 'epoch of the best validation loss')
        """
        name = METRICS[self.metric].name if self.metric else self.of
        part = self.about.part.format(f"validation {name}" if self.logged else name)
        return part if self.of else self.about.whole
