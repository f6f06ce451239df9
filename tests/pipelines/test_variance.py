"""Where the noise of a score comes from: rows, weights and order vary apart."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regpipe.engine.fit_store import FitStore
from regpipe.language import Protocol
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.training import Trainer
from regpipe.pipelines.variance.nodes import train_nested
from tests.conftest import arm_called

PROTOCOL = Protocol.model_validate(
    {
        "fixed": {"repeats": 2},
        "fresh": {"repeats": 2, "score_rows": 200},
        "variance": {"draws": 2, "weights": 2, "orders": 2},
    }
)


def nested(
    name: str, samples_of: Callable[[str], pd.DataFrame], folder: Path, epochs: int, batch: int
) -> pd.DataFrame:
    arm, samples = arm_called(name, epochs=epochs, batch_size=batch), samples_of(name)
    trainer = Trainer("compiled", 1, FitStore(folder))
    return train_nested(arm, build_network(arm, samples), samples, trainer, PROTOCOL)


def test_each_source_varies_alone(
    samples_of: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    table = nested("moons", samples_of, tmp_path, epochs=30, batch=8)
    levels = ["draw", "weights", "order"]
    assert len(table) == 8 and not table.duplicated(levels).any()
    assert table.groupby("draw")["data_seed"].nunique().eq(1).all()
    assert table.groupby(["draw", "weights"])["weights_seed"].nunique().eq(1).all()
    assert table["weights_seed"].nunique() == 4 and table["fit_seed"].nunique() == 8
    losses = [
        np.load(file)["history"][0] for file in tmp_path.rglob("*.npz")
    ]  # of the first log, the loss
    assert len({round(float(loss[-1]), 6) for loss in losses}) == 8


def test_without_batches_and_masks_the_order_changes_nothing(
    samples_of: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    table = nested("moons", samples_of, tmp_path, epochs=10, batch=32)
    scores = table.groupby(["draw", "weights"])[["test_accuracy", "score_accuracy"]]
    assert (scores.nunique() == 1).all(axis=None)


def test_a_table_has_no_new_rows(samples_of: Callable[[str], pd.DataFrame], tmp_path: Path) -> None:
    table = nested("diabetes", samples_of, tmp_path, epochs=2, batch=32)
    assert "test_r2" in table and "score_r2" not in table
    assert np.isfinite(table["test_r2"]).all()


@pytest.mark.parametrize("engine", ["compiled", "keras"])
def test_equal_weights_seeds_begin_with_equal_weights(
    engine: str, samples_of: Callable[[str], pd.DataFrame]
) -> None:
    """One epoch at a learning rate of 0 leaves the weights as they began."""
    from regpipe.engine.job import Job
    from regpipe.engine.loops import Loops
    from regpipe.engine.network import build_architecture
    from regpipe.rows.arrays import rows_of

    arm = arm_called("moons", epochs=1, optimizer={"SGD": {"learning_rate": 0.0}})
    rows = rows_of(samples_of("moons"), "fixed", arm)[0]
    architecture, loops = build_architecture(arm, (2,)), Loops(engine)
    kernels = [
        loops.fit(Job(arm, architecture, rows, seed, weights_seed)).weights["hidden/kernel"]
        for seed, weights_seed in ((1, 7), (2, 7), (7, None), (1, 8))
    ]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    np.testing.assert_array_equal(kernels[0], kernels[2])
    assert not np.array_equal(kernels[0], kernels[3])
