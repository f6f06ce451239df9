"""A problem with a technique applied, or with none: what exactly is trained."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from regpipe.errors import SpecError, unknown
from regpipe.language import Autoencoder, Problem, Technique, Training
from regpipe.language.foundations import Inputs
from regpipe.language.layers import Layer, check_outputs, check_ranks
from regpipe.language.reading import parse
from regpipe.language.tasks import Task
from regpipe.language.vocabulary import (
    called,
    check_arguments,
    check_fixed,
    check_layer,
    check_loss,
    check_name,
    check_optimizer,
    check_range,
)

Loss = str | dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Arm:
    """What is trained: layers in order, and how.

    `technique` is None for the baseline. `training` calls classes by their numbers. `loss` is the
    problem's, by which all of its arms are scored, also one that trains on another. `settings` is a
    short hash of the problem's block: arms can be compared where it is the same. The blocks are
    those that it was made of; what only describes a technique makes no other arm. `inputs` is how
    the numbers of a row are written for it, see `encodings`.
    """

    problem: str
    technique: str | None
    task: Task
    loss: Loss
    settings: str
    layers: dict[str, Layer]
    training: Training
    problem_block: Problem
    inputs: Inputs = "standard"
    technique_block: Technique | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The technique's name, or the problem's where this is its baseline."""
        return self.technique or self.problem

    @property
    def title(self) -> str:
        """What pictures and tables call it."""
        return (self.technique_block or self.problem_block).title

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """The names of the classes, in the order of their numbers, where they have any."""
        return _classes(self.problem_block)

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """What a row looks like to the network, None where it is the vector of its features."""
        return tuple(self.problem_block.input_shape) if self.problem_block.input_shape else None

    @property
    def autoencoder(self) -> Autoencoder | None:
        """That of the problem."""
        return self.problem_block.autoencoder


def baseline(name: str, problem: Problem) -> Arm:
    """Return the arm of a problem with no technique applied.

    Raises:
        SpecError: a layer, an argument, the loss or the optimizer isn't one of Keras'.
    """
    layers = {
        layer: _layer(f"{name}.network.{layer}", layer, entry)
        for layer, entry in problem.network.items()
    }
    training = _suited(name, problem.training, problem, layers)
    if problem.autoencoder and problem.autoencoder.code not in layers:
        raise unknown(f"{name}.autoencoder.code", "layer", problem.autoencoder.code, layers)
    outputs = layers[list(layers)[-1]].arguments.get("units") if layers else None
    if problem.task == "multiclass" and isinstance(outputs, int):
        if wrong := [k for k in problem.kind.costs or () if k >= outputs]:
            raise SpecError(
                f"{name}.cost: there is no class {wrong[0]}. Expected 0 to {outputs - 1}."
            )
    return Arm(
        problem=name,
        technique=None,
        task=problem.kind,
        loss=problem.training.loss,
        settings=hashlib.sha256(problem.model_dump_json().encode()).hexdigest()[:12],
        layers=layers,
        training=training,
        problem_block=problem,
    )


def apply(name: str, technique: Technique, base: Arm) -> Arm:
    """Return `base` with the technique's changes.

    An entry of the technique's network that bears the name of a layer is merged into its arguments;
    another is a new layer, put `before` or `after` a named one, in the order of the YAML.

    Raises:
        SpecError: a layer is missing, stands nowhere, or isn't one of Keras'; the problem has no
            such metric.
    """
    if technique.metric and technique.metric not in base.task.scores:
        what = f"score of {base.problem}"
        raise unknown(f"{name}.metric", what, technique.metric, base.task.scores)
    layers = dict(base.layers)
    for layer, entry in technique.network.items():
        path = f"{name}.network.{layer}"
        if layer in layers:
            layers[layer] = _merge(path, layers[layer], entry)
        else:
            layers = _insert(path, layers, layer, entry, base.problem)
    changed = {**base.training.model_dump(), **technique.training}
    training = parse(Training, changed, f"{name}.training")
    training = _suited(name, training, base.problem_block, layers, technique.training)
    return replace(
        base,
        technique=name,
        task=technique.judged(base.task),
        layers=layers,
        training=training,
        technique_block=technique,
    )


def baseline_of(name: str, blocks: Mapping[str, Any]) -> Arm:
    """Return the baseline of the problem called `name`, by its block."""
    return baseline(name, parse(Problem, blocks[name], name))


def arm_of(name: str, blocks: Mapping[str, Any]) -> Arm:
    """Return the arm of the technique called `name`, by its block and its problem's."""
    technique = parse(Technique, blocks[name], name)
    return apply(name, technique, baseline_of(technique.problem, blocks))


