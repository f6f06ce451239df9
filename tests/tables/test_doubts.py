"""Numbers that may stand for gaps and codes are asked about; amounts aren't."""

import numpy as np
import pandas as pd
import pytest

from regpipe.tables.doubts import notes_on_codes, notes_on_gaps

N = 400
RNG = np.random.default_rng(7)
PRESSURE = pd.Series(RNG.normal(70, 10, N).round())
TWO = [5, 9]


def of_gaps(**columns: object) -> list[str]:
    return list(notes_on_gaps(pd.DataFrame(columns), list(columns)))


def test_columns_of_gaps() -> None:
    kept = PRESSURE.where(PRESSURE.index < 0.45 * N)
    (note,) = of_gaps(deck=kept.astype("str").where(kept.notna()), p=kept, q=PRESSURE)
    assert note.startswith("More gaps than values: 'deck', 'p'.")
    assert note.endswith("--drop deck --drop p.")
    assert of_gaps(p=PRESSURE.where(PRESSURE.index < 0.55 * N)) == []


@pytest.mark.parametrize("signal", [0, -999, 9999])
def test_a_number_far_from_all_others_may_stand_for_a_gap(signal: int) -> None:
    marked = PRESSURE.copy()
    marked[TWO] = signal
    (note,) = of_gaps(pressure=marked, other=PRESSURE)
    assert note.startswith(f"{signal} in 2 rows, far away from all other values: 'pressure'.")
    assert note.endswith(f": --na {signal}.")
    for elsewhere in (
        RNG.integers(-1, 2, N) * abs(signal) * 1.0,
        [str(signal), *"abcd" * 99, "a", "b", "c"],
    ):
        (note,) = of_gaps(pressure=marked, other=elsewhere)
        assert "--na" not in note and note.endswith("make those fields empty in the file.")


@pytest.mark.parametrize(
    "amounts",
    [
        RNG.poisson(1, N),  # 0 is next to others
        RNG.exponential(100, N).round() * RNG.integers(0, 2, N),  # mostly none, or little
        RNG.integers(0, 2, N) * 5,  # two values
        PRESSURE.where(PRESSURE.index > 0, 0),  # once
        PRESSURE - 70,
    ],
)
def test_a_number_among_others_is_an_amount(amounts: object) -> None:
    assert of_gaps(amount=amounts) == []


def of_codes(values: object, y: object, *, classifies: bool) -> list[str]:
    table = pd.DataFrame({"colour": values, "y": y})
    return list(notes_on_codes(table, "y", ["colour"], classifies=classifies))


@pytest.mark.parametrize("classifies", [False, True])
def test_codes_are_few_numbers_with_which_the_target_turns(classifies: bool) -> None:
    colours = pd.Series(RNG.integers(0, 5, N))
    by_code = colours.map({0: 0, 1: 2, 2: -1, 3: 2, 4: 0})
    noise = RNG.normal(size=N)

    def found(values: object, effect: pd.Series) -> list[str]:
        y = effect + noise
        return of_codes(values, y > 0 if classifies else y, classifies=classifies)

    (note,) = found(colours, by_code)
    assert note.startswith("Few different numbers, with which 'y' neither rises nor falls: 'col")
    assert note.endswith("--category colour.")
    assert found(colours, colours - 2.0) == [] and found(colours, 2.0 - colours) == []
    assert found(colours, colours * 0.0) == []
    assert found(colours + 0.5, by_code) == []
    assert found(colours.astype("str"), by_code) == []
    assert found(colours * 20 + RNG.integers(0, 9, N), by_code) == []  # many different ones
