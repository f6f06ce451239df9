"""A network's layers: do they suit the rows that they get, and the task that reads their outputs?

Keras would say so of the rows, too, but only once TensorFlow is imported, and in words of tensors.

Of two classes, the output is the probability of the second, and cut at 0.5; of several, there is
one for each. Scores, logged accuracies, boundaries and exports all read it so, and no number would
look wrong if it were something else, such as a logit or the result of a tanh.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regpipe.errors import SpecError
from regpipe.ingredients import LAYERS
from regpipe.language import keras_names, vocabulary
from regpipe.language.metrics import CUT
from regpipe.language.tasks import Task

LOOKS = {
    1: "a vector of numbers",
    2: "a sequence (steps, features)",
    3: "an image (height, width, channels)",
}
RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
TO_VECTOR = {
    *("Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D"),
}
# Layers that pass a row on as they get it.
ANY = {
    *("Dense", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Activation"),
    *("ReLU", "LeakyReLU", "BatchNormalization", "LayerNormalization", "ActivityRegularization"),
}
# Activations with a result from 0 to 1, and those whose results also sum to 1.
SHARES = ("sigmoid", "hard_sigmoid", "sparse_sigmoid")
SHARES_OF_ONE = ("softmax", "sparsemax")
# Losses, without their underscores, that a single output from 0 to 1 lowers by being above 0.5
# where class 1 is the likelier one, and else below. Others would have to be cut elsewhere: a
# squared hinge, of targets -1 and 1, is lowest at 2 p - 1.
CUT_AT_HALF = {"binarycrossentropy", "binaryfocalcrossentropy", "bce", "mse", "mae", "poisson"} | {
    *("meansquarederror", "meanabsoluteerror", "huber", "logcosh", "hinge", "dice", "tversky")
}
# Those whose outputs are likelier than the base rate where the class is: they bring a single output
# to the share of class 1 among alike rows.
CUT_AT_BASE_RATE = {"binarycrossentropy", "bce", "mse", "meansquarederror", "poisson"}


@dataclass(frozen=True)
class Layer:
    """A layer in Keras' words: the class `keras.layers.<kind>` and its arguments."""

    kind: str
    arguments: dict[str, Any]


def check_ranks(name: str, shape: Sequence[int] | None, layers: Mapping[str, Layer]) -> None:
    """Raise SpecError for the first layer that can't take what the layers before it give.

    Args:
        name: of the technique or problem.
        shape: of a row, None for a vector.
        layers: in order. From a layer that isn't known here, it is left to Keras.
    """
    rank = len(shape) if shape else 1
    for layer_name, layer in layers.items():
        wants = _wanted(layer.kind)
        if wants and wants != rank:
            raise SpecError(
                f"{name}.network.{layer_name}: {layer.kind} is for {LOOKS[wants]}, and what "
                f"reaches it is {LOOKS.get(rank, f'of {rank} dimensions')}. Expected another "
                "layer, or a problem whose rows look so."
            )
        if wants is None and layer.kind not in ANY | TO_VECTOR:
            return
        if layer.kind in TO_VECTOR or (
            layer.kind in RECURRENT and not layer.arguments.get("return_sequences")
        ):
            rank = 1


def _wanted(kind: str) -> int | None:
    """Return the rank of the rows that a kind of layer takes, None where it takes several."""
    if kind.startswith("ConvLSTM"):  # sequences of sequences or of images
        return None
    if kind in RECURRENT or kind.endswith("1D"):
        return 2
    return 3 if kind.endswith("2D") else None


def check_outputs(
    name: str, task: Task, layers: Mapping[str, Layer], loss: str | dict[str, dict[str, Any]]
) -> None:
    """Raise SpecError unless layers and loss make outputs that can be read as the task's.

    Args:
        name: of the technique or problem.
        task: whether a class, or which numbers are predicted.
        layers: in order.
        loss: the one trained on, as in YAML.
    """
    if fault := next(_faults(name, task, layers, loss), None):  # the others would follow from it
        raise SpecError(fault)


def _faults(
    name: str, task: Task, layers: Mapping[str, Layer], loss: str | dict[str, dict[str, Any]]
) -> Iterator[str]:
    called, arguments = vocabulary.called(loss)
    if arguments.get("from_logits"):
        wants = "softmax" if task.name == "multiclass" else "sigmoid"
        yield (
            f"{name}.training.loss: from_logits is for outputs that aren't probabilities yet, "
            f"and regpipe reads them as they are. Expected `activation: {wants}` in the last "
            f"layer and {called} without from_logits, which trains the same."
        )
    activation, layer = _activation(layers, averaged=task.name == "multiclass")
    made = f"'{activation}'" if activation else f"a {layers[layer].kind} without one"
    if task.name == "multiclass" and activation not in SHARES_OF_ONE:
        yield (
            f"{name}.network.{layer}: the outputs are read as the probabilities of the "
            f"classes, and {made} gives others. Expected `activation: softmax`."
        )
    if task.name == "binary" and activation not in SHARES:
        yield (
            f"{name}.network.{layer}: the output is read as the probability of class 1, cut at "
            f"0.5, and {made} gives another. Expected `activation: sigmoid`, and a loss such "
            "as binary_crossentropy."
        )
    named = called.lower().replace("_", "")
    if task.name == "binary" and named not in CUT_AT_HALF:
        yield (
            f"{name}.training.loss: a class is told by a probability above 0.5, and training "
            f"on '{called}' brings it above another number. Expected a loss such as "
            "binary_crossentropy."
        )
    judged_by_rates = task.name == "binary" and task.metric in CUT
    if judged_by_rates and named not in CUT_AT_BASE_RATE:
        yield (
            f"{name}.training.loss: where balanced accuracy or a cost judges, a class isn't "
            f"told by a probability above 0.5, and training on '{called}' gives no probabilities. "
            "Expected a loss such as binary_crossentropy, or another metric."
        )
    if "crossentropy" in named and activation not in (*SHARES, *SHARES_OF_ONE):
        # Keras would clip them, and the network would hardly learn.
        yield (
            f"{name}.network.{layer}: '{called}' is taken of numbers from 0 to 1, and {made} "
            "gives others. Expected an activation there such as sigmoid."
        )


def _activation(layers: Mapping[str, Layer], averaged: bool) -> tuple[str | None, str]:
    """Return the activation that makes the outputs, None where none does, and its layer.

    Layers behind it that keep a result from 0 to 1 are left out: what only training needs, what
    only puts numbers elsewhere, and pooling; where they also have to sum to 1, averages alone.
    """
    last = list(layers)[-1]
    for name, layer in reversed(list(layers.items())):
        if layer.kind == "Softmax":
            return "softmax", name
        if layer.kind in LAYERS:
            return None, name
        folder = keras_names.folder("layers", layer.kind)
        if "activation" in keras_names.arguments("layers", layer.kind):
            gated = "recurrent_activation" in keras_names.arguments("layers", layer.kind)
            return (None if gated else layer.arguments.get("activation")), name
        pools = folder == "pooling" and ("Max" not in layer.kind or not averaged)
        if not pools and folder not in ("regularization", "reshaping") and layer.kind != "Identity":
            return None, name
    return None, last
