"""What a column of a user's own table holds, as its problem declares it."""

from typing import Any, Literal, Self

from pydantic import PositiveInt, model_validator

from regpipe.strict import Strict

Kind = Literal["number", "boolean", "category", "date", "drop"]
OF_KIND = {"unit": "number", "format": "date", "most": "category"}


class Column(Strict):
    """How a column is read: its kind alone, such as `age: number`, or a mapping.

    `unit` stands before or behind each number (`$`, `%`, `kg`). `format` is that of a date, in the
    codes of `strptime`. `gaps` are words that stand for a missing value, in this column. `most` is
    how many categories there are, the most frequent ones; all others are one more, `(other)`. A
    column to `drop` is left out.
    """

    kind: Kind
    unit: str | None = None
    format: str | None = None
    gaps: list[str] = []
    most: PositiveInt | None = None

    @model_validator(mode="before")
    @classmethod
    def _kind_alone(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _suits_its_kind(self) -> Self:
        for key, kind in OF_KIND.items():
            if getattr(self, key) is not None and self.kind != kind:
                raise ValueError(f"{key}: this is for a {kind}, not for a {self.kind}")
        return self

    def written(self) -> str | dict[str, Any]:
        """Return the column as YAML has it."""
        keys = self.model_dump(exclude_defaults=True)
        return self.kind if len(keys) == 1 else keys
