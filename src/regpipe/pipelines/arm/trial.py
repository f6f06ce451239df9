"""Can a network take a step of its training? Tried before any arm trains, once for all alike.

Candidate values of a strength, and techniques that differ in what Keras doesn't do, are alike: a
screen has a hundred arms to build, and a dozen to try.
"""

import json
from typing import Any

from regpipe.backend import keras
from regpipe.candidates.arm import Arm
from regpipe.engine.keras_calls import loss_call, optimizer_call
from regpipe.engine.keras_objects import check_trial
from regpipe.engine.network import Architecture, build_model
from regpipe.engine.strengths import without_strengths
from regpipe.engine.weights import check_seeded
from regpipe.rows.arrays import Rows

TRIED: dict[str, keras.Model] = {}  # as many as a run has kinds of training: a few dozen


def tried(arm: Arm, architecture: Architecture, rows: Rows) -> keras.Model:
    """Return a model that took a step of the arm's training, or of one alike.

    Raises:
        SpecError: it can't, or something random in it can't be drawn from a seed.
    """
    described: Any = without_strengths(architecture)
    described["config"]["name"] = ""
    loss, optimizer = loss_call(arm.training.loss), optimizer_call(arm.training)
    few = [part[:2].tobytes() for part in (rows.x_train, rows.y_train)]
    alike = repr((json.dumps(described), arm.task.name, loss, optimizer, few, rows.y_train.max()))
    if alike not in TRIED:
        model = build_model(architecture)
        check_seeded(model)
        check_trial(arm, model, rows)
        TRIED[alike] = model
    return TRIED[alike]
