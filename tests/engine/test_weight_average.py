"""Izmailov et al. 2018: the mean of the weights after the last epochs is kept."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.network import build_architecture
from regpipe.errors import SpecError
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called


def test_it_is_the_mean_of_the_weights_after_each_of_the_last_epochs(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    from regpipe.engine.compiled import CompiledLoop

    def fit(epochs: int, **training: Any) -> dict[str, np.ndarray]:
        arm = arm_called("moons", epochs=epochs, **training)
        return CompiledLoop(arm, architecture_of(arm), moons).fit(moons, 7).weights

    averaged = fit(4, weight_average={"start": 0.5})
    last = [fit(3), fit(4)]
    for name, weight in averaged.items():
        mean = np.mean([weights[name] for weights in last], axis=0)
        np.testing.assert_allclose(weight, mean, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("start", "epochs", "after"), [(0.3, 5, 1), (0.5, 7, 3), (0.99, 10, 9)])
def test_the_epoch_in_which_the_share_ends_counts(start: float, epochs: int, after: int) -> None:
    """A start of 1.5 epochs leaves out the first, whatever they would be rounded to."""
    from regpipe.engine.network import build_model
    from regpipe.engine.weight_average import AveragedWeights

    arm = arm_called("moons", epochs=epochs, weight_average={"start": start})
    model = build_model(build_architecture(arm, (2,)))
    average = AveragedWeights(arm.training, model)
    average.reset()
    kernel = model.weights[0]
    for epoch in range(epochs):
        kernel.assign(np.full(kernel.shape, float(epoch)))
        average.update(epoch)
    np.testing.assert_allclose(average.numpy()[0], np.mean(range(after, epochs)))


def test_both_engines_keep_the_same(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    from regpipe.engine.loops import make_loop

    arm = arm_called("moons", epochs=6, weight_average={"start": 0.3}, shuffle=False)
    ours, theirs = (
        make_loop(engine, arm, architecture_of(arm), moons).fit(moons, 1)
        for engine in ("compiled", "keras")
    )
    for name, weight in ours.weights.items():
        np.testing.assert_allclose(weight, theirs.weights[name], rtol=1e-3, atol=1e-5)


def test_a_rule_that_keeps_other_weights_is_refused() -> None:
    with pytest.raises(SpecError, match="weight_average: a rule that stops"):
        arm_called("moons", weight_average={"start": 0.5}, early_stopping={"patience": 3})
