"""Random tables, written in random ways, are read as they were, or refused with what to do."""

import csv
import gzip
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.tables.dialect import dialect
from regpipe.tables.new_problem import propose
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import Options
from regpipe.tables.text_file import read_texts
from regpipe.tables.tidy import rows_of

ROWS = 24
WORDS = ["red", "NA", "None", "a b", "it's", 'a "b"', "a;b, c|d", "Größe", "1e5", "$5 ${x}", "?"]
SEPARATORS = [",", ";", "\t", "|"]
HABITS = [(".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", "'")]
DATES = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%d %b %Y"]
UNITS = ["{} kg", "${}", "{}%", "{} €"]


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
    days = pd.Timestamp("2020-01-31") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")
    return pd.DataFrame(
        {
            "small": rng.integers(0, 900, ROWS),
            "large": rng.integers(-90_000, 90_000, ROWS),
            "real": floats,
            "gaps": gaps,
            "truth": rng.random(ROWS) < 0.5,
            "word": pd.Series(texts, dtype="str"),
            "code": pd.Series(
                [f"{n:04d}" for n in [7, *rng.integers(0, 9999, ROWS - 1)]], dtype="str"
            ),
            "day": pd.Series(days).astype("datetime64[us]"),
            "price": rng.integers(1, 900, ROWS),
            "class": pd.Series(np.resize(["yes", "no"], ROWS), dtype="str"),
        }
    )


def written(seed: int) -> Written:
    rng = np.random.default_rng(seed)
    frame = table(rng)
    separator, quote = str(rng.choice(SEPARATORS)), str(rng.choice(['"', "'"]))
    decimal, thousands = HABITS[rng.integers(len(HABITS))]
    if thousands == quote:
        quote = '"'
    header, around, ends = (bool(rng.random() < 0.5) for _ in range(3))
    gap = str(rng.choice(["", "NA", "none", "?", "-999"]))
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    day, unit = str(rng.choice(DATES)), str(rng.choice(UNITS))
    if encoding == "cp1252" and seed % 2:
        frame.loc[5, "word"] = "Größe"

    def cell(name: str, value: Any) -> str:
        if isinstance(value, float) and np.isnan(value):
            return gap
        if isinstance(value, bool | np.bool_):
            return str(bool(value)).upper()
        if isinstance(value, pd.Timestamp):
            return value.strftime(day)
        if isinstance(value, str):
            return value
        return unit.format(value) if name == "price" else number(value, decimal, thousands)

    out = StringIO()
    writer = csv.writer(
        out, delimiter=separator, quotechar=quote, lineterminator="\r\n" if ends else "\n"
    )
    lines = [
        [cell(str(name), v) for name, v in zip(frame, row, strict=True)]
        for row in frame.astype(object).to_numpy()
    ]
    for line in [list(frame), *lines] if header else lines:
        blank = " " * around
        writer.writerow([f"{blank}{v}{blank}" for v in line] + [""] * (separator == "|"))
    said = {
        **{"separator": separator, "quote": quote, "decimal": decimal, "thousands": thousands},
        **{"encoding": encoding, "gap": gap, "day": day, "unit": unit.replace("{}", "").strip()},
        "names": None if header else list(frame),
    }
    return Written(frame, out.getvalue().encode(encoding), said)


def declaration(made: Written) -> TableRows:
    """What a person who knows the file would write of it."""
    said, plain = made.said, {"small": "number", "large": "number", "real": "number"}
    columns: dict[str, Any] = {
        **plain,
        "gaps": {"kind": "number", "gaps": [said["gap"]]},
        **{"truth": "boolean", "word": "category", "code": "category"},
        "day": {"kind": "date", "format": said["day"]},
        "price": {"kind": "number", "unit": said["unit"]},
        "class": "category",
    }
    habit = {"decimal": said["decimal"], "thousands": said["thousands"]}
    return TableRows(table="mine", target="class", columns=columns, **habit)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_declared_is_read_exactly(seed: int, tmp_path: Path) -> None:
    made, file = written(seed), tmp_path / "table.csv"
    file.write_bytes(made.text)
    keys = ("separator", "quote", "encoding", "names")
    texts = read_texts(file, dialect(**{key: made.said[key] for key in keys}))
    found, _ = rows_of(texts, declaration(made), "mine")
    assert_same(found[list(made.frame)], made.frame)


@pytest.mark.parametrize("seed", range(40, 70))
def test_where_nothing_is_said_it_is_read_exactly_or_refused_with_what_to_do(
    seed: int, tmp_path: Path
) -> None:
    """Each refusal is followed, until the table is read; then it is the one that was written."""
    made = written(seed)
    file = tmp_path / ("table.csv.gz" if seed % 3 == 0 else "table.txt")
    file.write_bytes(gzip.compress(made.text) if seed % 3 == 0 else made.text)
    said: dict[str, Any] = {}
    for _ in range(8):
        try:
            proposal = propose("mine", file, "table.csv", "last", Options(**said))
            break
        except SpecError as error:
            said |= followed(str(error), made)
    else:
        pytest.fail(f"no way out of: {said}")
    columns = proposal.rows.columns or {}
    assert [column.kind for column in columns.values()] == [
        *["number"] * 4,
        *("boolean", "category", "category", "date", "number", "category"),
    ]
    frame = made.frame.set_axis(list(columns), axis=1)
    if made.said["gap"] == "-999":  # no one can know that it is none
        frame[list(frame)[3]] = made.frame["gaps"].fillna(-999)
    if "?" in proposal.rows.gaps:
        frame[list(frame)[5]] = made.frame["word"].replace("?", None)
    assert_same(proposal.table[list(frame)], frame)
    follow_notes(proposal, made)


def assert_same(found: pd.DataFrame, meant: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, meant, check_exact=True, check_dtype=False)


def follow_notes(proposal: Proposal, made: Written) -> None:
    """Nothing is decided without a word."""
    notes = " ".join(proposal.notes)
    said = made.said
    assert ("--separator" in notes) == (said["separator"] != ",")
    assert ("--header" in notes) == (said["names"] is not None)
    taken = said["gap"] in ("NA", "none", "?") and made.frame["gaps"].isna().any()
    assert (f"'{said['gap']}' in" in notes) or not taken


def followed(message: str, made: Written) -> dict[str, Any]:
    """What a person types who reads a message, and knows the file."""
    said: dict[str, Any] = {}
    if "--date" in message:
        (name,) = re.findall("column '(.*?)' holds dates", message)
        return {"date": [f"{name}={made.said['day']}"]}
    if "--header" in message:
        return {"header": made.said["names"] is None}
    for option in ("separator", "quote", "decimal", "thousands", "encoding"):
        if f"--{option} " in message:
            said[option] = made.said[option]
    assert said, message
    return said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"separator": ";;"}, "separator: expected one character, received ';;'"),
        ({"quote": ","}, "',' separates fields"),
        ({"skip": -1}, "skip: expected a number of lines"),
    ],
)
def test_what_cannot_be_said_together_is_refused(said: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError, match=re.escape(expected)):
        dialect(**said)


def test_a_separator_can_be_typed_as_people_do() -> None:
    assert dialect(separator="\\t").separator == "\t"
    assert dialect(separator=r"\s+").separator == " "


def test_all_habits_are_tried() -> None:
    drawn = [written(seed).said for seed in range(40, 70)]
    assert {(w["decimal"], w["thousands"]) for w in drawn} == set(HABITS)
    assert {w["day"] for w in drawn} == set(DATES)
