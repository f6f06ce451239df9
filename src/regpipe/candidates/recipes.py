"""A recipe, or a mixture of several -> a technique for one problem's network."""

import copy
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from regpipe.candidates.arm import Arm, apply
from regpipe.errors import SpecError, unknown
from regpipe.language import Recipe, Technique
from regpipe.language.reading import parse
from regpipe.language.strengths import does_nothing
from regpipe.language.vocabulary import called

Value = float | None  # of a recipe's strength, None where it has none
BEYOND = 2  # values beyond the strongest, at most
WEIGHTED = {"Dense", "Conv1D", "Conv2D", "LSTM", "GRU", "SimpleRNN"}  # kinds of hidden layers


def candidate_values(recipe: Recipe) -> list[Value]:
    """Return the values of the strength to choose from."""
    return list(next(iter(recipe.strength.values()))) if recipe.strength else [None]


def strength_path(recipe: Recipe) -> str | None:
    """Return the path of the recipe's strength, None where it has none."""
    return next(iter(recipe.strength), None)


def neutral_value(recipe: Recipe) -> Value:
    """Return the value with which a recipe does nothing; None where it has none.

    Where every recipe is in a network, one that a mixture leaves out has that value, and all
    mixtures share one compile.
    """
    path = strength_path(recipe)
    return None if path is None else does_nothing(path)


def technique_of(name: str, recipe: Recipe, base: Arm, value: Value = None) -> Technique:
    """Return what the recipe called `name` changes in a network, with that value or its own.

    Raises:
        SpecError: the network has no hidden layer, or the strength's path leads nowhere.
    """
    changes = mix(name, {name: (recipe, value)}, base)
    return Technique(
        title=recipe.title,
        family=recipe.family,
        explanation=recipe.explanation,
        problem=base.problem,
        **changes,
    )


@dataclass(frozen=True)
class SearchSpace:
    """The arms that a recipe makes of a network: one for each candidate value of its strength.

    Attributes:
        path: of the strength; None where the recipe has none, and there is one arm.
        values: that are tried.
        arms: the arm of each.
        strongest: of the values; None where it isn't known which one is.
        beyond: stronger values, rising in strength, and the arm of each: tried one after another
            where the strongest of the values is the best.
    """

    path: str | None
    values: list[Value]
    arms: list[Arm]
    strongest: Value = None
    beyond: dict[float, Arm] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """The path, or nothing."""
        return [] if self.path is None else [self.path]

    def at(self, value: Value) -> Arm:
        """Return the arm of a value, or of the nearest: in a CSV it may have lost a digit."""
        arms = [*zip(self.values, self.arms, strict=True), *self.beyond.items()]
        return min(arms, key=lambda tried: abs((tried[0] or 0.0) - (value or 0.0)))[1]


def space_of(name: str, recipe: Recipe, base: Arm) -> SearchSpace:
    """Return the arms that the recipe called `name` makes of a network.

    Raises:
        SpecError: as `technique_of`.
    """

    def arm_of(value: Value) -> Arm:
        return apply(name, technique_of(name, recipe, base, value), base)

    values, rising = candidate_values(recipe), from_weakest(recipe)
    arms, beyond = [arm_of(value) for value in values], dict[float, Arm]()
    for _ in range(BEYOND if len(rising) > 1 else 0):
        *_, weaker, strong = [*rising, *beyond]
        for step in (in_proportion, in_odds):
            with suppress(SpecError, ZeroDivisionError):
                value = step(weaker, strong)
                beyond[value] = arm_of(value)
                break
    return SearchSpace(strength_path(recipe), values, arms, next(reversed(rising), None), beyond)


def from_weakest(recipe: Recipe) -> list[float]:
    """Return the candidate values by their strength; nothing where it isn't known what is stronger.

    A value is the stronger, the further it is from the one that does nothing.
    """
    neutral = neutral_value(recipe)
    rising = sorted(value for value in candidate_values(recipe) if value is not None)
    if neutral is None or rising[0] < neutral < rising[-1]:
        return []
    return rising if neutral <= rising[0] else rising[::-1]


