"""What replayed stopping rules leave behind."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import blocks


def test_stopping_rules_are_replayed_on_what_the_baselines_left(
    run: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("stopping_rules", data_root=tmp_path, moons={"training": {"epochs": 300}})
    replays = pd.read_csv(tmp_path / "07_model_output" / "stopping_rules" / "replays.csv")
    table = pd.read_csv(tmp_path / "08_reporting" / "stopping_rules" / "rules.csv")
    rules = blocks("stopping_rules")["stopping_rules"]["rules"]
    assert len(table) == 3 * 2 * len(rules) and len(replays) == 2 * len(table)
    history = pd.read_parquet(tmp_path / "07_model_output" / "moons" / "history.parquet")
    for replay in replays[replays["problem"] == "moons"].to_dict("records"):
        losses = history.query(
            f"protocol == '{replay['protocol']}' and repeat == {replay['repeat']}"
        )["val_loss"].to_numpy()
        assert replay["lowest_loss"] == pytest.approx(losses.min())
        assert replay["kept_loss"] == pytest.approx(losses[: replay["epochs"]].min())
    patience = replays.query("problem == 'moons' and rule == 'patience_0'")
    assert (patience["epochs"] < 300).any()
    assert (tmp_path / "08_reporting" / "stopping_rules" / "tradeoff.png").stat().st_size
    assert "Stopping rules on 2 fresh repeats" in " ".join(capsys.readouterr().out.split())
