"""How a network is trained: `compile` and `fit` of Keras, and what Keras lacks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import PositiveInt, create_model, model_validator

from regpipe.ingredients import Ingredient, blocks, overrides
from regpipe.ingredients.early_stopping import EarlyStopping
from regpipe.language.vocabulary import called
from regpipe.strict import HeldOut, Strict


class KerasTraining(Strict):
    """Arguments of `compile` and `fit`; an optimizer is a name or `{name: {argument: value}}`.

    `validation_split` holds out that share of the rows trained on, other ones at each repeat, and
    watches them instead of the test rows. `validation_freq` is the number of epochs from one
    validation to the next. A loss is a name, too, or `{name: {argument: value}}`. Each idea of
    `regpipe.ingredients` has a key beside these.
    """

    optimizer: str | dict[str, dict[str, Any]] = "adam"
    loss: str | dict[str, dict[str, Any]]
    epochs: PositiveInt
    batch_size: PositiveInt = 32
    shuffle: bool = True
    validation_split: HeldOut | None = None
    validation_freq: PositiveInt = 1

    @model_validator(mode="before")
    @classmethod
    def _keeps_patience_beside_its_monitor(cls, keys: Any) -> Any:
        rules = EarlyStopping.model_fields
        for key in keys if isinstance(keys, dict) else ():
            if key in rules and key not in cls.model_fields:
                raise ValueError(f"`{key}` goes inside `early_stopping`, beside what it monitors")
        return keys

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        for ingredient in self.ingredients:
            ingredient.check(self)
        keeping = [idea.key() for idea in self.ingredients if idea.keeps and not idea.is_neutral]
        if keeping and self.averages:
            raise ValueError(
                f"{keeping[0]} keeps other weights than the optimizer's use_ema. Expected one of "
                "both"
            )
        if keeping and self.watches:
            raise ValueError(
                f"{keeping[0]}: a rule that stops, or keeps the best weights, leaves none to "
                "average. Expected one of both"
            )
        if len(keeping) > 1:
            raise ValueError(
                f"{keeping[0]} and {keeping[1]} keep other weights. Expected one of both"
            )
        return self

    @property
    def ingredients(self) -> Sequence[Any]:
        """The ideas that this training asks for, in the order in which their slots are filled."""
        blocks = [getattr(self, key) for key in sorted(IDEA_KEYS)]
        asked = [ingredient for ingredient in blocks if isinstance(ingredient, Ingredient)]
        return sorted(asked, key=lambda ingredient: ingredient.order)

    @property
    def arguments(self) -> dict[str, Any]:
        """The optimizer's, as written."""
        return called(self.optimizer)[1]

    @property
    def scheduled(self) -> bool:
        """Whether the optimizer's learning rate has a schedule of its own."""
        return isinstance(self.arguments.get("learning_rate"), dict)

    @property
    def averages(self) -> bool:
        """Whether the optimizer's own moving average is kept, and isn't just the last weights."""
        return bool(self.arguments.get("use_ema")) and self.arguments.get("ema_momentum") != 0

    @property
    def watches(self) -> list[Any]:
        """The rules that watch this training."""
        return [ingredient for ingredient in self.ingredients if ingredient.watches]

    @property
    def keeper(self) -> Any:
        """The last rule that puts back the weights that were the best; None where none does."""
        return next((rule for rule in reversed(self.watches) if rule.keeps_best), None)

    @property
    def keeps_best(self) -> bool:
        """Whether a rule puts back the weights that were the best."""
        return any(ingredient.keeps_best for ingredient in self.ingredients)

    @property
    def networks(self) -> int:
        """How many networks are kept."""
        return min(max((idea.networks for idea in self.ingredients), default=1), self.epochs)

    @property
    def passes(self) -> Any:
        """The idea that trains more than once, and holds rows out by itself, if there is one."""
        return next((idea for idea in self.ingredients if overrides(idea, "train")), None)

    @property
    def watches_held_out(self) -> bool:
        """Whether it is training rows that the history's `val_` numbers are of, not test rows.

        A refit is trained on all of them, so that none is left to watch.
        """
        refits = any(ingredient.trains_on_all for ingredient in self.ingredients)
        return self.validation_split is not None and not refits

    @property
    def leaks(self) -> bool:
        """Whether the rows that score the fit also decide which of its weights are kept."""
        watched = any(rule.monitor.startswith("val_") for rule in self.watches)
        return watched and self.validation_split is None


IDEA_KEYS = blocks()
if TYPE_CHECKING:

    class Training(KerasTraining):
        """A training with the keys of all ideas."""

        def __getattr__(self, key: str) -> Any:
            """Return the block of an idea, None where it isn't asked for."""
else:
    Training = create_model(
        "Training",
        __base__=KerasTraining,
        __doc__=KerasTraining.__doc__,
        **{key: (kind | None, None) for key, kind in IDEA_KEYS.items()},
    )