def in_proportion(weaker: float, strong: float) -> float:
    """Return what is to `strong` as that is to `weaker`.

    >>> in_proportion(0.01, 0.1), in_proportion(0.5, 0.25)
    (1.0, 0.125)
    """
    return float(f"{strong * strong / weaker:.5g}")


def in_odds(weaker: float, strong: float) -> float:
    """Return the same for shares, which stay below 1: what is in proportion is x / (1 - x).

    >>> in_odds(0.99, 0.999), in_odds(0.5, 0.75)
    (0.9999, 0.9)
    """
    odds = in_proportion(weaker / (1 - weaker), strong / (1 - strong))
    return float(f"{odds / (1 + odds):.5g}")


def mix(path: str, mixture: Mapping[str, tuple[Recipe, Value]], base: Arm) -> dict[str, Any]:
    """Return the `network` and `training` of a technique that does all that the recipes do.

    Args:
        path: for messages.
        mixture: recipes by their names, in order, each with its value.
        base: the arm that is changed.

    Raises:
        SpecError: as `technique_of`.
    """
    hidden = hidden_layers(base)
    if not hidden:
        raise SpecError(f"{path}: the network of {base.problem} has no hidden layer to change.")
    network: dict[str, dict[str, Any]] = {}
    training: dict[str, Any] = {}
    for name, (recipe, value) in mixture.items():
        block = block_at(name, recipe, value)
        for layer in hidden if block["each"] else ():
            network[layer] = _merged(network.get(layer, {}), block["each"])
        if block["before_first"]:
            network[f"{name}_rows"] = {**block["before_first"], "before": next(iter(base.layers))}
        for layer in hidden if block["after_each"] else ():
            network[f"{name}_{layer}"] = {**block["after_each"], "after": layer}
        asked = dict(block["training"])
        if optimizer := asked.pop("optimizer", None):
            own = training.get("optimizer", base.training.optimizer)
            training["optimizer"] = _put_over(own, optimizer)
        training = _merged(training, asked)
    return {"network": network, "training": training}


def block_at(name: str, recipe: Recipe, value: Value) -> dict[str, Any]:
    """Return a recipe's block with the value of its strength in place.

    Raises:
        SpecError: the strength's path leads nowhere.
    """
    block = copy.deepcopy(recipe.model_dump())
    path = strength_path(recipe)
    if path is None:
        return block
    *parents, last = path.split(".")
    inner: Any = block
    for key in parents:
        if not isinstance(inner, dict) or key not in inner:
            raise unknown(f"{name}.strength", f"key on the path {path}", key, inner or ())
        inner = inner[key]
    if last not in inner:
        raise unknown(f"{name}.strength", f"key on the path {path}", last, inner)
    if value is not None:
        inner[last] = int(value) if isinstance(inner[last], int) and value == int(value) else value
    return block


def hidden_layers(base: Arm) -> list[str]:
    """Return the names of the layers with weights, the last one aside."""
    names = [name for name, layer in base.layers.items() if layer.kind in WEIGHTED]
    return [name for name in names if name != list(base.layers)[-1]]


def check_recipe(name: str, recipe: Recipe, base: Arm) -> None:
    """Raise SpecError unless every value of the recipe makes an arm, and what it keeps is used."""
    _check_kept(name, recipe, base)
    space_of(name, recipe, base)


def misfit(name: str, recipe: Recipe, base: Arm) -> tuple[str, ...]:
    """Return why a recipe can't be tried on a problem, nothing where it can."""
    try:
        check_recipe(name, recipe, base)
    except SpecError as error:
        return error.faults
    return ()


def suits(name: str, recipe: Recipe, base: Arm) -> bool:
    """Whether a recipe can be tried on a problem."""
    return recipe.is_for(base.task) and not misfit(name, recipe, base)


