"""A training as text: which rows are held out, the rules that watch them, and `fit`."""

from typing import Any

from regpipe.language import Below, Monitored, Training
from regpipe.report.keras_calls import CHECKPOINT_FILE, checkpoint_call, early_stopping_call
from regpipe.report.python_text import Call, Code, call, comment, literal, statement

ALL_ROWS = ("x_train", "y_train", "x_test", "y_test")
HELD_OUT = ("x_fit", "y_fit", "x_val", "y_val")


def first_pass(
    training: Training, begin: str = "", indent: int = 0, random_state: Any = None
) -> list[str]:
    """Return the lines that hold out rows, make the rules and train.

    Args:
        training: what is asked for.
        begin: what stands before `fit`, such as `history = `.
        indent: blanks before each line.
        random_state: of the split, if it shall have one.
    """
    lines = _hold_out(training, indent, random_state)
    if training.leaks:
        lines.append(comment("Watches the rows that it is tested on.", indent))
    if training.watches and training.validation_freq > 1:
        told = "Keras warns at each epoch without a look at the held-out rows; rules count looks."
        lines.append(comment(told, indent))
    rules = _rules(training)
    lines += [statement(f"{name} = ", made, indent) for name, made in rules.items()]
    callbacks = [*own_callbacks(training), *map(Code, rules)]
    rows = HELD_OUT if training.validation_split else ALL_ROWS
    fitted = fit_statement(training, rows, training.epochs, callbacks, begin, indent)
    return [*lines, fitted]


def fit_statement(
    training: Training,
    rows: tuple[str, str, str, str],
    epochs: int | Code,
    callbacks: list[Any],
    begin: str = "",
    indent: int = 0,
) -> str:
    """Return the call of `fit` on rows named x, y, and x, y to watch."""
    x, y, x_val, y_val = map(Code, rows)
    weights, weigh = _class_weight(training, rows[1])
    arguments: dict[str, Any] = {
        "validation_data": (x_val, y_val),
        "epochs": epochs,
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
    }
    if training.validation_freq > 1:
        arguments["validation_freq"] = training.validation_freq
    if weights is not None:
        arguments["class_weight"] = weights
    if callbacks:
        arguments["callbacks"] = callbacks
    arguments["verbose"] = 0
    fitted = statement(begin, call("model.fit", x, y, **arguments), indent)
    return "\n".join([*(f"{' ' * indent}{line}" for line in weigh), fitted])


def _class_weight(training: Training, y: str) -> tuple[Any, list[str]]:
    """Return the weights as `fit` takes them, and the lines that compute them from targets `y`."""
    if training.class_weight != "balanced":
        return training.class_weight, []
    lines = [
        "# All rows of a class weigh together what those of any other do.",
        f"classes, counts = np.unique({y}, return_counts=True)",
        f"weights = len({y}) / (len(classes) * counts)",
        "class_weight = {int(k): float(w) for k, w in zip(classes, weights)}",
    ]
    return Code("class_weight"), lines


def own_callbacks(training: Training) -> list[Code]:
    """Return the callbacks that Keras lacks, but for those that watch."""
    asked = {
        "Ramp()": training.ramp,
        "AverageWeights()": training.weight_average,
        "ensemble": training.snapshot_ensemble,
    }
    return [Code(name) for name, wanted in asked.items() if wanted]


def best_weights(training: Training) -> list[str]:
    """Return the line that reads the best weights back, where a checkpoint wrote them."""
    rule = training.checkpoint
    looks = training.epochs // training.validation_freq
    if rule is None or (rule.monitor.startswith("val_") and not looks):
        return []
    return [statement("", call("model.load_weights", CHECKPOINT_FILE))]


def best_place(training: Training) -> Code:
    """Return the best epoch, counted from 0: that of the last rule that keeps its weights.

    Where none does, it is that of the last rule.
    """
    keeps = {
        "stop_when": training.stop_when and not isinstance(training.stop_when, Below),
        "early_stopping": training.early_stopping and training.early_stopping.restore_best_weights,
        "checkpoint": training.checkpoint,
    }
    asked = list(_rules(training))
    name = [*asked, *(name for name in asked if keeps[name])][-1]
    if name != "checkpoint" or training.checkpoint is None:
        return Code(f"{name}.best_epoch")
    return _best_logged(training.checkpoint, training.validation_freq)


def _best_logged(rule: Monitored, freq: int) -> Code:
    best = "argmax" if rule.upwards else "argmin"
    look = f"np.{best}(history.history[{literal(rule.monitor)}])"
    if freq == 1 or not rule.monitor.startswith("val_"):
        return Code(look)
    return Code(f"{freq} * {look} + {freq - 1}")  # counted in looks


def _rules(training: Training) -> dict[str, Call]:
    """Return the callbacks that watch, by the names of their variables."""
    rules: dict[str, Call] = {}
    if training.stop_when:
        rules["stop_when"] = call("StopWhen")
    if training.early_stopping:
        rules["early_stopping"] = early_stopping_call(training.early_stopping)
    if training.checkpoint:
        rules["checkpoint"] = checkpoint_call(training.checkpoint)
    return rules


def _hold_out(training: Training, indent: int, random_state: Any) -> list[str]:
    """Return the lines that split the rows as `problems.samples.hold_out` does."""
    share = training.validation_split
    if share is None:
        return []
    told = (
        f"Holds out {100 * share:.4g}% of the rows, other ones each time. (The argument "
        "validation_split of fit would hold out the last ones.)"
    )
    size = f"round({literal(share)} * len(x_train))"
    # One row at least is held out, and one is left.
    size = f"max({size}, 1)" if share < 0.5 else f"min({size}, len(x_train) - 1)"
    arguments: dict[str, Any] = {"test_size": Code(size)}
    if random_state is not None:
        arguments["random_state"] = random_state
    split = call("train_test_split", Code("x_train"), Code("y_train"), **arguments)
    return [comment(told, indent), statement("x_fit, x_val, y_fit, y_val = ", split, indent)]
