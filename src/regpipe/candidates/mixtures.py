"""Mixtures: some recipes on some foundations, as arms that share a compile wherever they can.

One training has all the recipes that can be there and do nothing: it is compiled once for all
mixtures of them. What can't needs a compile of its own, and comes with one value: of those that
ship, batch normalization, whose layers would cost more in every fit without it than that compile.
A network of another size needs one, too, and so does another size of batches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.foundations import found
from regpipe.candidates.recipes import (
    Value,
    candidate_values,
    mix,
    neutral_value,
    strength_path,
    suiting,
)
from regpipe.language import Foundation, Recipe, Technique
from regpipe.language.strengths import NO_LIMIT, does_nothing
from regpipe.language.vocabulary import called

NAME = "cocktail"
RATE = ".learning_rate"
OF_ADAM = 0.001  # its learning rate in Keras, where none is set
Mixture = dict[str, Value]  # of each recipe, and of each foundation, that is in it


def mixable(recipes: Mapping[str, Recipe], base: Arm) -> dict[str, Recipe]:
    """Return the recipes that go together, of those that suit a problem."""
    return {name: recipe for name, recipe in suiting(recipes, base).items() if recipe.mixes}


def starting(
    starts: Sequence[Mapping[str, Value]], parts: Mapping[str, Recipe]
) -> tuple[Mixture, ...]:
    """Return what a search begins with: the network as it is, and those of the starts that suit.

    A value that isn't among those of its recipe is the nearest of them, or the middle one where
    none is given.
    """

    def value(name: str, asked: Value) -> Value:
        values = values_in_mixtures(parts[name])
        if asked is None or None in values:
            return values[len(values) // 2]
        return min(values, key=lambda one: abs((one or 0.0) - asked))

    suit = [start for start in starts if start.keys() <= parts.keys()]
    made: list[Mixture] = [{}]
    for start in suit:
        mixture = {name: value(name, asked) for name, asked in start.items()}
        if mixture not in made:
            made.append(mixture)
    return tuple(made)


def values_in_mixtures(recipe: Recipe) -> list[Value]:
    """Return the values that a mixture may have: one, the middle, of what needs a compile each."""
    values, path = candidate_values(recipe), strength_path(recipe)
    shared = neutral_value(recipe) is not None or (path is not None and path.endswith(RATE))
    return values if shared else [values[len(values) // 2]]


def idle(recipe: Recipe, base: Arm) -> tuple[Recipe, Value] | None:
    """Return a recipe, with the value with which it does nothing; None where there is none.

    A recipe without a strength may ask for an idea that has some.
    """
    blocks = {key: block for key, block in recipe.training.items() if isinstance(block, dict)}
    found = [f"training.{key}.{name}" for key, block in blocks.items() for name in block]
    for path in recipe.strength or found:
        nothing = _own_rate(base) if path.endswith(RATE) else does_nothing(path)
        if nothing is not None and not _is_of_another(path, base):
            return recipe.model_copy(update={"strength": {path: [nothing]}}), nothing
    return None


def _own_rate(base: Arm) -> float | None:
    """Return the learning rate of the base's own Adam; None where that has a schedule."""
    rate = base.training.arguments.get("learning_rate", OF_ADAM)
    return float(rate) if isinstance(rate, int | float) else None


def _is_of_another(path: str, base: Arm) -> bool:
    """Whether a strength is one of another loss, or of another optimizer, than the base's."""
    parent, key, kind, *_ = [*path.split("."), ""]
    if parent != "training" or key not in ("loss", "optimizer"):
        return False
    own, arguments = called(getattr(base.training, key))
    kinds = {own.lower().replace("_", ""), kind.lower()}
    if key == "loss":  # a recipe puts its own in that one's place, arguments and all
        return len(kinds) > 1 or bool(arguments)
    return len(kinds) > 1 and kinds != {"adam", "adamw"}


