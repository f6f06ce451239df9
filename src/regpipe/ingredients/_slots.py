"""What an idea that Keras lacks may do in a training: the slots of the compiled loop.

An ingredient is a frozen block of YAML, the value of a key of `training`. The loop calls each of
its slots in turn and knows no name; a slot that an ingredient doesn't fill does nothing. Slots are
pure: they get tensors and return tensors, and what lasts from one epoch to the next is the
ingredient's *part* of the state, a dictionary of tensors. `plain` returns the same idea as classes
of plain Keras: `engine: keras` trains with these, and the report pastes their source.

    once a fit    train, part, row_weights
    each epoch    begin
    each step     weights, batch, between (layers), loss, gradients
    each epoch    end
    once a fit    kept, best_epoch
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from regpipe.ingredients._network import no_plain_form, snake_case
from regpipe.strict import Strict

Part = dict[str, Any]


@dataclass(frozen=True)
class Beginning:
    """What is known when a fit begins.

    Attributes:
        epochs: how many there are at most.
        learning_rate: the optimizer's; None where it has a schedule.
        shapes: of the weights.
        limit: what the rule `below` waits for, if not for its own `value`.
    """

    epochs: int
    learning_rate: float | None
    shapes: Sequence[tuple[int, ...]]
    limit: float | None = None


@dataclass
class Epoch:
    """An epoch, while the loop is traced: slots read it, and set what is said to be settable.

    Attributes:
        number: the epoch, counted from 0; an int32 scalar.
        epochs: how many there are.
        strengths: of the network, by their paths such as `hidden.kernel_regularizer.l2`; settable
            in `begin`.
        learning_rate: settable in `begin`.
        weights: after the epoch, one tensor each.
        logs: the numbers of the epoch by their names, scalars.
        validated: whether there are numbers of the held-out rows.
        keep: settable in `end`: these weights are the best so far.
        stop: settable in `end`: this was the last epoch.
    """

    number: Any
    epochs: int
    strengths: dict[str, Any]
    learning_rate: Any = None
    weights: list[Any] = field(default_factory=list)
    logs: dict[str, Any] = field(default_factory=dict)
    validated: Any = True
    keep: Any = False
    stop: Any = False


@dataclass
class Step:
    """A step on a batch, while the loop is traced.

    Attributes:
        x: features of shape (n_rows, ...); settable in `batch`.
        y: targets of shape (n_rows, n_targets); settable in `batch`.
        n_rows: how many rows are real; others stand at the end, are copies and weigh nothing.
        number: how many steps were taken before; an int64 scalar.
        classes: how many there are, where targets are classes.
        layers: the names of the layers, in order.
        draws: random numbers (`normal`, `uniform`) of each ingredient's own, by its key.
        notes: what an ingredient keeps from one slot to the next, by its key.
    """

    x: Any
    y: Any
    n_rows: Any
    number: Any
    classes: int
    layers: Sequence[str]
    draws: Mapping[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)


class Ingredient(Strict):
    """A block of YAML that fills slots.

    Class attributes:
        neutral: its strengths, each with the value that does nothing. They may change without a
            new compile: in a slot, `self.rate` is a tensor.
        in_part: its other numbers that may change without a new compile: slots read them from its
            part.
        random: whether it draws random numbers.
        order: ingredients of a lower order come first, those of the same by their names.
        watches: whether it is a rule that watches the logs, and so may keep the best weights.
        keeps: whether it keeps other weights than the last, or the best, ones.
        trains_on_all: whether it ends with a training that holds out no rows.
        training_key: its key in `training`, if it isn't its own name.
        discriminator: of several ideas with the same key, the field that tells which one is meant.
    """

    neutral: ClassVar[Mapping[str, float]] = {}
    in_part: ClassVar[Sequence[str]] = ()
    random: ClassVar[bool] = False
    order: ClassVar[int] = 0
    watches: ClassVar[bool] = False
    keeps: ClassVar[bool] = False
    trains_on_all: ClassVar[bool] = False
    training_key: ClassVar[str] = ""
    discriminator: ClassVar[str] = ""

    @classmethod
    def key(cls) -> str:
        """Return its key in `training`: its name in small letters, such as `weight_noise`."""
        return cls.training_key or snake_case(cls.__name__)

    @property
    def is_neutral(self) -> bool:
        """Whether its strengths have the values that do nothing."""
        return bool(self.neutral) and all(getattr(self, k) == v for k, v in self.neutral.items())

    @property
    def networks(self) -> int:
        """How many networks it keeps."""
        return 1

    @property
    def keeps_best(self) -> bool:
        """Whether it puts back the weights that were the best."""
        return False

    def check(self, training: Any) -> None:
        """Raise ValueError where it doesn't go with the rest of a training."""

    def plain(self) -> Any:
        """Return the classes of plain Keras that do the same.

        Raises:
            SpecError: there are none.
        """
        raise no_plain_form(self.key())

    def part(self, fit: Beginning) -> Part:
        """Return its part of the state when a fit begins, of NumPy arrays."""
        return {}

    def row_weights(self, y: np.ndarray) -> np.ndarray | None:
        """Return what each row's loss counts, of shape (n_rows,), None where all count alike."""
        return None

    def class_rates(self, rates: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return how often each class seems to be there while training, given how often it is."""
        return rates

    def for_arm(self, path: str, task: Any, classes: Any, layers: Any) -> Self:
        """Return the block for a task, the names of its classes and the layers of a network.

        Raises:
            SpecError: it doesn't suit these.
        """
        return self

    def check_network(self, path: str, strengths: Mapping[str, float], classes: int) -> None:
        """Raise SpecError unless it suits a network's strengths and its number of classes."""

    def train(self, once: Any, hold_out: Any, training: Any, rows: Any, seed: int) -> Any:
        """Return a fit that is made of several.

        `once(changes, rows, seed)` is one of the training with some changes; `hold_out(rows, share,
        seed, way)` takes a share of the rows trained on to watch, see `rows.arrays`.
        """
        return once({}, rows, seed)

    def begin(self, part: Part, epoch: Epoch) -> None:
        """Set strengths or the learning rate of an epoch."""

    def weights(self, weights: list[Any], names: Sequence[str], step: Step) -> list[Any]:
        """Return the weights at which the gradient is taken; the optimizer changes the others."""
        return weights

    def batch(self, part: Part, step: Step) -> None:
        """Change the rows of a step."""

    def between(self, layer: str, outputs: Any, step: Step) -> Any:
        """Return what a layer hands on to the next one while it is trained."""
        return outputs

    def loss(self, loss_of: Callable[..., Any], targets: Sequence[Any], step: Step) -> Any:
        """Return the loss; `loss_of(*targets)` is what it is so far."""
        return loss_of(*targets)

    def gradients(self, gradients: list[Any], step: Step) -> list[Any]:
        """Return the gradients as they are applied."""
        return gradients

    def end(self, part: Part, epoch: Epoch) -> Part:
        """Return its part of the state after an epoch."""
        return part

    def kept(self, part: Mapping[str, Any], weights: list[np.ndarray]) -> list[np.ndarray]:
        """Return the weights that are kept in the end, given the last ones."""
        return weights

    def kept_by(self, callback: Any, weights: list[np.ndarray]) -> list[np.ndarray]:
        """Return the same of its callback in plain Keras."""
        return weights

    def best_epoch(self, part: Mapping[str, Any]) -> int | None:
        """Return the best epoch, counted from 1, of a rule that has watched one."""
        return None


def overrides(idea: Ingredient, slot: str) -> bool:
    """Whether an ingredient fills a slot."""
    return getattr(type(idea), slot) is not getattr(Ingredient, slot)
