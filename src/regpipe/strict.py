"""What all values that are read from files share."""

import math
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Share = Annotated[float, Field(gt=0, lt=1)]
HeldOut = Annotated[float, Field(gt=0, le=0.9)]  # of rows: of the rest, a network has to learn
# What isn't known is NaN, which JSON can't hold: null there.
Number = Annotated[
    float,
    Field(allow_inf_nan=True),
    BeforeValidator(lambda value: math.nan if value is None else value),
    PlainSerializer(lambda value: value if math.isfinite(value) else None),
]


class Strict(BaseModel):
    """A value in which an unknown key is an error, and nothing changes after reading.

    Its numbers are finite, except for those that may be unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
