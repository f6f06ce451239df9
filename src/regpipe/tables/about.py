"""What an export says that it is, and whether that can be true."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, PositiveFloat, PositiveInt, field_serializer, model_validator

from regpipe.language import TableRows
from regpipe.language.tasks import TaskName
from regpipe.strict import Strict
from regpipe.tables.columns import Columns
from regpipe.tables.dates import NUMBERS
from regpipe.tables.target import MOST_CLASSES

NETWORK = "network"
OF_NETWORK, OF_OTHER = {"mixture": dict, "seeds": int}, {"setting": dict}
N_CLASSES = {"regression": (0, 0), "binary": (2, 2), "multiclass": (2, MOST_CLASSES)}
KINDS = {"numeric": ("number", "boolean"), "categorical": ("category",), "dates": ("date",)}


class About(Strict):
    """What a predictor is.

    Attributes:
        problem: its name.
        model: `network`, or the name of another model among the references.
        chosen: the mixture of a network and of how many it is the mean, or the setting of a model.
        task: binary, multiclass or regression.
        target: the column that is predicted.
        columns: those that predict.
        table: the problem's `rows`, which declare what each column holds.
        mean: of the target, where it was standardised; else 0.
        deviation: likewise; else 1.
        rows: how many it was trained on.
        expected: the metric on new rows, with its interval, and what else was told of the model.
        base_rates: of each class, where the predicted class is the one that is the likeliest in
            proportion to its base rate; None where it is the likeliest. Of two classes, the second
            is said from its complement's share on: rates of 0.7 and 0.3 cut at 0.3.
        temperature: by which logarithms of probabilities are divided, before they sum to 1 again.
        class_weight: of each class, where the network was trained with such weights, else None.
        versions: of the libraries.
    """

    problem: str
    model: Annotated[str, Field(min_length=1)]
    chosen: dict[str, Any]
    task: TaskName
    target: str
    columns: Columns
    table: TableRows
    mean: float
    deviation: PositiveFloat
    rows: PositiveInt
    expected: dict[str, Any]
    versions: dict[str, str]
    base_rates: list[Annotated[float, Field(ge=0)]] | None = None
    class_weight: list[PositiveFloat] | None = None
    temperature: PositiveFloat = 1.0

    @property
    def n_outputs(self) -> int:
        """How many numbers the model gives for a row."""
        classes = self.columns.classes
        return 1 if classes is None or self.task == "binary" else len(classes)

    @field_serializer("table")
    def _as_in_yaml(self, table: TableRows) -> dict[str, Any]:
        columns = {name: column.written() for name, column in (table.columns or {}).items()}
        return table.model_dump(exclude_defaults=True) | {"columns": columns}

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        faults = [*_of_choice(self), *_of_classes(self), *_of_columns(self.columns, self.table)]
        if self.target != self.table.target:
            faults.append(f"target: '{self.target}' isn't that of the table, '{self.table.target}'")
        if faults:
            raise ValueError(faults[0])
        return self


def _of_choice(about: About) -> Iterator[str]:
    expected = OF_NETWORK if about.model == NETWORK else OF_OTHER
    for key, kind in expected.items():
        if type(about.chosen.get(key)) is not kind:
            yield f"chosen.{key}: expected it as the {about.model} has it"


def _of_classes(about: About) -> Iterator[str]:
    classes = about.columns.classes
    n = 0 if classes is None else len(classes)
    least, most = N_CLASSES[about.task]
    if not least <= n <= most:
        yield f"columns.classes: a {about.task} problem can't have {n} classes"
    if len({(type(value), value) for value in classes or ()}) < n:
        yield "columns.classes: expected different classes"
    for key in ("base_rates", "class_weight"):
        numbers: Sequence[float] | None = getattr(about, key)
        if numbers is not None and len(numbers) != n:
            yield f"{key}: expected a number for each of {n} classes, received {len(numbers)}"
    if about.base_rates is not None and not sum(about.base_rates) > 0:
        yield "base_rates: expected some above 0"


def _of_columns(columns: Columns, table: TableRows) -> Iterator[str]:
    """Yield what of the columns that predict isn't as the table's block declares them."""
    if not columns.predict:
        yield "columns: expected some that predict"
    for of_kind, kinds in KINDS.items():
        for name in getattr(columns, of_kind):
            declared = (table.columns or {}).get(name)
            if declared is None or declared.kind not in kinds or name not in table.inputs:
                what = "nothing" if declared is None else declared.kind
                yield f"columns.{of_kind}: '{name}' is declared as {what} by the table"
    if len(set(columns.predict)) < len(columns.predict):
        yield "columns: expected each once"
    if strange := set(columns.gaps) - {*columns.numeric, *columns.dates}:
        yield f"columns.gaps: '{min(strange)}' is neither a number nor a date"
    for name, values in columns.categorical.items():
        if not values or len(set(values)) < len(values):
            yield f"columns.categorical.{name}: expected different categories"
    for name, parts in columns.dates.items():
        if not parts or set(parts) - set(NUMBERS):
            yield f"columns.dates.{name}: expected some of {', '.join(NUMBERS)}"
