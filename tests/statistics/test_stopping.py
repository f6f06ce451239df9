import pandas as pd
import pytest

from regpipe.statistics.stopping import tabulate_rules


def test_epochs_and_excess_by_hand() -> None:
    replays = pd.DataFrame(
        {
            "problem": "moons", "protocol": "fresh", "rule": ["gl_2"] * 2 + ["patience_0"] * 2,
            "repeat": [0, 1] * 2, "epochs": [10, 20, 2, 4], "stopped": [True, False, True, True],
            "kept_epoch": [8, 20, 1, 3], "kept_loss": [0.3, 0.2, 0.6, 0.4], "lowest_loss": 0.2,
        }
    )  # fmt: skip
    table = tabulate_rules(replays).set_index("rule")
    assert list(table.index) == ["gl_2", "patience_0"]
    assert table["epochs_mean"].tolist() == [15, 3]
    assert table["excess_mean"].tolist() == pytest.approx([25, 150])
    assert table["excess_low"]["gl_2"] == pytest.approx(5) and table["stopped"]["gl_2"] == 1


def test_a_rule_whose_fits_diverged_has_no_mean_of_the_others() -> None:
    replays = pd.DataFrame(
        {
            "problem": "moons", "protocol": "fresh", "rule": "gl_2", "repeat": [0, 1],
            "epochs": [10, 20], "stopped": True, "kept_epoch": 5,
            "kept_loss": [0.3, float("nan")], "lowest_loss": [0.2, float("nan")],
        }
    )  # fmt: skip
    assert tabulate_rules(replays)["excess_mean"].isna().all()
