"""An arm -> plain Keras 3 that a user can paste to build and train the same model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.engine.keras_calls import Call, call, layer_call, loss_call, optimizer_call
from regpipe.engine.plain import Plain, PlainTraining, plain_training
from regpipe.language import Training
from regpipe.report.keras_sources import classes_in, mixed_source, plain_call, sources
from regpipe.report.python_text import Code, comment, literal, statement

TARGETS = {
    "binary": "0 or 1, of shape (rows, 1)",
    "multiclass": "classes 0, 1, ..., of shape (rows, 1)",
    "regression": "numbers, of shape (rows, 1)",
    "reconstruction": "the same rows, as vectors",
}
IMPORTS = {
    "math.": "import math\n",
    "keras.": "import keras",
    "np.": "import numpy as np",
    "tf.": "import tensorflow as tf",
    "train_test_split(": "from sklearn.model_selection import train_test_split",
}
# What `evaluate` of Keras doesn't say of scores that aren't its own.
NOTES = {
    "balanced_accuracy": "says the class that is the likeliest in proportion to its base rate",
    "cost": "says the class that is expected to cost least",
    "denoising_mse": "judges it by the squared error where inputs are corrupted, which this isn't",
    "probe_accuracy": "judges it by the accuracy of a linear probe on the code, which this isn't",
}
ALL_ROWS = ("x_train", "y_train", "(x_test, y_test)")
HELD_OUT = ("x_fit", "y_fit", "(x_val, y_val)")
# The arguments of an idea that trains more than once; `train` is a function of its own, too.
BUILD = '''\
def build_model():
    """Return the network, with the same initial weights each time."""
    keras.utils.set_random_seed(1)'''
TRAIN = '''\
def train(
    model,
    x=x_train,
    y=y_train,
    watched=(x_test, y_test),
    epochs={epochs},
    rules=(),
):
    """Train with a new optimizer, and return the history."""'''
FIRST_PASS = '''\
def first_pass(model, split=None):
    """Train on some rows; return the history, the best epoch and the other rows."""'''


def keras_code(arm: Arm, input_shape: tuple[int, ...], standardised: Sequence[str] = ()) -> str:
    """Return a script that builds an arm's model and trains it, with nothing of regpipe's.

    It expects the rows as `x_train`, `y_train`, `x_test` and `y_test`, and runs in Keras 3 on
    TensorFlow. What Keras lacks stands before the model as a small class.

    Args:
        arm: what is trained, and how.
        input_shape: of a row, such as `(n_features,)`.
        standardised: what of the rows is, of `features` and `target`.

    Raises:
        SpecError: an idea has no form in plain Keras.
    """
    plain = plain_training(arm.training)
    layers = [layer_call(name, layer) for name, layer in arm.layers.items()]
    script = _in_passes if plain.passes else _at_once
    rows = call("keras.Input", tuple(int(size) for size in input_shape))
    model = call("Network" if plain.models else "keras.Sequential", [rows, *layers])
    classes = _classes(arm, plain, layers)
    body = "\n\n\n".join([*classes, *script(arm, plain, model)])
    imports = [line for used, line in IMPORTS.items() if used in body]
    head = "\n".join([*imports, "", _about_rows(arm, input_shape, standardised)])
    space = "\n\n\n" if body.startswith(("class", "def", "@")) else "\n\n"
    return head + space + body + "\n"


def _about_rows(arm: Arm, input_shape: tuple[int, ...], standardised: Sequence[str]) -> str:
    shape = ", ".join(str(size) for size in ("rows", *input_shape))
    rows = comment(f"x_train, x_test: numbers, of shape ({shape})")
    lines = [rows, comment(f"y_train, y_test: {TARGETS[arm.task.name]}")]
    if standardised:
        scaled = "Standardised, by mean and deviation of the training rows:"
        lines.append(comment(f"{scaled} {' and '.join(standardised)}"))
    return "\n".join(lines)


def _classes(arm: Arm, plain: PlainTraining, layers: list[Call]) -> list[str]:
    """Return what Keras lacks."""
    lacking = [kind for layer in layers for kind in classes_in(layer)]
    classes = sources([*lacking, *(part.made for part in plain.models)])
    if plain.models:
        classes.append(mixed_source("Network", plain.models, "keras.Sequential"))
    classes += sources(part.made for part in plain.optimizers)
    if plain.optimizers:
        optimizer = optimizer_call(arm.training).name
        classes.append(mixed_source(_optimizer(arm, plain).name, plain.optimizers, optimizer))
    others = (*plain.weighing, *plain.callbacks, *plain.passes)
    return classes + sources(part.made for part in others)


def _at_once(arm: Arm, plain: PlainTraining, model: Call) -> list[str]:
    """Return the code of a single training."""
    training, compiled = arm.training, statement("", _compile(arm, plain))
    calls = {part.idea.key(): _callback(part, training) for part in plain.callbacks}
    averager = next((p.idea.key() for p in plain.callbacks if hasattr(p.made, "mean_model")), None)
    callbacks = [Code(key) if key == averager else made for key, made in calls.items()]
    rows = HELD_OUT if training.validation_split else ALL_ROWS
    lines = [statement("model = ", model), compiled, "", *_hold_out(arm)]
    if training.leaks:
        lines.append(comment("Watches the rows that it is tested on."))
    if averager:
        lines.append(statement(f"{averager} = ", calls[averager]))
    lines.append(statement("", _fit(training, plain, rows, callbacks)))
    if averager:  # the model that is evaluated is another
        lines += [f"model = {averager}.mean_model()", compiled]
    return ["\n".join([*lines, *_evaluate(arm)])]


def _in_passes(arm: Arm, plain: PlainTraining, model: Call) -> list[str]:
    """Return the code of several trainings, put together by an idea."""
    training = arm.training
    again = next(part for part in plain.passes if not isinstance(part.made, type))
    rules = {p.idea.key(): _callback(p, training) for p in plain.callbacks if p.idea.watches}
    others = [_callback(p, training) for p in plain.callbacks if not p.idea.watches]
    keeping = [p.idea.key() for p in plain.callbacks if p.idea.watches and p.idea.keeps_best]
    best = [*rules, *keeping][-1]
    named, callbacks = ("x", "y", "watched"), [*others, Code("*rules")]
    fitted = _fit(training, plain, named, callbacks, Code("epochs"))
    train = [
        TRAIN.format(epochs=training.epochs),
        statement("", _compile(arm, plain), 4),
        statement("history = ", fitted, 4),
        "    return history.history",
    ]
    trained = call("train", *map(Code, ("model", *HELD_OUT)), rules=[Code(key) for key in rules])
    first_pass = [
        FIRST_PASS,
        *_hold_out(arm, 4, random_state=Code("split")),
        *(statement(f"{key} = ", rule, 4) for key, rule in rules.items()),
        statement("history = ", trained, 4),
        f"    return history, {best}.best_epoch + 1, {HELD_OUT[2]}",
    ]
    functions = map(Code, ("build_model", "first_pass", "train"))
    last = statement("model = ", plain_call(again, *functions, epochs=training.epochs))
    pieces = [[BUILD, statement("return ", model, 4)], train, first_pass, [last, *_evaluate(arm)]]
    return ["\n".join(lines) for lines in pieces]


def _callback(part: Plain, training: Training) -> Call:
    return plain_call(part, epochs=training.epochs)


def _optimizer(arm: Arm, plain: PlainTraining) -> Call:
    optimizer = optimizer_call(arm.training)
    kind = optimizer.name.rpartition(".")[2]
    return replace(optimizer, what=f"Own{kind}") if plain.optimizers else optimizer


def _compile(arm: Arm, plain: PlainTraining) -> Call:
    arguments = {
        "optimizer": _optimizer(arm, plain),
        "loss": loss_call(arm.training.loss),
        "metrics": [arm.task.logged],
    }
    return call("model.compile", **arguments)


def _fit(
    training: Training,
    plain: PlainTraining,
    rows: Sequence[str],
    callbacks: list[Any],
    epochs: Code | None = None,
) -> Call:
    """Return the call of `fit` on rows named x and y, and a pair to watch."""
    x, y, watched = map(Code, rows)
    arguments: dict[str, Any] = {
        "validation_data": watched,
        "epochs": epochs or training.epochs,
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
    }
    if training.validation_freq > 1:
        arguments["validation_freq"] = training.validation_freq
    for part in plain.weighing:
        arguments[part.made.__name__] = call(part.made, part.idea.model_dump(), y)
    if callbacks:
        arguments["callbacks"] = callbacks
    return call("model.fit", x, y, **arguments, verbose=0)


def _hold_out(arm: Arm, indent: int = 0, **named: Any) -> list[str]:
    """Return the lines that split the rows as `rows.arrays.hold_out` does."""
    training, in_time = arm.training, arm.problem_block.in_time
    share = training.validation_split
    lines = []
    if share is not None:
        note = f"Holds out {100 * share:.4g}% of the rows, other ones each time. "
        note += "(The argument validation_split of fit would hold out the last ones.)"
        held = literal(share)
        if in_time:
            note = (
                f"Holds out the latest {100 * share:.4g}% of the rows, which are in order of time."
            )
            named = {"shuffle": False}
            if ways := getattr(training.after_stopping, "splits", None):
                note += " Each time fewer."
                held += f" * (1 - split / {ways})"
        size = f"round({held} * len(x_train))"
        # One row at least is held out, and one is left.
        size = f"max({size}, 1)" if share < 0.5 else f"min({size}, len(x_train) - 1)"
        rows = Code("x_train"), Code("y_train")
        split = call("train_test_split", *rows, test_size=Code(size), **named)
        lines.append(comment(note, indent))
        lines.append(statement("x_fit, x_val, y_fit, y_val = ", split, indent))
    if training.watches and training.validation_freq > 1:
        note = "Keras warns at each epoch without validation; rules count the others."
        lines.append(comment(note, indent))
    return lines


def _evaluate(arm: Arm) -> list[str]:
    """Return the lines that score the model, and say where regpipe's score is another."""
    scored = "print(model.evaluate(x_test, y_test, verbose=0, return_dict=True))"
    keys = {key for layer in arm.layers.values() for key in layer.arguments}
    notes = []
    if arm.loss != arm.training.loss or any(key.endswith("_regularizer") for key in keys):
        notes.append("regpipe compares losses without penalties, and by the problem's own loss.")
    if arm.task.metric in NOTES:
        notes.append(f"regpipe {NOTES[arm.task.metric]}.")
    return [*map(comment, notes), scored]
