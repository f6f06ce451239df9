import json

import pandas as pd

from regpipe.report.summary import summarise
from regpipe.spec import Statistics
from regpipe.statistics.summary import compare_runs
from tests.conftest import PROBLEMS, TECHNIQUES, arm_called, with_halves


def runs(losses: list[float], outcomes: list[str]) -> pd.DataFrame:
    n = len(losses)
    return with_halves(
        pd.DataFrame(
            {
                "protocol": ["fixed"] * n + ["fresh"] * n,
                "repeat": [*range(n)] * 2,
                "data_seed": range(2 * n),
                "fit_seed": range(2 * n),
                "settings": "same",
                "outcome": outcomes * 2,
                "epochs": [7, 8, 9] * 2,
                "best_epoch": 5,
                "train_accuracy": 1.0,
                "test_accuracy": [0.914] * n * 2,
                "test_balanced_accuracy": [0.914] * n * 2,
                "test_auc": [0.95] * n * 2,
                "test_loss": losses * 2,
                "seconds": 0.5,
            }
        )
    )


def test_a_diverged_fit_is_counted_and_leaves_valid_json() -> None:
    baseline = runs([0.5, 0.6, 0.7], ["completed"] * 3)
    broken = runs([0.4, float("nan"), 0.6], ["completed", "diverged", "completed"])
    compared = compare_runs(baseline, broken, PROBLEMS["moons"], Statistics())
    answer = summarise(
        arm_called("weight_l2"),
        PROBLEMS["moons"],
        TECHNIQUES["weight_l2"],
        baseline,
        broken,
        compared,
        Statistics(),
        {"statistics": {}},
    )
    assert answer["fresh"]["diverged"] == {"baseline": 0, "technique": 1}
    loss, accuracy = (answer["fresh"]["difference"][m] for m in ("loss", "accuracy"))
    assert (loss["mean"], loss["wins"], loss["verdict"]) == (None, 2, "undecided")
    assert (accuracy["mean"], accuracy["ties"]) == (0.0, 3)
    assert answer["fixed"]["reproduced"] is False  # 0.914, where 0.943 was published
    assert answer["fixed"]["missed"] == ["test"]
    assert answer["fixed"]["epochs"]["technique"] == {"mean": 8.0, "min": 7, "max": 9}
    assert answer["run"]["seconds"] == 6.0
    json.dumps(answer, allow_nan=False)
