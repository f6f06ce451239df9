"""Training as a pure function, with the semantics of `keras.Model.fit`.

    run(state, rows, orders, strengths, word, epochs) -> (state, history)

Keras spends nearly all of its time in Python between steps. Here a chunk of epochs (batches,
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
from regpipe.engine.randomness import Stream, Streams, fit_word, randomness_of
from regpipe.engine.state import State, States
from regpipe.engine.strengths import (
    free_loss,
    free_optimizer,
    free_strengths,
    is_on,
    network_strengths,
    training_strengths,
    with_strengths,
    without_strengths,
)
from regpipe.errors import SpecError
from regpipe.ingredients import Epoch, Step
from regpipe.language import Random
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive

logger = logging.getLogger(__name__)

CHUNK_EPOCHS = 500  # per call of the program, at most; its cost, about 0.5 ms, is spread over them
CHUNK_ORDERS = 2**22  # numbers in the orders of rows of a chunk, at most


class CompiledLoop:
    """The program of one kind of network and training; any thread may use it at any time."""

    def __init__(self, arm: Arm, architecture: Architecture, random: Random = "hash") -> None:
        """Build the model; what is compiled is compiled at the first fit.

        Args:
            arm: how to train: optimizer, loss, epochs, batch size, stopping, ...
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
        self._free |= free_loss(self._forward.loss, self.training)
        if random == "threefry" and not self._forward.by_xla:
            raise SpecError(
                f"random: threefry runs under XLA alone, and {arm.name} is trained without: XLA "
                "is slower at its convolutions, or has no such layers. Expected hash."
            )
        self._states = States(self.model, self.optimizer)
        jit = self._forward.by_xla
        self._run = tf.function(self._train_chunk, jit_compile=jit, autograph=False)
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
        values = network_strengths(architecture or self.architecture)
        values |= training_strengths(training)
        strengths = tf.constant([values[path] for path in self._paths], tf.float32)
        word, shuffled = tf.constant(fit_word(seed)), np.random.default_rng(derive(seed, "order"))
        state = self._states.begin(training, training.keeper is not None, seed, start)
        tensors = self._forward.arguments(rows, training)
        last, chunk = start.epochs or training.epochs, self._chunk(rows)
        clock, histories, done = time.perf_counter(), [], 0
        while done < last and not bool(state["stopped"]):
            epochs = min(chunk, last - done)
            orders = self._forward.orders(rows, chunk, epochs, shuffled)
            arguments = state, tensors, orders, strengths, word, tf.constant(epochs)
            state, numbers = self._program(arguments)(*arguments)
            histories.append(numbers[: int(state["epoch"]) - done].numpy())
            done = int(state["epoch"])
        seconds = time.perf_counter() - clock
        weights, best = self._states.end(training, state)
        return make_fit(
            weights,
            dict(zip(self.arm.task.logs, np.concatenate(histories).T, strict=True)),
            seconds,
            stopped=bool(state["stopped"]),
            best_epoch=best,
        )

    def _chunk(self, rows: Rows) -> int:
        """Return how many epochs a call trains at most."""
        within = CHUNK_ORDERS // self._forward.size(rows)
        return max(1, min(CHUNK_EPOCHS, within, self.training.epochs))

    def _program(self, arguments: Any) -> Callable[..., Any]:
        """Return the program for arguments of these shapes; it is traced once, by one thread."""
        shapes = str(tf.nest.map_structure(lambda part: part.shape, arguments))
        with self._tracing:
            if shapes not in self._programs:
                clock = time.perf_counter()
                self._programs[shapes] = self._run.get_concrete_function(*arguments)
                seconds = time.perf_counter() - clock
                logger.debug("%s: traced in %.2f s", self.arm.name, seconds)
            return self._programs[shapes]

    # What follows is traced.

    def _train_chunk(
        self, state: State, rows: Any, orders: Any, strengths: Any, word: Any, epochs: Any
    ) -> Any:
        """Train up to `epochs` epochs, or until a rule stops it; return the state and numbers."""
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
        """Train an epoch, validate, and apply the rules."""
        state = dict(state)
        parts = dict(state["parts"])
        epoch = Epoch(state["epoch"], self.training.epochs, values)
        for idea in ideas:
            idea.begin(parts[idea.key()], epoch)
        for path, strength in self._free.items():
            strength.tensor = epoch.strengths[path]
        if epoch.learning_rate is not None:
            state = self._states.with_rate(state, epoch.learning_rate)
        state, trained = self._forward.epoch(
            partial(self._train_step, ideas=ideas), state, rows, order
        )
        epoch.validated, held_out = self._validate(state, rows)
        numbers = tf.concat([trained, held_out], axis=0)
        epoch.logs = dict(zip(self.arm.task.logs, tf.unstack(numbers), strict=True))
        epoch.weights = self._states.weights(state)
        for idea in ideas:
            epoch.keep = epoch.stop = tf.constant(False)
            parts[idea.key()] = idea.end(parts[idea.key()], epoch)
            state["stopped"] |= epoch.stop
            if self.training.keeper and idea.key() == self.training.keeper.key():
                pairs = zip(epoch.weights, state["kept"], strict=True)
                state["kept"] = [tf.where(epoch.keep, new, old) for new, old in pairs]
        return state | {"parts": parts, "epoch": state["epoch"] + 1}, numbers

    def _validate(self, state: State, rows: Any) -> Any:
        """Return whether this epoch is validated, and loss and metric there, NaN where not."""
        freq = self.training.validation_freq
        validate = partial(self._forward.validate, state["weights"], state["others"], rows)
        if freq == 1:
            return True, validate()
        due = (state["epoch"] + 1) % freq == 0
        return due, tf.cond(due, validate, lambda: tf.fill([2], float("nan")))

    def _train_step(self, state: State, batch: Any, ideas: Sequence[Any]) -> Any:
        """Take a step; return the state, and the batch's loss and metric times its rows."""
        on = {idea.key(): is_on(idea) for idea in ideas}
        draws = Streams({key: Stream(place, on[key]) for key, place in state["draws"].items()})
        step = self._forward.step(batch, self._states.steps(state), draws)
        for idea in ideas:
            idea.batch(state["parts"][idea.key()], step)

        def hand_on(layer: str, outputs: Any) -> Any:
            for idea in ideas:
                outputs = idea.between(layer, outputs, step)
            return outputs

        with tf.GradientTape() as tape:
            tape.watch(state["weights"])
            weights = state["weights"]
            for idea in ideas:
                weights = idea.weights(weights, self._forward.names, step)
            loss_of, others, outputs = self._forward(weights, state["others"], step, batch, hand_on)
            for idea in ideas:
                loss_of = partial(_loss, idea, loss_of, step)
            loss = loss_of(step.y, batch.weights)
            scaled = self.optimizer.scale_loss(loss)
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(scaled, state["weights"])]
        for idea in ideas:
            gradients = idea.gradients(gradients, step)
        weights, of_optimizer = self.optimizer.stateless_apply(
            state["optimizer"], gradients, state["weights"]
        )
        changed = {"weights": weights, "others": others, "optimizer": of_optimizer}
        changed["draws"] = {key: draw.state for key, draw in draws.items()}
        return state | changed, self._forward.sums(loss, step.y, outputs, batch)


def _loss(idea: Any, loss_of: Callable[..., Any], step: Step, *targets: Any) -> Any:
    return idea.loss(loss_of, targets, step)
