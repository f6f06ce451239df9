"""Training as a pure function, with the semantics of `keras.Model.fit`.

    run(state, rows, orders, strengths, word, epochs) -> (state, history)

Keras spends nearly all of its time in Python between steps. Here a block of epochs (batches,
gradients, optimizer, constraints, validation) is one XLA program that loops by itself and returns
numbers for each epoch. Model, loss and optimizer are Keras' own. The program captures nothing:
weights, the optimizer's state, random states, rows, strengths and the learning rate are arguments.
So one compile serves every thread, seed, strength and, where batches are small, number of rows:
those are filled up with rows that weigh nothing.

What Keras lacks fills the slots of `regpipe.ingredients`; nothing here knows one by its name.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any

import numpy as np

from regpipe.backend import tf
from regpipe.candidates.arm import Arm
from regpipe.engine.fit import AFRESH, Fit, Start, make_fit
from regpipe.engine.forward import Forward
from regpipe.engine.keras_objects import make_optimizer
from regpipe.engine.network import Architecture, build_model
from regpipe.engine.optimizer import functional
from regpipe.engine.randomness import Draws, fit_word, randomness_of
from regpipe.engine.strengths import (
    free_optimizer,
    free_strengths,
    network_strengths,
    training_strengths,
    with_strengths,
    without_strengths,
)
from regpipe.engine.weights import initial_weights, random_state, random_states, weight_names
from regpipe.errors import SpecError
from regpipe.ingredients import Beginning, Epoch, Step
from regpipe.language import Random
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive

logger = logging.getLogger(__name__)

BLOCK_EPOCHS = 500  # per call of the program, at most; its cost, about 0.5 ms, is spread over them
BLOCK_ORDERS = 2**22  # numbers that say the order of rows in a block, at most
State = dict[str, Any]


class CompiledLoop:
    """The program of one kind of network and training; any thread may use it at any time."""

    def __init__(self, arm: Arm, architecture: Architecture, random: Random = "hash") -> None:
        """Build the model; what is compiled is compiled at the first fit.

        Args:
            arm: says how to train: optimizer, loss, epochs, batch size, stopping, ...
            architecture: the JSON of its Keras model.
            random: by which masks and noise are drawn.

        Raises:
            SpecError: `random` is threefry, and XLA, which alone has it here, isn't used.
        """
        self.arm, self.architecture, self.training = arm, architecture, arm.training
        self._random = random
        # A layer that is built with strength 0 lacks what draws its random numbers.
        self.model = build_model(without_strengths(architecture, 0.5))
        self._free = free_strengths(self.model, architecture)
        self.optimizer = functional(make_optimizer(self.training))
        self._free |= free_optimizer(self.optimizer, self.training)
        self.optimizer.build(self.model.trainable_variables)
        self._paths = [*network_strengths(architecture), *training_strengths(self.training)]
        self._forward = Forward(self.model, self.training, arm.task.name)
        if random == "threefry" and not self._forward.by_xla:
            raise SpecError(
                [
                    f"random: threefry runs under XLA alone, and {arm.name} is trained without, "
                    "since its convolutions are faster so. Expected hash."
                ]
            )
        self._keeper = next((i for i in reversed(self.training.watches) if i.keeps_best), None)
        self._built = {
            "weights": [v.numpy() for v in self.model.trainable_variables],
            "others": [v.numpy() for v in self.model.non_trainable_variables],
            "optimizer": [v.numpy() for v in self.optimizer.variables],
        }
        self._places = _places(self.model)
        self._seeds = _indices(self.model.non_trainable_variables, random_states(self.model))
        self._rate = None
        if not self.training.scheduled:
            rate = [self.optimizer._learning_rate]
            (self._rate,) = _indices(self.optimizer.variables, rate)
        (self._steps,) = _indices(self.optimizer.variables, [self.optimizer._iterations])
        jit = self._forward.by_xla
        self._run = tf.function(self._train_block, jit_compile=jit, autograph=False)
        self._tracing = Lock()
        self._programs: dict[Any, Any] = {}

    @property
    def compiles(self) -> int:
        """How many programs there are: one for each form of the rows."""
        return len(self._programs)

    def fit(
        self,
        rows: Rows,
        seed: int,
        start: Start = AFRESH,
        arm: Arm | None = None,
        architecture: Architecture | None = None,
    ) -> Fit:
        """Train once.

        Args:
            rows: of any number.
            seed: of initial weights, order, masks and noise.
            start: where to begin, if not afresh.
            arm: another one of the same kind, which differs in strengths alone.
            architecture: of that arm.
        """
        training = (arm or self.arm).training
        network = network_strengths(architecture or self.architecture)
        values = network | training_strengths(training)
        state = self._begin(training, values, seed, start)
        arguments = self._forward.arguments(rows, training)
        strengths = tf.constant([values[path] for path in self._paths], tf.float32)
        word, orders = tf.constant(fit_word(seed)), np.random.default_rng(derive(seed, "order"))
        last = start.epochs or training.epochs
        clock, blocks, done = time.perf_counter(), [], 0
        while done < last and not bool(state["stopped"]):
            order = self._forward.orders(rows, self._block(rows), min(last - done, 2**31), orders)
            epochs = tf.constant(min(self._block(rows), last - done))
            program = self._program(state, arguments, order, strengths, word, epochs)
            state, numbers = program(state, arguments, order, strengths, word, epochs)
            blocks.append(numbers[: int(state["epoch"]) - done].numpy())
            done = int(state["epoch"])
        seconds = time.perf_counter() - clock
        weights, best = self._end(training, state)
        return make_fit(
            dict(zip(weight_names(self.model), weights, strict=True)),
            dict(zip(self.arm.task.logs, np.concatenate(blocks).T, strict=True)),
            seconds,
            stopped=bool(state["stopped"]),
            best_epoch=best,
        )

    def _block(self, rows: Rows) -> int:
        """Return how many epochs a call trains at most."""
        within = BLOCK_ORDERS // self._forward.size(rows)
        return max(1, min(BLOCK_EPOCHS, within, self.training.epochs))

    def _program(self, *arguments: Any) -> Callable[..., Any]:
        """Return the program for arguments of these shapes; it is traced once, by one thread."""
        shapes = str(tf.nest.map_structure(lambda part: part.shape, arguments))
        with self._tracing:
            if shapes not in self._programs:
                clock = time.perf_counter()
                self._programs[shapes] = self._run.get_concrete_function(*arguments)
                seconds = time.perf_counter() - clock
                logger.debug("%s: traced in %.2f s", self.arm.name, seconds)
            return self._programs[shapes]

    def _begin(self, training: Any, values: dict[str, float], seed: int, start: Start) -> State:
        """Return the state in which a fit begins."""
        state = {key: list(built) for key, built in self._built.items()}
        drawn = initial_weights(self.model, start.draws_weights_from(seed))
        names = weight_names(self.model)
        for (key, index), name, value in zip(self._places, names, drawn, strict=True):
            if start.weights:
                state[key][index] = start.weights[name]
            elif value is not None:
                state[key][index] = value
        for place, index in enumerate(self._seeds):
            built = state["others"][index]
            state["others"][index] = random_state(seed, place).astype(built.dtype)
        rate = next((v for path, v in values.items() if path.endswith(".learning_rate")), None)
        if self._rate is not None:
            if rate is not None:
                state["optimizer"][self._rate] = np.float32(rate)
            rate = float(state["optimizer"][self._rate])
        shapes = [tuple(state[key][index].shape) for key, index in self._places]
        beginning = Beginning(training.epochs, rate, shapes, start.limit)
        kept = [state[key][index] for key, index in self._places] if self._keeper else []
        ideas = training.ingredients
        return tf.nest.map_structure(
            tf.convert_to_tensor,
            state
            | {
                "parts": {idea.key(): idea.part(beginning) for idea in ideas},
                "draws": {
                    idea.key(): random_state(seed, idea.key()).astype("uint32")
                    for idea in ideas
                    if idea.random
                },
                "kept": kept,
                "epoch": np.int32(0),
                "stopped": np.array(False),
            },
        )

    def _end(self, training: Any, state: State) -> tuple[list[np.ndarray], int | None]:
        """Return the weights that are kept, in the order of the model's, and the best epoch."""
        if self.optimizer.use_ema:  # as `finalize_variable_values`
            averages = self.optimizer._model_variables_moving_average
            places = _indices(self.optimizer.variables, averages)
            state["weights"] = [state["optimizer"][place] for place in places]
        weights = [weight.numpy() for weight in self._weights(state)]
        watching = self._keeper or next(reversed(training.watches), None)
        best = watching.best_epoch(state["parts"][watching.key()]) if watching else None
        if self._keeper and best is not None:  # else nobody has looked, and the last ones stand
            weights = [weight.numpy() for weight in state["kept"]]
        for idea in training.ingredients:
            weights = idea.kept(state["parts"][idea.key()], weights)
        return weights, best

    def _weights(self, state: State) -> list[Any]:
        return [state[key][index] for key, index in self._places]

    # What follows is traced.

    def _train_block(
        self, state: State, rows: Any, orders: Any, strengths: Any, word: Any, epochs: Any
    ) -> Any:
        """Train up to `epochs` epochs, or until a rule says stop; return the state and numbers."""
        values = dict(zip(self._paths, tf.unstack(strengths), strict=True))
        ideas = [with_strengths(idea, values) for idea in self.training.ingredients]
        history = tf.zeros([orders.shape[0], len(self.arm.task.logs)])

        def train(i: Any, state: State, history: Any) -> Any:
            state, numbers = self._train_epoch(state, rows, orders[i], ideas, dict(values))
            return i + 1, state, tf.tensor_scatter_nd_update(history, [[i]], numbers[None])

        def goes_on(i: Any, state: State, history: Any) -> Any:
            return (i < epochs) & ~state["stopped"]

        with randomness_of(word, self._random):
            _, state, history = tf.while_loop(goes_on, train, (tf.constant(0), state, history))
        return state, history

    def _train_epoch(
        self, state: State, rows: Any, order: Any, ideas: Sequence[Any], values: dict[str, Any]
    ) -> Any:
        """Train an epoch, look at the held-out rows, and ask who watches."""
        state = dict(state)
        parts = dict(state["parts"])
        epoch = Epoch(state["epoch"], self.training.epochs, values)
        for idea in ideas:
            idea.begin(parts[idea.key()], epoch)
        for path, strength in self._free.items():
            strength.tensor = epoch.strengths[path]
        if epoch.learning_rate is not None:
            state["optimizer"] = _with(state["optimizer"], self._rate, epoch.learning_rate)
        state, trained = self._forward.epoch(
            partial(self._train_step, ideas=ideas), state, rows, order
        )
        epoch.looked, held_out = self._look(state, rows)
        numbers = tf.concat([trained, held_out], axis=0)
        epoch.logs = dict(zip(self.arm.task.logs, tf.unstack(numbers), strict=True))
        epoch.weights = self._weights(state)
        for idea in ideas:
            epoch.keep = epoch.stop = tf.constant(False)
            parts[idea.key()] = idea.end(parts[idea.key()], epoch)
            state["stopped"] |= epoch.stop
            if self._keeper and idea.key() == self._keeper.key():
                pairs = zip(epoch.weights, state["kept"], strict=True)
                state["kept"] = [tf.where(epoch.keep, new, old) for new, old in pairs]
        return state | {"parts": parts, "epoch": state["epoch"] + 1}, numbers

    def _look(self, state: State, rows: Any) -> Any:
        """Return whether the held-out rows are looked at, and their numbers, NaN where not."""
        freq = self.training.validation_freq
        validate = partial(self._forward.validate, state["weights"], state["others"], rows)
        if freq == 1:
            return True, validate()
        due = (state["epoch"] + 1) % freq == 0
        return due, tf.cond(due, validate, lambda: tf.fill([2], float("nan")))

    def _train_step(self, state: State, batch: Any, ideas: Sequence[Any]) -> Any:
        """Take a step; return the state, and the batch's loss and metric times its rows."""
        draws = {key: Draws(place) for key, place in state["draws"].items()}
        step = self._forward.step(batch, self._number(state))
        notes: dict[str, Any] = {}

        def in_turn(slot: Callable[[Any, Step], Any], idea: Any) -> Any:
            step.draw, step.note = draws.get(idea.key()), notes.get(idea.key())
            found = slot(idea, step)
            notes[idea.key()] = step.note
            return found

        for idea in ideas:
            in_turn(lambda idea, step: idea.batch(state["parts"][idea.key()], step), idea)

        def hand_on(layer: str, outputs: Any) -> Any:
            for idea in ideas:
                outputs = in_turn(partial(_between, layer, outputs), idea)
            return outputs

        with tf.GradientTape() as tape:
            tape.watch(state["weights"])
            weights = state["weights"]
            for idea in ideas:
                weights = idea.weights(weights, self._forward.names, draws.get(idea.key()))
            loss_of, others, outputs = self._forward(weights, state["others"], step, batch, hand_on)
            for idea in ideas:
                loss_of = partial(_mixed, in_turn, idea, loss_of)
            loss = loss_of(step.y, batch.weights)
            scaled = self.optimizer.scale_loss(loss)
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(scaled, state["weights"])]
        for idea in ideas:
            gradients = in_turn(partial(_gradients, gradients), idea)
        weights, of_optimizer = self.optimizer.stateless_apply(
            state["optimizer"], gradients, state["weights"]
        )
        changed = {"weights": weights, "others": others, "optimizer": of_optimizer}
        changed["draws"] = {key: draw.state for key, draw in draws.items()}
        return state | changed, self._forward.sums(loss, step.y, outputs, batch)

    def _number(self, state: State) -> Any:
        """Return how many steps were taken; of those that gather gradients, only full ones."""
        return state["optimizer"][self._steps] // (self.optimizer.gradient_accumulation_steps or 1)


def _between(layer: str, outputs: Any, idea: Any, step: Step) -> Any:
    return idea.between(layer, outputs, step)


def _gradients(gradients: Any, idea: Any, step: Step) -> Any:
    return idea.gradients(gradients, step)


def _mixed(
    in_turn: Callable[..., Any], idea: Any, loss_of: Callable[..., Any], *targets: Any
) -> Any:
    return in_turn(lambda idea, step: idea.loss(loss_of, targets, step), idea)


def _with(values: Sequence[Any], place: int | None, value: Any) -> list[Any]:
    return [value if index == place else old for index, old in enumerate(values)]


def _indices(variables: Sequence[Any], some: Sequence[Any]) -> list[int]:
    """Return where some variables stand among others."""
    places = {id(variable): index for index, variable in enumerate(variables)}
    return [places[id(variable)] for variable in some]


def _places(model: Any) -> list[tuple[str, int]]:
    """Return where each of the model's weights stands in the state."""
    places = {id(v): ("weights", i) for i, v in enumerate(model.trainable_variables)}
    places |= {id(v): ("others", i) for i, v in enumerate(model.non_trainable_variables)}
    return [places[id(weight)] for weight in model.weights]