def one_norm(constraint: Any) -> Any:
    """Return a constraint of a norm as the one that both are cases of, to share its compile.

    >>> one_norm({"unit_norm": {}})
    {'MinMaxNorm': {'min_value': 1.0, 'max_value': 1.0, 'rate': 1.0}}
    """
    match constraint:
        case {"max_norm": float() | int() as limit}:
            least, rate = 0.0, float(limit != NO_LIMIT)
        case {"unit_norm": {} as arguments} if not arguments:
            least, limit, rate = 1.0, 1.0, 1.0
        case _:
            return constraint
    return {"MinMaxNorm": {"min_value": least, "max_value": limit, "rate": rate}}


@dataclass(frozen=True)
class MixtureSpace:
    """Makes arms of mixtures: of one network with all recipes, or of those that are in alone.

    Attributes:
        recipes: those that go together.
        base: the network without any.
        foundations: what they may stand on.
        starts: what is tried first, the network as it is before all others.
    """

    recipes: Mapping[str, Recipe]
    base: Arm
    foundations: Mapping[str, Foundation] = field(default_factory=dict)
    starts: tuple[Mixture, ...] = ({},)

    @property
    def parts(self) -> dict[str, Recipe]:
        """All that may be in a mixture."""
        return {**self.foundations, **self.recipes}

    @property
    def slots(self) -> dict[str, list[str]]:
        """What a mixture has one at most of, by the slot, or by its name where it has none."""
        names: dict[str, list[str]] = {}
        for name, one in self.parts.items():
            names.setdefault(one.slot or name, []).append(name)
        return names

    def values(self, name: str) -> list[Value]:
        """Return the values that a recipe, or a foundation, may have."""
        return values_in_mixtures(self.parts[name])

    def technique(self, mixture: Mixture, title: str = "Cocktail") -> Technique:
        """Return a technique that does what is in a mixture, and has no other recipe."""
        chosen = {n: (recipe, mixture[n]) for n, recipe in self.recipes.items() if n in mixture}
        base = self.founded(mixture, alone=True)
        return Technique(
            title=title,
            family="other",
            explanation=f"All of it together: {', '.join(chosen) or 'nothing'}.",
            problem=self.base.problem,
            **mix(NAME, chosen, base),
        )

    def founded(self, mixture: Mixture, *, alone: bool = False) -> Arm:
        """Return the network that a mixture's recipes stand on; foundations that can do nothing are
        there, too, unless those of the mixture are to be `alone`.
        """
        there: dict[str, Any] = {}
        for name, one in self.foundations.items():
            if name in mixture:
                there[name] = (one, mixture[name])
            elif not alone and (nothing := idle(one, self.base)):
                there[name] = nothing
        return found(NAME, there, self.base) if there else self.base

    def alone(self, mixture: Mixture, name: str = NAME) -> Arm:
        """Return the arm of a mixture as one would write it: with nothing else in it."""
        return apply(name, self.technique(mixture), self.founded(mixture, alone=True))

    def arm(self, mixture: Mixture) -> Arm:
        """Return the arm of a mixture, with the other recipes there and doing nothing."""
        base = self.founded(mixture)
        # What can't do nothing leaves no room for another of its slot, not even for a neutral one.
        alone = (self.recipes[n] for n in mixture if n in self.recipes)
        taken = {recipe.slot for recipe in alone if idle(recipe, base) is None} - {None}
        there = {}
        for name, recipe in self.recipes.items():
            if name in mixture:
                there[name] = (recipe, mixture[name])
            elif recipe.slot not in taken and (nothing := idle(recipe, base)):
                there[name] = nothing
        block = mix(NAME, there, base)
        for arguments in block["network"].values():
            if "kernel_constraint" in arguments:
                arguments["kernel_constraint"] = one_norm(arguments["kernel_constraint"])
        technique = self.technique({}).model_copy(update=block)
        return apply(NAME, technique, base)
