import math

import pytest

from regpipe.statistics.verdicts import VERDICTS, decide, direction


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.001, 0.02, "helps"),
        (0.02, 0.04, "helps"),
        (0.001, 0.009, "helps, too little to matter"),
        (-0.005, 0.009, "no difference that matters"),
        (0.0, 0.009, "no difference that matters"),
        (-0.005, 0.01, "undecided"),
        (-0.02, 0.001, "undecided"),
        (-0.009, -0.001, "hurts, too little to matter"),
        (-0.02, -0.001, "hurts"),
        (math.nan, math.nan, "undecided"),
    ],
)
def test_a_verdict_says_whether_there_is_a_difference_and_whether_it_matters(
    low: float, high: float, verdict: str
) -> None:
    assert decide(low, high, 0.01, higher_is_better=True) == verdict
    swap = {"helps": "hurts", "hurts": "helps"}
    word = direction(verdict)
    turned = verdict.replace(word, swap[word]) if word else verdict
    assert decide(low, high, 0.01, higher_is_better=False) == turned


def test_the_direction_is_that_of_much_and_of_little() -> None:
    found = [direction(verdict) for verdict in VERDICTS]
    assert found == ["helps", "helps", None, None, None, "hurts", "hurts"]