def is_for(recipe: Any, problem: Any) -> bool:
    """Whether a recipe is for a problem's task and metric, by both blocks as written."""
    block = recipe if isinstance(recipe, dict) else {}
    tasks = block.get("tasks", Recipe.model_fields["tasks"].default)
    if not (isinstance(problem, dict) and isinstance(tasks, list) and problem.get("task") in tasks):
        return False
    metrics = block.get("metrics")
    return metrics is None or (isinstance(metrics, list) and problem.get("metric") in metrics)


def suiting(recipes: Mapping[str, Recipe], base: Arm) -> dict[str, Recipe]:
    """Return the recipes that are for a problem's task and suit its network and training."""
    return {name: recipe for name, recipe in recipes.items() if suits(name, recipe, base)}


def left_out(
    recipes: Mapping[str, Recipe], base: Arm, named: Sequence[str] | None = None
) -> dict[str, str]:
    """Return the recipes that don't suit a problem, and why.

    Those for other tasks or metrics are among them where they were `named` by the user.
    """
    reasons = {}
    for name, recipe in only(recipes, named).items():
        if not recipe.is_for(base.task):
            if named:
                reasons[name] = f"it is for {_kinds(recipe)}"
        elif faults := misfit(name, recipe, base):
            reasons[name] = " ".join(_reason(name, fault) for fault in faults)
    return reasons


def only(recipes: Mapping[str, Recipe], named: Collection[str] | None) -> dict[str, Recipe]:
    """Return the recipes that are named; all where None are."""
    return {name: recipe for name, recipe in recipes.items() if named is None or name in named}


def parse_recipes(blocks: Mapping[str, Any]) -> dict[str, Recipe]:
    """Return recipes by their names."""
    return {name: parse(Recipe, block, f"recipes.{name}") for name, block in blocks.items()}


def _check_kept(name: str, recipe: Recipe, base: Arm) -> None:
    """Raise SpecError for a moving average where the problem's own training keeps other weights."""
    _, asked = called(recipe.training.get("optimizer", ""))
    kept = base.training
    if asked.get("use_ema") and (kept.averages or kept.keeps_best):
        what = "the best weights" if kept.keeps_best else "a moving average"
        raise SpecError(f"{name}.training.optimizer: {base.problem} keeps {what} by itself.")


def _reason(name: str, fault: str) -> str:
    """Return a fault without its path.

    >>> _reason("mixup", "mixup.training: mixup: it doesn't go with that. Expected one of both.")
    "it doesn't go with that. Expected one of both."
    """
    return fault.partition(": ")[2].removeprefix(f"{name}: ")


def _kinds(recipe: Recipe) -> str:
    """Return which problems a recipe is for, in words."""
    judged = f" judged by one of {', '.join(recipe.metrics)}" if recipe.metrics else ""
    return f"{' and '.join(recipe.tasks)} problems{judged}"


def _put_over(own: Any, asked: Any) -> Any:
    """Return the optimizer that a recipe asks for, with the arguments that are set already.

    They hold for one of the same class; AdamW is Adam with a decay of its own. Another class stands
    as the recipe has it.

    >>> _put_over({"Adam": {"learning_rate": 0.1}}, {"AdamW": {"weight_decay": 0.2}})
    {'AdamW': {'learning_rate': 0.1, 'weight_decay': 0.2}}
    """
    (old, arguments), (new, changes) = called(own), called(asked)
    classes = {old.lower(), new.lower()}
    if classes == {"adam", "adamw"}:
        new = "AdamW"
    elif len(classes) > 1:
        return asked
    return {new: {**arguments, **changes}}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return both mappings as one; what is in both is merged, too, or else the other's counts."""
    made = dict(one)
    for key, value in other.items():
        both = isinstance(made.get(key), dict) and isinstance(value, dict)
        made[key] = _merged(made[key], value) if both else value
    return made
