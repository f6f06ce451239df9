"""Is what stands above a picture what the comparison says?"""

import re
from pathlib import Path
from typing import Any

import pytest

import regpipe.report
from regpipe.language.metrics import METRICS
from regpipe.plots.verdicts import COLOURS, GROUNDS, MARKERS, finding
from regpipe.rows.draws import DRAWN, ONE, SPLIT
from regpipe.statistics.verdicts import VERDICTS

NAN = float("nan")


def gain(verdict: str, mean: float, low: float, high: float) -> dict[str, Any]:
    return {"verdict": verdict, "mean": mean, "ci_low": low, "ci_high": high, "pairs": 3}


@pytest.mark.parametrize(
    ("told", "metric", "said"),
    [
        (
            gain("helps", 0.009, 0.003, 0.014),
            "accuracy",
            "L2 gains 0.9 points of accuracy on fresh draws [0.3, 1.4]: helps",
        ),
        (
            gain("hurts", -0.02, -0.03, -0.01),
            "r2",
            "L2 loses 0.02 R² on fresh draws [-0.03, -0.01]: hurts",
        ),
        (
            gain("helps", -0.002, -0.003, -0.001),
            "mse",
            "L2 lowers squared error by 2.00 thousandths on fresh draws [-3.00, -1.00]: helps",
        ),
        (
            gain("undecided", 0.006, -0.001, 0.013),
            "accuracy",
            "L2 changes accuracy by +0.6 points on fresh draws [-0.1, 1.3]: undecided",
        ),
        (
            gain("too few", 0.006, NAN, NAN),
            "accuracy",
            "Whether L2 helps can't be told from 3 draws",
        ),
        (gain("undecided", NAN, NAN, NAN), "r2", "L2: undecided, as a score is no number"),
    ],
)
def test_a_finding_has_the_size_the_interval_and_the_verdict(
    told: dict[str, Any], metric: str, said: str
) -> None:
    assert finding("L2", told, METRICS[metric]) == said


def test_a_finding_says_what_its_rows_are() -> None:
    told = gain("helps", 0.009, 0.003, 0.014)
    assert " on random splits of its rows [" in finding("L2", told, METRICS["accuracy"], SPLIT)
    one = {**told, "verdict": "too few", "pairs": 30}
    assert finding("L2", one, METRICS["accuracy"], ONE).endswith("can't be told from one split")
    single = {**one, "pairs": 1}
    assert finding("L2", single, METRICS["accuracy"], DRAWN).endswith("from 1 draw")


def test_each_verdict_has_the_colours_of_the_page_and_a_shape_of_its_own() -> None:
    css = (Path(regpipe.report.__file__).parent / "templates" / "report.css").read_text()
    page = set(re.findall(r"#[0-9a-f]{6}", css))
    assert set(COLOURS) == set(MARKERS) == set(VERDICTS)
    assert set(COLOURS.values()) | set(GROUNDS.values()) <= page
    assert len(set(MARKERS.values())) == len(VERDICTS)
