"""What a grid leaves behind."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


def test_a_grid_leaves_its_table_its_picture_and_its_choice_after_few_compiles(
    run: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One for the baseline; and one with all rows and one with some held out, for both steps."""
    path = "network.hidden.kernel_regularizer.l2"
    with caplog.at_level(logging.DEBUG, logger="regpipe"):
        run("weight_l2_grid", data_root=tmp_path, workers=1)
    assert sum("traced in" in message for message in caplog.messages) == 1 + 2
    folder = tmp_path / "08_reporting" / "weight_l2_grid"
    table = pd.read_csv(folder / "grid.csv")
    coarse = table[table["step"] == "coarse"]
    assert sorted(set(coarse[path])) == [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    finer = set(table.loc[table["step"] == "finer", path])
    assert 2 <= len(finer) <= 4 and not finer & set(coarse[path])
    assert (table["repeats"] == 2).all() and table["chosen"].sum() == 4
    assert table.loc[table["protocol"] == "fixed", "published_test"].notna().sum() == 6
    departures = table.loc[table["published_test"].notna(), "not_comparable"]
    assert set(departures) == {"5 epochs instead of 4000"}
    runs = pd.read_csv(tmp_path / "07_model_output" / "weight_l2_grid" / "runs.csv")
    assert len(runs) == 4 * (6 + len(finer))
    # The value of the block itself gives what the technique's own pipeline gives.
    run("weight_l2", data_root=tmp_path)
    alone = pd.read_csv(tmp_path / "07_model_output" / "weight_l2" / "runs.csv")
    at = runs[runs[path] == 0.001].reset_index()
    for column in ("data_seed", "fit_seed", "train_loss", "test_loss", "test_accuracy"):
        np.testing.assert_allclose(at[column], alone[column], rtol=1e-4, err_msg=column)
    choice = json.loads((folder / "choice.json").read_text())
    assert choice["fresh"]["optimistic"]["mean"] >= choice["fresh"]["honest"]["mean"]
    assert (folder / "grid.png").stat().st_size
    assert "Choosing by the test rows themselves" in " ".join(capsys.readouterr().out.split())
