"""The defaults of a user's own table: how to split it, which network, how long to train.

The network is one that can learn a small table by heart: otherwise there is nothing to regularize.
Two hidden layers of 64 units and about 3,000 steps of Adam do so on scikit-learn's five tables, and
score within half a point of the best of six on the four that are classifications; docs/tables.md
has the figures, and benchmarks/default_network.py makes them.
"""

from typing import Any

from regpipe.language.tasks import TaskName
from regpipe.tables.columns import Columns

UNITS = 64
STEPS = 3000  # of the optimizer
TRAINED = 0.7  # of the rows
TRAINED_IN_TIME = 0.5  # of the rows, before each origin: origins further apart say more
RARE = 0.2  # below this share of the rows, a class is easily overlooked by accuracy


def default_network(task: TaskName, columns: Columns) -> dict[str, Any]:
    """Return two hidden layers, and the outputs that the task asks for."""
    hidden = {"Dense": {"units": UNITS, "activation": "relu"}}
    if task == "binary":
        output: dict[str, Any] = {"units": 1, "activation": "sigmoid"}
    elif task == "multiclass":
        output = {"units": len(columns.classes or ()), "activation": "softmax"}
    else:
        output = {"units": 1}
    return {"hidden1": hidden, "hidden2": hidden, "output": {"Dense": output}}


def default_training(task: TaskName, n_train: int) -> dict[str, Any]:
    """Return the training for so many rows: larger batches and fewer epochs for many."""
    losses = {"binary": "binary_crossentropy", "multiclass": "sparse_categorical_crossentropy"}
    batch_size = 32 if n_train <= 2_000 else 128 if n_train <= 20_000 else 512
    steps = -(-n_train // batch_size)
    epochs = min(max(round(STEPS / steps, -1), 20), 300)
    return {
        "optimizer": "adam",
        "loss": losses.get(task, "mse"),
        "epochs": int(epochs),
        "batch_size": batch_size,
    }
