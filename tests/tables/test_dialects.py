"""Random tables, written in random ways, are read as they were, or refused with what to do."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.tables.dialect import dialect
from regpipe.tables.new_problem import propose
from regpipe.tables.reading import Options
from regpipe.tables.text_file import read_texts

ROWS = 24
WORDS = ["red", "NA", "None", "a b", "it's", 'a "b"', "a;b, c|d", "Größe", "1e5", "$5 ${x}", "?"]
SEPARATORS = [",", ";", "\t", "|"]
HABITS = [(".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", "'")]


@dataclass(frozen=True)
class Written:
    """A table and the ways in which it is written."""

    frame: pd.DataFrame
    text: bytes
    said: dict[str, Any]


def number(value: float, decimal: str, thousands: str | None) -> str:
    whole, _, rest = repr(abs(value)).partition(".")
    groups = f"{int(whole):,}".replace(",", thousands) if thousands else whole
    return "-" * (value < 0) + groups + (decimal + rest if rest else "")


def table(rng: np.random.Generator) -> pd.DataFrame:
    """A column of each kind, some with gaps, and a target of two classes."""
    floats = np.round(rng.normal(0, 3000, ROWS), 4)
    gaps = np.where(rng.random(ROWS) < 0.2, np.nan, floats)
    texts = [*WORDS[:2], *rng.choice(WORDS, ROWS - 2)]
    return pd.DataFrame(
        {
            "small": rng.integers(0, 900, ROWS),
            "large": rng.integers(-90_000, 90_000, ROWS),
            "real": floats,
            "gaps": [None if np.isnan(v) else v for v in gaps],
            "truth": rng.random(ROWS) < 0.5,
            "word": pd.Series(texts, dtype="str"),
            "class": pd.Series(np.resize(["yes", "no"], ROWS), dtype="str"),
        }
    )


def written(seed: int) -> Written:
    rng = np.random.default_rng(seed)
    frame = table(rng).astype({"gaps": float})
    separator, quote = str(rng.choice(SEPARATORS)), str(rng.choice(['"', "'"]))
    decimal, thousands = HABITS[rng.integers(len(HABITS))]
    if thousands == quote:
        quote = '"'
    header, around, ends = (bool(rng.random() < 0.5) for _ in range(3))
    gap = str(rng.choice(["", "NA", "none", "-999"]))
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))

    def cell(value: Any) -> str:
        if isinstance(value, float) and np.isnan(value):
            return gap
        if isinstance(value, bool | np.bool_):
            return str(bool(value)).upper()
        if isinstance(value, str):
            return value
        return number(value, decimal, thousands)

    out = StringIO()
    writer = csv.writer(
        out, delimiter=separator, quotechar=quote, lineterminator="\r\n" if ends else "\n"
    )
    lines = [[cell(v) for v in row] for row in frame.astype(object).to_numpy()]
    for line in [list(frame), *lines] if header else lines:
        blank = " " * around
        writer.writerow([f"{blank}{v}{blank}" for v in line] + [""] * (separator == "|"))
    said = {
        **{"separator": separator, "quote": quote, "decimal": decimal, "thousands": thousands},
        **{"encoding": encoding, "gaps": [gap] if gap == "-999" else []},
        "names": None if header else list(frame),
    }
    return Written(frame, out.getvalue().encode(encoding), said)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_written_is_read_exactly_once_it_is_said_how(seed: int, tmp_path: Path) -> None:
    made, file = written(seed), tmp_path / "table.csv"
    file.write_bytes(made.text)
    pd.testing.assert_frame_equal(
        read_table(file, dialect(**made.said)).frame, made.frame, check_exact=True
    )


@pytest.mark.parametrize("seed", range(40, 56))
def test_where_nothing_is_said_it_is_read_exactly_or_refused_with_what_to_do(
    seed: int, tmp_path: Path
) -> None:
    """Each refusal is followed, until the table is read; then it is the one that was written."""
    made, file = written(seed), tmp_path / "table.csv"
    file.write_bytes(made.text)
    said: dict[str, Any] = {}
    for _ in range(8):
        try:
            proposal = propose("mine", file, "table.csv", "last", Options(**said))
            break
        except SpecError as error:
            said |= followed(str(error), made)
    else:
        pytest.fail(f"no way out of: {said}")
    if any("--quote" in note for note in proposal.notes):
        assert made.said["quote"] == "'"
        proposal = propose("mine", file, "table.csv", "last", Options(**said, quote="'"))
    frame = made.frame.set_axis(list(proposal.whole), axis=1)
    if made.said["gaps"]:  # no one can know that -999 is none
        frame[list(frame)[3]] = made.frame["gaps"].fillna(-999)
    pd.testing.assert_frame_equal(proposal.whole, frame, check_exact=True, check_dtype=False)


def followed(message: str, made: Written) -> dict[str, Any]:
    """What a person types who reads a message, and knows the file."""
    said: dict[str, Any] = {}
    if "isn't UTF-8" in message:
        assert "--encoding" in message
        return {"encoding": made.said["encoding"]}
    if "--no-header" in message:
        assert made.said["names"]
        return {"header": False}
    if "--quote" in message:
        assert made.said["quote"] == "'", message
    for option in ("separator", "quote", "decimal", "thousands"):
        if f"--{option} " in message:
            said[option] = made.said[option]
    assert said, message
    return said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"separator": ";;"}, "separator: expected one character, received ';;'"),
        ({"decimal": ";"}, "decimal: expected a point or a comma"),
        ({"decimal": ",", "thousands": ","}, "',' stands before decimals"),
        ({"thousands": "1"}, "'1' can't stand between thousands"),
        ({"gaps": ["NA"], "kept": ["NA"]}, "'NA' is named as a gap and as a value"),
        ({"quote": ","}, "',' separates fields"),
    ],
)
def test_what_cannot_be_said_together_is_refused(said: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError, match=re.escape(expected)):
        dialect(**said)


def test_a_separator_can_be_typed_as_people_do() -> None:
    assert dialect(separator="\\t").separator == "\t"
    assert dialect(separator=r"\s+").separator == " "


def test_all_habits_are_tried() -> None:
    drawn = {(w["decimal"], w["thousands"]) for w in (written(seed).said for seed in range(30))}
    assert drawn == set(HABITS)
