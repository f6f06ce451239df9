"""An arm -> plain Keras 3 that a user can paste to build and train the same model."""

from collections.abc import Sequence

from regpipe.candidates.arm import Arm
from regpipe.language import Refit
from regpipe.report.keras_calls import layer_call, loss_argument, optimizer_call, optimizer_class
from regpipe.report.keras_fit import (
    ALL_ROWS,
    best_place,
    best_weights,
    first_pass,
    fit_statement,
    own_callbacks,
)
from regpipe.report.keras_lacks import has_noisy_model, has_noisy_optimizer, lacking
from regpipe.report.keras_stopping import STOP_BELOW_CLASS, stop_when_class
from regpipe.report.python_text import Code, call, comment, statement

TARGETS = {
    "binary": "0 or 1, of shape (rows, 1)",
    "multiclass": "classes 0, 1, ..., of shape (rows, 1)",
    "regression": "numbers, of shape (rows, 1)",
    "reconstruction": "the same rows, as vectors",
}
IMPORTS = {
    "keras.": "import keras",
    "np.": "import numpy as np",
    "train_test_split(": "from sklearn.model_selection import train_test_split",
}


def keras_code(arm: Arm, input_shape: tuple[int, ...], standardised: Sequence[str] = ()) -> str:
    """Return a script that builds an arm's model and trains it, with nothing of regpipe's.

    It expects the rows as `x_train`, `y_train`, `x_test` and `y_test`, and runs in Keras 3 on
    TensorFlow. What Keras lacks stands before the model as a small class.

    Args:
        arm: what is trained, and how.
        input_shape: of a row, such as `(n_features,)`.
        standardised: what of the rows is, of `features` and `target`.
    """
    again = arm.training.after_stopping
    second = _refitted if isinstance(again, Refit) else _continued if again else _trained
    body = "\n\n\n".join([*_classes(arm), second(arm, input_shape)])
    imports = [line for used, line in IMPORTS.items() if used in body]
    space = "\n\n\n" if body.startswith(("class", "def", "@")) else "\n\n"
    return "\n".join([*imports, "", _given(arm, input_shape, standardised)]) + space + body + "\n"


def _given(arm: Arm, input_shape: tuple[int, ...], standardised: Sequence[str]) -> str:
    shape = ", ".join(str(size) for size in ("rows", *input_shape))
    rows = comment(f"x_train, x_test: numbers, of shape ({shape})")
    lines = [rows, comment(f"y_train, y_test: {TARGETS[arm.task.name]}")]
    if standardised:
        scaled = "Standardised, by mean and deviation of the training rows:"
        lines.append(comment(f"{scaled} {' and '.join(standardised)}"))
    return "\n".join(lines)


def _classes(arm: Arm) -> list[str]:
    """Return the classes that plain Keras lacks."""
    training = arm.training
    rules = [stop_when_class(training.stop_when)] if training.stop_when else []
    continues = training.after_stopping and not isinstance(training.after_stopping, Refit)
    return [*lacking(arm), *rules, *([STOP_BELOW_CLASS] if continues else [])]


def _trained(arm: Arm, input_shape: tuple[int, ...]) -> str:
    """Return the code of a single training."""
    training = arm.training
    lines = [_model(arm, input_shape), _compile(arm), ""]
    if not training.snapshot_ensemble:
        return "\n".join([*lines, *first_pass(training), *best_weights(training), *_evaluate(arm)])
    lines += ["ensemble = SnapshotEnsemble()", *first_pass(training)]
    lines += ["model = ensemble.mean_model()", _compile(arm)]
    return "\n".join([*lines, *_evaluate(arm)])


def _continued(arm: Arm, input_shape: tuple[int, ...]) -> str:
    """Return the code of a training, and of one that goes on with the held-out rows added."""
    training = arm.training
    left = Code(f'{training.epochs} - len(history.history["loss"])')
    callbacks = [call("StopBelow", Code("limit"))]
    first = [*first_pass(training, begin="history = "), *best_weights(training)]
    second = [
        comment("Goes on with all rows, until the held-out ones' loss is what the others' was."),
        f'limit = history.history["loss"][{best_place(training)}]',
        f"{comment('The optimizer begins anew.')}\n{_compile(arm)}",
        fit_statement(training, ("x_train", "y_train", "x_val", "y_val"), left, callbacks),
    ]
    return "\n".join(
        [_model(arm, input_shape), _compile(arm), "", *first, "", *second, *_evaluate(arm)]
    )


def _refitted(arm: Arm, input_shape: tuple[int, ...]) -> str:
    """Return the code of several trainings that find when to stop, and of one on all rows."""
    training = arm.training
    assert isinstance(training.after_stopping, Refit)
    build = [
        "def build_model():",
        "    keras.utils.set_random_seed(1)  # the same initial weights each time",
        _model(arm, input_shape, 4),
        _compile(arm, 4),
        "    return model",
    ]
    place = best_place(training)
    begin = "history = " if "history" in place else ""
    search = [
        comment("The best epoch, for several ways to hold out rows ..."),
        "best_epochs = []",
        f"for split in range({training.after_stopping.splits}):",
        "    model = build_model()",
        *first_pass(training, begin=begin, indent=4, random_state=Code("split")),
        f"    best_epochs.append({place} + 1)",
    ]
    epochs = Code("round(np.mean(best_epochs))")
    last = [
        comment("... and as many epochs, on average, on all rows."),
        "model = build_model()",
        fit_statement(training, ALL_ROWS, epochs, own_callbacks(training)),
    ]
    return "\n".join([*build, "", "", *search, "", *last, *_evaluate(arm)])


def _model(arm: Arm, input_shape: tuple[int, ...], indent: int = 0) -> str:
    made = "NoisySequential" if has_noisy_model(arm.training) else "keras.Sequential"
    rows = call("keras.Input", tuple(int(size) for size in input_shape))
    layers = [layer_call(name, layer) for name, layer in arm.layers.items()]
    return statement("model = ", call(made, [rows, *layers]), indent)


def _compile(arm: Arm, indent: int = 0) -> str:
    training = arm.training
    kind = optimizer_class(training)
    made = f"Noisy{kind}" if has_noisy_optimizer(training) else f"keras.optimizers.{kind}"
    arguments = {
        "optimizer": optimizer_call(training, made),
        "loss": loss_argument(training.loss),
        "metrics": [arm.task.logged],
    }
    return statement("", call("model.compile", **arguments), indent)


def _evaluate(arm: Arm) -> list[str]:
    """Return the lines that score the model, and say where regpipe's score is another."""
    scored = "print(model.evaluate(x_test, y_test, verbose=0, return_dict=True))"
    keys = {key for layer in arm.layers.values() for key in layer.arguments}
    told = []
    if arm.loss != arm.training.loss or any(key.endswith("_regularizer") for key in keys):
        told.append("regpipe compares losses without penalties, and by the problem's own loss.")
    if arm.task.metric == "balanced_accuracy":
        told.append("regpipe says the class that is the likeliest in proportion to its base rate.")
    return [*map(comment, told), scored]