def as_yaml(name: str, technique: Technique) -> str:
    """Return a technique's block as it may stand in a file, with what was set and no more."""
    block = {name: technique.model_dump(exclude_unset=True, mode="json")}
    return yaml.safe_dump(block, sort_keys=False, allow_unicode=True, width=100)


def _classes(problem: Problem) -> tuple[Any, ...] | None:
    return tuple(problem.classes) if problem.classes else None


def _layer(path: str, name: str, entry: dict[str, Any]) -> Layer:
    check_name(path, "layer", name)
    if len(entry) != 1:
        kinds = [kind for kind in entry if kind[:1].isupper()]
        others = sorted(set(entry) - set(kinds))
        where = (
            f" Arguments go inside it: {path}.{kinds[0]}.{others[0]}." if kinds and others else ""
        )
        raise SpecError(
            f"{path}: expected one layer of Keras, such as Dense, received {list(entry)}.{where}"
        )
    kind, arguments = next(iter(entry.items()))
    check_layer(path, kind, arguments)
    return Layer(kind, arguments)


def _merge(path: str, layer: Layer, changes: dict[str, Any]) -> Layer:
    if layer.kind in changes:
        raise SpecError(
            f"{path}: '{path.rsplit('.', 1)[-1]}' is a {layer.kind} of the problem already. "
            "Expected its arguments alone, such as "
            f"{path}.{next(iter(layer.arguments), 'name')}."
        )
    check_arguments(path, layer.kind, changes)
    return Layer(layer.kind, {**layer.arguments, **changes})


def _insert(
    path: str, layers: dict[str, Layer], name: str, entry: dict[str, Any], problem: str
) -> dict[str, Layer]:
    places = {"before", "after"}
    place = [key for key in entry if key in places]
    inside = [
        kind for kind, value in entry.items() if isinstance(value, dict) and places & value.keys()
    ]
    if inside:
        raise SpecError(f"{path}: `before` and `after` stand beside {inside[0]}, not inside it.")
    if not place:
        wrong = unknown(path, f"layer of {problem}", name, layers)
        new = "A new layer says which one it comes `before` or `after`."
        raise SpecError(*(f"{fault} {new}" for fault in wrong.faults))
    if len(place) > 1:
        raise SpecError(f"{path}: expected `before` or `after`, received both.")
    neighbour = entry[place[0]]
    if not isinstance(neighbour, str) or neighbour not in layers:
        raise unknown(f"{path}.{place[0]}", f"layer of {problem}", neighbour, layers)
    made = _layer(path, name, {k: v for k, v in entry.items() if k not in places})
    position = list(layers).index(neighbour) + (place[0] == "after")
    items = list(layers.items())
    return dict([*items[:position], (name, made), *items[position:]])


def _suited(
    name: str,
    training: Training,
    problem: Problem,
    layers: dict[str, Layer],
    asked: Container[str] | None = None,
) -> Training:
    """Return the training with its ideas as they suit an arm, or those that are `asked` for.

    Raises:
        SpecError: training and layers don't suit the problem, or one another.
    """
    path, task, classes = f"{name}.training", problem.kind, _classes(problem)
    suited = {
        idea.key(): idea.for_arm(f"{path}.{idea.key()}", task, classes, layers)
        for idea in training.ingredients
        if asked is None or idea.key() in asked
    }
    training = training.model_copy(update=suited)
    _check_training(path, training, task)
    for layer_name, layer in layers.items():
        check_fixed(f"{name}.network.{layer_name}", layer.kind, layer.arguments)
    check_ranks(name, problem.input_shape, layers)
    check_outputs(name, task, layers, training.loss)
    return training


def _check_training(path: str, training: Training, task: Task) -> None:
    for rule in training.watches:
        if rule.monitor not in task.logs:
            raise unknown(path, "number that is logged at each epoch", rule.monitor, task.logs)
    check_loss(f"{path}.loss", training.loss)
    check_optimizer(f"{path}.optimizer", training.optimizer)
    if training.ramp:
        for value in training.ramp.values:
            check_range(f"{path}.ramp.values", training.ramp.strength.rpartition(".")[2], value)
    loss, _ = called(training.loss)
    named = loss.lower().replace("_", "")
    if ("categorical" in named) != (task.name == "multiclass") or "categorical" == named[:11]:
        wants = "such as sparse_categorical_crossentropy, for classes as whole numbers"
        if task.name != "multiclass":
            wants = f"for a {task.name} problem, such as " + (
                "binary_crossentropy" if task.name == "binary" else "mse"
            )
        raise SpecError(f"{path}.loss: '{loss}' doesn't suit it. Expected a loss {wants}.")
