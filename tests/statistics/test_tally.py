import pandas as pd

from regpipe.statistics.judging import (
    NOT_COMPARABLE,
    NOT_CONTRADICTED,
    NOT_REPRODUCED,
    STAND_IN,
    TOO_FEW,
)
from regpipe.statistics.tally import Numbers, Tally, count_numbers, tally


def test_claims_are_counted_by_kind_and_only_those_that_were_judged() -> None:
    fates = {
        "gain": ["holds", "holds, smaller", "does not hold", "undecided", STAND_IN, NOT_COMPARABLE],
        "loss": ["holds, smaller", "does not hold", "does not hold"],
        "no difference": [STAND_IN],
    }
    rows = [(kind, fate) for kind, of_kind in fates.items() for fate in of_kind]
    table = pd.DataFrame([*rows, ("", "")], columns=["claim", "holds"])
    assert tally(table, "gain") == Tally(hold=2, smaller=1, fail=1, undecided=1)
    assert tally(table, "loss") == Tally(hold=1, smaller=1, fail=2, undecided=0)
    assert tally(table, "no difference").all == 0


def test_numbers_leave_out_what_is_learnt_by_heart_and_what_cant_be_told() -> None:
    table = pd.DataFrame(
        [
            ("test accuracy", 0.9, NOT_CONTRADICTED, True),
            ("test accuracy", 0.9, NOT_CONTRADICTED, False),
            ("test accuracy", 0.9, NOT_REPRODUCED, False),
            ("test accuracy", 0.9, NOT_CONTRADICTED, pd.NA),  # a baseline's own
            ("train accuracy", 1.0, NOT_CONTRADICTED, True),
            ("train accuracy", 1.0, NOT_REPRODUCED, False),
            ("test accuracy", 0.9, STAND_IN, pd.NA),
            ("test accuracy", 0.9, NOT_COMPARABLE, pd.NA),
            ("test accuracy", 0.9, TOO_FEW, pd.NA),
        ],
        columns=["number", "published", "reproduction", "also_baseline"],
    ).astype({"also_baseline": "boolean"})
    assert count_numbers(table) == Numbers(
        all=4, not_contradicted=3, also_baseline=1, interpolated=2, stand_in=1
    )
    nothing = count_numbers(table.iloc[:0])
    assert (nothing.all, nothing.interpolated, nothing.stand_in) == (0, 0, 0)
