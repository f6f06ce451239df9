"""What regularizers stand on: a network's size, its learning rate, how its inputs are written."""

from typing import Literal, Self

from pydantic import PositiveInt, model_validator

from regpipe.language.blocks import Family, Recipe

Inputs = Literal["standard", "robust", "quantile", "piecewise"]


class Foundation(Recipe):
    """An option of a `slot`, of which a network has one at most; without any it is as it was.

    `layers` is how many hidden layers there are: the last is repeated, or left out. `inputs` is how
    the numbers of a row are written. The other keys are those of a recipe; what it changes of each
    hidden layer may be its `units`.
    """

    family: Family = "other"
    slot: str
    layers: PositiveInt | None = None
    inputs: Inputs | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not (self.each or self.training or self.layers or self.inputs):
            raise ValueError("expected `each`, `training`, `layers` or `inputs`")
        return self
