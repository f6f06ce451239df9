"""Do the layers suit what a row looks like: a vector, a sequence, an image?

Keras would say so, too, but only once TensorFlow is imported, and in words of tensors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from regpipe.errors import SpecError

LOOKS = {
    1: "a vector of numbers",
    2: "a sequence (steps, features)",
    3: "an image (height, width, channels)",
}
RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
TO_VECTOR = {"Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D"} | {
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
}
# Layers that pass a row on as they get it.
ANY = {"Dense", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Activation"} | {
    "ReLU",
    "LeakyReLU",
    "BatchNormalization",
    "LayerNormalization",
    "ActivityRegularization",
}


class _Layer(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def arguments(self) -> dict[str, Any]: ...


def check_ranks(name: str, shape: Sequence[int] | None, layers: Mapping[str, _Layer]) -> None:
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
