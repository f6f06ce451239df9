"""Numbers that may change without a new compile, each with the value that does nothing.

Per class of Keras; those of our own ideas stand in their files. Whatever isn't listed is compiled
in, so that each of its values needs a compile of its own.
"""

from collections.abc import Mapping

from regpipe.ingredients import IDEAS, LAYERS, PENALTIES, NetworkIdea, snake_case

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
LOSSES = {
    "BinaryCrossentropy": {"label_smoothing": 0.0},
    "BinaryFocalCrossentropy": {"label_smoothing": 0.0},
}
# Constraints are also written `{max_norm: 3}`, by their first argument.
FIRST = {"max_norm": NO_LIMIT}


def does_nothing(path: str) -> float | None:
    """Return the value of a strength that does nothing, None where it isn't known.

    Args:
        path: such as `each.kernel_regularizer.l2`, `after_each.Dropout.rate`,
            `training.mixup.alpha`: the key before the last says what it is a strength of.

    >>> does_nothing("after_each.Dropout.rate"), does_nothing("each.kernel_constraint.max_norm")
    (0.0, 1e+30)
    """
    *parents, name = path.split(".")
    if parents[:2] == ["training", "loss"]:
        return LOSSES.get(parents[-1], {}).get(name)
    if parents[:1] == ["training"]:
        ideas = {idea.key(): idea.neutral for idea in IDEAS}
        return ideas.get(parents[1], OPTIMIZER).get(name)
    of = parents[-1] if parents else ""
    if of.endswith("_constraint"):
        return FIRST.get(name)
    ours: Mapping[str, type[NetworkIdea]] = {**LAYERS, **PENALTIES}
    if of in ours and ours[of].neutral:
        return ours[of].neutral.get(name)
    theirs = {key: kind for one, kind in KERAS.items() for key in (one, snake_case(one))}
    return theirs.get(of, KERAS["L1L2"]).get(name)
