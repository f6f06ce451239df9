"""What may be said of a published number, case by case."""

import math

import pytest

from regpipe.statistics.judging import (
    NOT_COMPARABLE,
    NOT_CONTRADICTED,
    NOT_REPRODUCED,
    STAND_IN,
    TOO_FEW,
    holds,
    interpolates,
    ranges_over,
    reproduction,
)
from regpipe.statistics.verdicts import SAME

NAN = math.nan


@pytest.mark.parametrize(
    ("claimed", "verdict", "interval", "expected"),
    [
        # a published gain
        (0.03, "helps", (0.01, 0.05), "holds"),
        (0.03, "helps", (0.04, 0.05), "holds"),  # more than was published
        (0.03, "helps", (0.01, 0.02), "holds, smaller"),
        (0.029, "helps", (0.01, 0.0285), "holds"),  # but for the rounding of two numbers
        (0.03, SAME, (-0.01, 0.01), "does not hold"),
        (
            0.005,
            SAME,
            (-0.004, 0.009),
            "undecided",
        ),  # the interval allows it
        (0.03, "hurts", (-0.03, -0.01), "does not hold"),
        (0.03, "undecided", (-0.03, 0.05), "undecided"),
        (0.03, "undecided", (-0.01, 0.02), "undecided"),  # may yet hold, smaller
        (0.03, "too few", (NAN, NAN), "undecided"),
        (0.03, SAME, (NAN, NAN), "undecided"),
        # a published loss
        (-0.1, "hurts", (-0.12, -0.05), "holds"),
        (-0.1, "hurts", (-0.05, -0.01), "holds, smaller"),
        (-0.1, "hurts", (-0.15, -0.12), "holds"),
        (-0.1, "helps", (0.01, 0.05), "does not hold"),
        (-0.1, SAME, (-0.01, 0.01), "does not hold"),
        (-0.005, SAME, (-0.009, 0.004), "undecided"),
        (-0.1, "undecided", (NAN, NAN), "undecided"),
        (-0.1, "too few", (NAN, NAN), "undecided"),
        # published as no better
        (0.0, SAME, (-0.004, 0.009), "holds"),
        (0.0, "helps", (0.01, 0.05), "does not hold"),
        (0.0, "hurts", (-0.05, -0.01), "does not hold"),
        (0.0, "helps", (0.0004, 0.002), "undecided"),  # 0 is in it, but for rounding
        (0.0, "undecided", (-0.03, 0.05), "undecided"),
        (0.0, "too few", (NAN, NAN), "undecided"),
    ],
)
def test_whether_a_claim_holds(
    claimed: float, verdict: str, interval: tuple[float, float], expected: str
) -> None:
    low, high = interval
    assert holds(claimed, verdict, low, high) == expected
    # The same of an error, of which less is better: signs turn, verdicts don't.
    assert holds(-claimed, verdict, -high, -low, higher_is_better=False) == expected


def test_a_gain_and_a_loss_are_judged_alike() -> None:
    turned = {"helps": "hurts", "hurts": "helps"}
    for verdict in ("helps", "hurts", SAME, "undecided", "too few"):
        for low, high in ((-0.04, -0.01), (-0.01, 0.01), (-0.02, 0.05), (0.01, 0.04)):
            for claimed in (0.005, 0.02, 0.06):
                mirrored = holds(-claimed, turned.get(verdict, verdict), -high, -low)
                assert mirrored == holds(claimed, verdict, low, high)


@pytest.mark.parametrize(
    ("inside", "seeds", "departure", "stand_in", "outcome"),
    [
        (True, 30, None, None, NOT_CONTRADICTED),
        (False, 30, None, None, NOT_REPRODUCED),
        (False, 5, None, None, NOT_REPRODUCED),
        (False, 4, None, None, TOO_FEW),
        (True, 2, None, None, NOT_CONTRADICTED),
        (True, 30, "500 epochs instead of 4000", None, NOT_COMPARABLE),
        (False, 30, "500 epochs instead of 4000", None, NOT_COMPARABLE),
        (True, 30, None, "other rows", STAND_IN),
        (False, 2, "500 epochs instead of 4000", "other rows", STAND_IN),
    ],
)
def test_what_seeds_say_of_a_number(
    inside: bool, seeds: int, departure: str | None, stand_in: str | None, outcome: str
) -> None:
    assert reproduction(inside, seeds, departure, stand_in) == outcome


def test_what_diverged_ranges_over_nothing() -> None:
    assert ranges_over(0.8, 0.9, 0.9004)
    assert not ranges_over(0.8, 0.9, 0.901)
    assert not ranges_over(math.nan, math.nan, 0.9)


@pytest.mark.parametrize(
    ("number", "published", "by_heart"),
    [
        ("train accuracy", 1.0, True),
        ("train accuracy", 0.967, False),
        ("train mse", 0.0, True),
        ("train mse", 1.0, False),
        ("test accuracy", 1.0, False),
        ("stopping epoch", 1.0, False),
    ],
)
def test_a_perfect_score_of_rows_trained_on_is_learnt_by_heart(
    number: str, published: float, by_heart: bool
) -> None:
    assert interpolates(number, published) == by_heart
