"""The noise that a training asks for in each step, the same for both engines."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from regpipe.backend import keras
from regpipe.engine.weights import random_state
from regpipe.ingredients.gradient_noise import noisy_gradients
from regpipe.ingredients.label_noise import noisy_targets
from regpipe.ingredients.mixup import Pairs, pair_up, shares_of
from regpipe.ingredients.weight_noise import noisy_weights
from regpipe.language import Training


class StepNoise:
    """Noise on targets, weights and gradients, each with a random state of its own."""

    def __init__(self, training: Training, model: keras.Model) -> None:
        """Make the random states; `reset` seeds them."""
        self._training = training
        # A single output is the probability of the second of two classes.
        self._classes = max(2, model.output_shape[-1])
        self._seeds = {
            part: keras.random.SeedGenerator(0, name=f"{part}_noise")
            for part in ("target", "weight", "gradient", "mixup")
        }
        self._shares = shares_of(training.mixup) if training.mixup else None

    def __bool__(self) -> bool:
        """Whether there is any."""
        training = self._training
        noises = (training.label_noise, training.weight_noise, training.gradient_noise)
        return any((*noises, training.mixup))

    def reset(self, seed: int) -> None:
        """Begin a new fit."""
        for part, generator in self._seeds.items():
            generator.state.assign(random_state(seed, part))

    def pairs(self, n_rows: Any) -> Pairs | None:
        """Return how the rows of a batch are mixed, None where they aren't."""
        if self._shares is None:
            return None
        return pair_up(n_rows, self._shares, self._seeds["mixup"])

    def targets(self, y: Any) -> Any:
        """Return the targets of a batch, of shape (n_rows, 1), as they are trained on."""
        if not self._training.label_noise:
            return y
        seed = self._seeds["target"]
        return noisy_targets(y, self._training.label_noise, self._classes, seed)

    def on_weights(self, weights: Sequence[Any]) -> AbstractContextManager[None]:
        """Return a context in which the gradient is to be taken."""
        if not self._training.weight_noise:
            return nullcontext()
        return noisy_weights(weights, self._training.weight_noise, self._seeds["weight"])

    def gradients(self, gradients: Sequence[Any], step: Any) -> Sequence[Any]:
        """Return the gradients of a step, counted from 0, as they are applied."""
        if not self._training.gradient_noise:
            return gradients
        seed = self._seeds["gradient"]
        return noisy_gradients(gradients, step, self._training.gradient_noise, seed)
