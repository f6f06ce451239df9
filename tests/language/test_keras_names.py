import inspect

import pytest

from regpipe.language import keras_names


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("layers", "Dense"),
        ("layers", "Conv2D"),
        ("layers", "LSTM"),
        ("layers", "Dropout"),
        ("layers", "GaussianNoise"),
        ("layers", "BatchNormalization"),
        ("regularizers", "L1L2"),
        ("regularizers", "l2"),
        ("constraints", "max_norm"),
        ("constraints", "min_max_norm"),
        ("constraints", "non_neg"),
        ("initializers", "he_normal"),
        ("optimizers", "Adam"),
        ("optimizers", "SGD"),
    ],
)
def test_arguments_are_those_of_the_class(module: str, name: str) -> None:
    from regpipe.backend import keras

    signature = inspect.signature(getattr(getattr(keras, module), name))
    named = {
        p.name
        for p in signature.parameters.values()
        if p.kind is not p.VAR_KEYWORD and p.name not in {"name", "dtype"}
    }
    read = set(keras_names.arguments(module, name))
    assert named <= read
    assert read - named <= set(keras_names.LAYER_ARGUMENTS)


def test_names_are_those_of_the_module() -> None:
    from regpipe.backend import keras

    for module in ("layers", "constraints", "regularizers", "optimizers", "initializers"):
        public = {n for n in dir(getattr(keras, module)) if not n.startswith("_")}
        assert set(keras_names.class_names(module)) <= public
        assert {n for n in public if n[0].isupper()} <= set(keras_names.class_names(module))
