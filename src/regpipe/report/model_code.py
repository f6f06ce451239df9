"""The model of an answer as plain code, of Keras or of scikit-learn."""

from regpipe.candidates.arm import Arm
from regpipe.candidates.references import Peer, Setting
from regpipe.engine.keras_calls import call
from regpipe.report.keras_code import keras_code
from regpipe.report.python_text import comment, statement

ROWS = (
    "x_train: `skops.io.load('preprocessing.skops', trusted=...)` makes it of the table's columns "
    "(`regpipe.load` does all of it)."
)


def network_code(arm: Arm, input_shape: tuple[int, ...], seeds: int) -> str:
    """Return a script that builds and trains a network; of several, one of them."""
    lines = [comment(ROWS)]
    if seeds > 1:
        lines.append(comment(f"The model is the mean of {seeds} such networks, of other seeds."))
    standardised = arm.problem_block.standardise
    return "\n".join([*lines, "", keras_code(arm, input_shape, standardised)])


def estimator_code(peer: Peer, setting: Setting, seed: int) -> str:
    """Return a script that makes an estimator and fits it."""
    module, _, name = peer.block.type.rpartition(".")
    arguments = peer.given(setting, random_state=seed)
    made = call(name, **arguments)
    return "\n".join(
        [
            comment(ROWS),
            "",
            f"from {module} import {name}",
            "",
            statement("model = ", made),
            "model.fit(x_train, y_train)",
            "",
        ]
    )
