"""Numbers that may change without a new compile, each with the value that does nothing.

Per class of Keras; those of our own ideas stand in their files. Whatever isn't listed is compiled
in, so that each of its values needs a compile of its own.
"""

from regpipe.ingredients import IDEAS, LAYERS, PENALTIES

NO_LIMIT = 1e30  # no norm comes near

KERAS = {
    "L1": {"l1": 0.0},
    "L2": {"l2": 0.0},
    "L1L2": {"l1": 0.0, "l2": 0.0},
    "OrthogonalRegularizer": {"factor": 0.0},
    "MaxNorm": {"max_value": NO_LIMIT},
    "MinMaxNorm": {"min_value": 0.0, "max_value": NO_LIMIT, "rate": 0.0},
    "Dropout": {"rate": 0.0},
    "SpatialDropout1D": {"rate": 0.0},
    "SpatialDropout2D": {"rate": 0.0},
    "GaussianNoise": {"stddev": 0.0},
}
# Arguments of any optimizer. The learning rate has no value that does nothing.
OPTIMIZER = {"weight_decay": 0.0, "ema_momentum": 0.0, "learning_rate": None}
# Constraints are also written `{max_norm: 3}`, by their first argument.
FIRST = {"max_norm": NO_LIMIT}


def does_nothing(path: str) -> float | None:
    """Return the value of a strength that does nothing, None where it isn't known.

    Args:
        path: such as `each.kernel_regularizer.l2`, `training.mixup.alpha`.
    """
    *parents, name = path.split(".")
    if parents[:1] == ["training"]:
        ours = {idea.key(): idea.neutral for idea in IDEAS}
        return ours.get(parents[1], OPTIMIZER).get(name)
    numbers = FIRST | {key: value for kind in KERAS.values() for key, value in kind.items()}
    for idea in (*LAYERS.values(), *PENALTIES.values()):
        numbers |= idea.neutral
    return numbers.get(name)
