"""The reference: the same training by `keras.Model.fit` itself."""

import time

import numpy as np

from regpipe.backend import keras
from regpipe.engine.compiled import LOGS, METRIC, VALIDATION_BATCH, optimizer_config
from regpipe.engine.fit import Fit, make_fit
from regpipe.engine.weights import (
    initial_weights,
    random_state,
    random_states,
    weight_names,
)
from regpipe.network import Architecture, build_model
from regpipe.problems.samples import Rows
from regpipe.spec import Training


class KerasLoop:
    """`compile` and `fit` of Keras, from the same initial weights as the compiled loop."""

    def __init__(self, architecture: Architecture, training: Training) -> None:
        """Keep what a model is built from; each fit builds its own."""
        self.architecture = architecture
        self.training = training

    def fit(self, rows: Rows, seed: int) -> Fit:
        """Train once on `rows`; initial weights, order, masks and noise come from `seed`."""
        keras.utils.set_random_seed(seed)  # Keras shuffles by the process-wide seed
        model = build_model(self.architecture)
        drawn = initial_weights(model, seed)
        for weight, value in zip(model.weights, drawn, strict=True):
            if value is not None:
                weight.assign(value)
        for place, state in enumerate(random_states(model)):
            state.assign(random_state(seed, place))
        training = self.training
        model.compile(
            optimizer=keras.optimizers.get(optimizer_config(training.optimizer)),
            loss=training.loss,
            metrics=list(METRIC),
        )
        start = time.perf_counter()
        logs = model.fit(
            rows.x_train,
            rows.y_train,
            validation_data=(rows.x_test, rows.y_test),
            validation_batch_size=VALIDATION_BATCH,
            epochs=training.epochs,
            batch_size=training.batch_size,
            shuffle=training.shuffle,
            verbose=0,
        ).history
        seconds = time.perf_counter() - start
        weights = [w.numpy() for w in model.weights]
        history = {name: np.asarray(logs[name], "float32") for name in LOGS}
        return make_fit(dict(zip(weight_names(model), weights, strict=True)), history, seconds)
