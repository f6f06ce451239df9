"""The state of a training as a value: where it begins, and which weights are kept in the end."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.engine.fit import Start
from regpipe.engine.weights import initial_weights, random_state, random_states, weight_names
from regpipe.ingredients import Beginning

State = dict[str, Any]


class States:
    """The states of a model and an optimizer.

    A state holds lists of tensors: `weights` (trained), `others` (statistics, random states) and
    those of the `optimizer`; of each idea its `parts` and, if it draws, its `draws`; the weights
    `kept` as the best so far; the `epoch`, and whether it has `stopped`.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        self.model, self.optimizer = model, optimizer
        self.names = weight_names(model)
        self._built = {
            "weights": [v.numpy() for v in model.trainable_variables],
            "others": [v.numpy() for v in model.non_trainable_variables],
            "optimizer": [v.numpy() for v in optimizer.variables],
        }
        places = {id(v): ("weights", i) for i, v in enumerate(model.trainable_variables)}
        places |= {id(v): ("others", i) for i, v in enumerate(model.non_trainable_variables)}
        self._places = [places[id(weight)] for weight in model.weights]
        self._seeds = _indices(model.non_trainable_variables, random_states(model))
        (self._iterations,) = _indices(optimizer.variables, [optimizer._iterations])
        rate = optimizer._learning_rate  # a variable, or a schedule
        is_variable = any(rate is variable for variable in optimizer.variables)
        self._rate = _indices(optimizer.variables, [rate])[0] if is_variable else None

    def begin(self, training: Any, keeps: bool, seed: int, start: Start) -> State:
        """Return the state in which a fit begins.

        Args:
            training: what is asked for; its learning rate, and the strengths of its ideas, count.
            keeps: whether the best weights are kept.
            seed: of weights, masks and noise.
            start: where to begin, if not afresh.
        """
        state: State = {key: list(built) for key, built in self._built.items()}
        drawn = initial_weights(self.model, start.draws_weights_from(seed))
        for (key, index), name, value in zip(self._places, self.names, drawn, strict=True):
            if start.weights:
                state[key][index] = start.weights[name]
            elif value is not None:
                state[key][index] = value
        for place, index in enumerate(self._seeds):
            built = state["others"][index]
            state["others"][index] = random_state(seed, place).astype(built.dtype)
        rate = training.arguments.get("learning_rate")
        if self._rate is not None:
            if rate is not None:
                state["optimizer"][self._rate] = np.float32(rate)
            rate = float(state["optimizer"][self._rate])
        weights, ideas = self.weights(state), training.ingredients
        beginning = Beginning(training.epochs, rate, [w.shape for w in weights], start.limit)
        random = {idea.key(): random_state(seed, idea.key()) for idea in ideas if idea.random}
        state |= {
            "parts": {idea.key(): idea.part(beginning) for idea in ideas},
            "draws": {key: place.astype("uint32") for key, place in random.items()},
            "kept": weights if keeps else [],
            "epoch": np.int32(0),
            "stopped": np.array(False),
        }
        return tf.nest.map_structure(tf.convert_to_tensor, state)

    def weights(self, state: State) -> list[Any]:
        """Return the weights in the order of the model's."""
        return [state[key][index] for key, index in self._places]

    def steps(self, state: State) -> Any:
        """Return how many steps were taken; of those that gather gradients, only full ones."""
        taken = state["optimizer"][self._iterations]
        return taken // (self.optimizer.gradient_accumulation_steps or 1)

    def with_rate(self, state: State, rate: Any) -> State:
        """Return the state with another learning rate."""
        numbers = enumerate(state["optimizer"])
        return state | {"optimizer": [rate if i == self._rate else old for i, old in numbers]}

    def end(self, training: Any, state: State) -> tuple[dict[str, np.ndarray], int | None]:
        """Return the weights that are kept, by their paths, and the best epoch of a rule."""
        if self.optimizer.use_ema:  # as `finalize_variable_values`
            averages = self.optimizer._model_variables_moving_average
            places = _indices(self.optimizer.variables, averages)
            state = state | {"weights": [state["optimizer"][place] for place in places]}
        weights = [weight.numpy() for weight in self.weights(state)]
        watching = training.keeper or next(reversed(training.watches), None)
        best = watching.best_epoch(state["parts"][watching.key()]) if watching else None
        if training.keeper and best is not None:  # else it was never validated: the last ones stay
            weights = [weight.numpy() for weight in state["kept"]]
        for idea in training.ingredients:
            weights = idea.kept(state["parts"][idea.key()], weights)
        return dict(zip(self.names, weights, strict=True)), best


def _indices(variables: Sequence[Any], some: Sequence[Any]) -> list[int]:
    """Return where some variables stand among others."""
    places = {id(variable): index for index, variable in enumerate(variables)}
    return [places[id(variable)] for variable in some]
