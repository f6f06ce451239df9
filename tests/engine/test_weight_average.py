"""Izmailov et al. 2018: the mean of the weights after the last epochs is kept."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.candidates.arm import Arm
from regpipe.errors import SpecError
from regpipe.ingredients import Beginning, Epoch
from regpipe.ingredients.weight_average import WeightAverage
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called, fit_by


@pytest.mark.usefixtures("step_by_step")
def test_it_is_the_mean_of_the_weights_after_each_of_the_last_epochs(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    from regpipe.engine.compiled import CompiledLoop

    def fit(epochs: int, **training: Any) -> dict[str, np.ndarray]:
        arm = arm_called("moons", epochs=epochs, **training)
        return CompiledLoop(arm, architecture_of(arm)).fit(moons, 7).weights

    averaged = fit(4, weight_average={"start": 0.5})
    last = [fit(3), fit(4)]
    for name, weight in averaged.items():
        mean = np.mean([weights[name] for weights in last], axis=0)
        np.testing.assert_allclose(weight, mean, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("start", "epochs", "after"), [(0.3, 5, 1), (0.5, 7, 3), (0.99, 10, 9)])
def test_the_epoch_in_which_the_share_ends_counts(start: float, epochs: int, after: int) -> None:
    """A start of 1.5 epochs leaves out the first, whatever they would be rounded to."""
    average = WeightAverage(start=start)
    part = average.part(Beginning(epochs, None, [(2, 3)]))
    for number in range(epochs):
        weights = [tf.fill((2, 3), float(number))]
        part = average.end(part, Epoch(tf.constant(number), epochs, {}, weights=weights))
    (mean,) = average.kept(part, [])
    np.testing.assert_allclose(mean, np.mean(range(after, epochs)))


@pytest.mark.usefixtures("step_by_step")
def test_both_engines_keep_the_same(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    arm = arm_called("moons", epochs=6, weight_average={"start": 0.3}, shuffle=False)
    ours, theirs = (
        fit_by(engine, arm, architecture_of(arm), moons, 1) for engine in ("compiled", "keras")
    )
    for name, weight in ours.weights.items():
        np.testing.assert_allclose(weight, theirs.weights[name], rtol=1e-3, atol=1e-5)


def test_a_rule_that_keeps_other_weights_is_refused() -> None:
    with pytest.raises(SpecError, match="weight_average: a rule that stops"):
        arm_called("moons", weight_average={"start": 0.5}, early_stopping={"patience": 3})
