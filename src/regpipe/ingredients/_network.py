"""What an idea that Keras lacks may be in a network: a penalty on outputs, or a layer.

Each is a frozen block of YAML, which a network's block calls by name, and a class of plain Keras
(`plain`), which the engine builds, and the report pastes.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from regpipe.errors import SpecError
from regpipe.strict import Strict


def snake_case(name: str) -> str:
    """Return the name of a class as Keras, and YAML, write it in small letters.

    >>> snake_case("BatchSum"), snake_case("L1L2")
    ('batch_sum', 'l1_l2')
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def no_plain_form(idea: str) -> SpecError:
    """Return what is said of an idea that plain Keras can't have."""
    return SpecError(
        f"{idea}: it has no form in plain Keras, so `engine: keras` can't train with it, and no "
        "code can be shown for it. Expected `engine: compiled`."
    )


class NetworkIdea(Strict):
    """What both have in common.

    Class attributes:
        neutral: its strengths, each with the value that does nothing. They may change without a
            new compile.
        random: whether it draws random numbers while it is trained.
    """

    neutral: ClassVar[Mapping[str, float]] = {}
    random: ClassVar[bool] = False

    @classmethod
    def plain(cls) -> Any:
        """Return the class of plain Keras, registered with Keras by its own name.

        Raises:
            SpecError: there is none.
        """
        raise no_plain_form(snake_case(cls.__name__))


class Penalty(NetworkIdea):
    """An `activity_regularizer`; YAML calls it by its name in small letters, as Keras' own.

    Rows that only fill up a batch have outputs of 0: they must add nothing.

    Class attributes:
        wraps: whether its block is another regularizer, which it is made of.
        sums: whether it is a sum over the rows of a batch, not a mean over them.
    """

    wraps: ClassVar[bool] = False
    sums: ClassVar[bool] = False

    @classmethod
    def key(cls) -> str:
        """Return its name in YAML, such as `batch_sum`."""
        return snake_case(cls.__name__)


class LayerIdea(NetworkIdea):
    """A layer; YAML calls it by its class, as Keras' own, and its fields are its arguments."""

    @classmethod
    def key(cls) -> str:
        """Return its name in YAML, such as `ShakeShake`."""
        return cls.__name__

    @classmethod
    def inference(cls, layer: Any) -> Any:
        """Return what stands for a layer in an exported model, of Keras' own layers alone.

        It bears the layer's name. Where it is a model of several layers, these are called as those
        inside the layer: their weights find each other by their names.
        """
        raise NotImplementedError(f"{cls.__name__} can't be exported.")
