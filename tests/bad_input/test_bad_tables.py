"""Tables that are none, or can't be used: each is refused in one line, or read as it is."""

import bz2
import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from regpipe.errors import SpecError
from regpipe.tables import bounds
from regpipe.tables.dialect import Dialect
from regpipe.tables.new_problem import propose
from regpipe.tables.preprocessing import feature_names
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import Options, read
from regpipe.tables.text_file import read_texts

TABLES = Path(__file__).parent / "tables"
CASES = yaml.safe_load((TABLES / "lines.yml").read_text(encoding="utf-8"))


def proposal(file: Path, **said: Any) -> Proposal:
    return propose("mine", file, str(file), "y", Options(**said))


def line(file: Path, **said: Any) -> str:
    """Return the one line by which a table is refused."""
    with pytest.raises(SpecError) as refused:
        proposal(file, **said)
    (fault,) = refused.value.faults
    assert "\n" not in fault and "\x1b" not in fault and len(fault) < 700
    return fault


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']} {case.get('said', '')}")
def test_a_table_is_refused_in_its_line(case: dict[str, Any]) -> None:
    assert case["line"] in line(TABLES / case["file"], **case.get("said", {}))


def test_the_table_of_the_options_is_good() -> None:
    assert len(proposal(TABLES / "good.csv").table) == 12


GOOD = (TABLES / "good.csv").read_bytes()
RANDOM = random.Random(1).randbytes(3000)


def zipped(*, times: int = 1, **files: bytes) -> bytes:
    """Return an archive, each of whose files has its content some times."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            with archive.open(name, "w") as opened:
                for _ in range(times):
                    opened.write(content)
    return made.getvalue()


def parquet(table: pa.Table) -> bytes:
    made = io.BytesIO()
    pyarrow.parquet.write_table(table, made)
    return made.getvalue()


def flipped(content: bytes, first: int, last: int) -> bytes:
    return bytes(byte ^ (first <= place < last) for place, byte in enumerate(content))


ROWS = pa.table({"a": list(range(20)), "y": ["no", "yes"] * 10})
MADE: dict[str, tuple[bytes, str]] = {
    "noise.csv": (RANDOM, "this is no text, or in an encoding that can't be told"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + RANDOM, "this is no text, or in an encoding"),
    "packed.csv": (gzip.compress(GOOD), "this is no text. Expected a name that ends with .gz."),
    "parquet.csv": (parquet(ROWS), "this is no text. Expected a name that ends with .parquet."),
    "long.csv": (GOOD + b'1,"' + b"x" * 200_000 + b'",no\n', "field larger than field limit"),
    "text.xlsx": (GOOD, "this is no Excel file. Expected one"),
    "noise.xlsx": (RANDOM, "this is no Excel file. Expected one"),
    "empty.xlsx": (b"", "this is no Excel file. Expected one"),
    "archive.xlsx": (zipped(x=GOOD), "this is no Excel file, but another packed one."),
    "hollow.xlsx": (zipped(**{"xl/workbook.xml": b"<x/>"}), "this file can't be read."),
    "text.parquet": (GOOD, "this file can't be read. Parquet magic bytes not found"),
    "empty.parquet": (b"", "this file can't be read. "),
    "half.parquet": (parquet(ROWS)[:-30], "this file can't be read. Parquet magic bytes"),
    "flipped.parquet": (flipped(parquet(ROWS), 20, 60), "this file can't be read. "),
    "twice.parquet": (
        parquet(pa.table([[1] * 20, [2] * 20, ["x", "z"] * 10], names=["a", "a", "y"])),
        "this file can't be read. Multiple matches for FieldRef.Name(a)",
    ),
    "none.parquet": (parquet(pa.table({})), "there is no column 'y'. There are none."),
    "lists.parquet": (
        parquet(pa.table({"a": [[1]] * 20, "y": ["x", "z"] * 10})),
        "column 'a' holds lists or the like, such as array([1])",
    ),
    "infinite.parquet": (
        parquet(pa.table({"a": [float("inf"), 1.0] * 10, "y": ["x", "z"] * 10})),
        "column 'a' is infinite in 10 rows.",
    ),
    "two.zip": (zipped(a=GOOD, b=GOOD), "2 files are packed in it. Expected one."),
    "none.zip": (zipped(), "0 files are packed in it. Expected one."),
    "nested.zip": (zipped(a=zipped(b=GOOD)), "what is packed in it is no text. Expected a table"),
    "noise.zip": (b"PK\x03\x04" + RANDOM, "this file can't be read. File is not a zip file"),
    "nested.csv.gz": (gzip.compress(gzip.compress(GOOD)), "what is packed in it is no text."),
    "half.csv.gz": (gzip.compress(GOOD)[:-20], "this file can't be read. Compressed file ended"),
    "text.csv.gz": (GOOD, "this file can't be read. Not a gzipped file"),
    "text.csv.bz2": (GOOD, "this file can't be read. Invalid data stream"),
    "old.xls": (GOOD, "expected a text such as CSV (also packed, as .gz), .xlsx or .parquet."),
    "some.pkl": (GOOD, "expected a text such as CSV (also packed, as .gz), .xlsx or .parquet."),
}


@pytest.mark.parametrize("name", MADE)
def test_a_file_of_another_kind_is_refused_in_its_line(name: str, tmp_path: Path) -> None:
    content, said = MADE[name]
    (tmp_path / name).write_bytes(content)
    assert said in line(tmp_path / name)


def test_what_unpacks_to_more_than_can_be_read_is_refused_before_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 2**20)
    monkeypatch.setattr("regpipe.tables.text_file.MOST_BYTES", 2**20)
    monkeypatch.setattr(bounds, "MOST_CELLS", 1000)
    large = b"1,2\n" * 2**16
    packed = zipped(times=5, a=large)
    lies = bytearray(packed)  # its directory says that it is small
    entry = lies.rfind(b"PK\x01\x02")
    lies[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    bombs = {
        "a.csv.gz": gzip.compress(large) * 5,
        "a.csv.bz2": bz2.compress(large) * 5,
        "a.zip": packed,
        "a.xlsx": zipped(times=5, **{"xl/workbook.xml": large}),
        "a.csv": large * 5,
        "a.parquet": parquet(pa.table({"a": [0] * 2000})),
        "lies.zip": bytes(lies),
    }
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
        said = {"a.parquet": "2,000 rows of 1 columns", "lies.zip": "can't be read. Bad CRC-32"}
        assert said.get(name, "it has more than 1 MB, unpacked.") in line(tmp_path / name)


@pytest.mark.parametrize(
    ("file", "said"),
    [(None, "there is no such file"), ("folder", "this is a folder. Expected a file")],
)
def test_what_is_no_file_is_said(file: str | None, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert said in line(tmp_path / (file or "nothing.csv"))


def sheet(folder: Path, change: Callable[[Any, Any], object]) -> Path:
    """Write a good Excel file, with a change."""
    book = openpyxl.Workbook()
    first = book.active
    for row in csv.reader(GOOD.decode().splitlines()):
        first.append(row)
    change(book, first)
    book.save(folder / "mine.xlsx")
    return folder / "mine.xlsx"


def hide(book: Any, first: Any) -> None:
    for place in (5, 6):
        first.row_dimensions[place].hidden = True
    first.column_dimensions["B"].hidden = True
    book.create_sheet("front", 1)
    first.sheet_state = "hidden"


def test_what_a_sheet_hides_is_told(tmp_path: Path) -> None:
    notes = " ".join(proposal(sheet(tmp_path, hide)).notes)
    assert "The sheet 'Sheet' is hidden. For another one: --sheet." in notes
    assert "2 rows of the sheet hidden, such as line 5, and read like the others." in notes
    assert "Hidden in the sheet, and read like the others: 'B' (--drop)." in notes
    shown = proposal(sheet(tmp_path, lambda book, first: None)).notes
    assert not any("hidden" in note.lower() for note in shown)


def test_a_sheet_that_is_not_there_and_an_empty_one(tmp_path: Path) -> None:
    file = sheet(tmp_path, lambda book, first: book.create_sheet("more"))
    assert "no sheet is called 'other'. Expected: Sheet, more." in line(file, sheet="other")
    assert "this file is empty." in line(file, sheet="more")


def test_a_word_for_a_sum_can_be_a_value(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = "".join(f"{'Rome' if k % 2 else 'Oslo'},{k},{k % 2}\n" for k in range(12))
    file.write_text(f"a,b,y\n{rows}Total,3,1\n")
    assert "If it is one: --keep Total." in line(file)
    assert len(proposal(file, keep=["Total"]).table) == 13
    file.write_text(f"a,b,y\n{rows}Total,3,1\nTotal,4,0\n")  # a place, not a sum
    assert len(proposal(file).table) == 14


def test_columns_that_blanks_fill_up_are_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    rows = "".join(f"{k:<5}{k % 3:<5}{'yes' if k % 2 else 'no':<5}\n" for k in range(12))
    file.write_text(f"a    b    y\n{rows}")
    found = proposal(file)
    assert list(found.table) == ["a", "b", "y"] and list(found.table["y"][:2]) == ["no", "yes"]


HOSTILE = [
    ("=cmd|' /C calc'!A0", "@SUM(A1)"), ("${oc.env:HOME}", "$a_{$"), ("$10-$20", "{{7*7}}"),
    ("<script>alert(1)</script>", "[/red]"), ('"""', "\\"), ("c = p", "(x)"),
    ("target", "target_"), ("protocol", "repeat"), ("\x1b[31m", "\u202ex"), ("a" * 300, "b"),
    ("é" * 300, "{x}"), ("params:x", "a.b"), ("a@b", "~"), ("null", "yes"), ("1e5", "0x1f"),
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_hostile_names_and_classes_are_read_as_they_are(
    words: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    rows = [[k * 1.5, words[k % 2], words[k // 3 % 2]] for k in range(24)]
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([[words[0], words[1], "y"], *rows])
    found = proposal(file, header=True, category=[words[1]], keep=list(words))
    assert set(found.table) == {*words, "y"} and set(found.table["y"]) == set(words)
    assert len(feature_names(found.columns)) == 3


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose files each example writes anew."""
    return tmp_path_factory.mktemp("scratch")


TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=6)
FRAMES = st.integers(1, 4).flatmap(
    lambda wide: st.lists(st.lists(TEXTS, min_size=wide, max_size=wide), min_size=1, max_size=5)
)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    cells=FRAMES,
    separator=st.sampled_from([",", ";", "\t", "|", " "]),
    quote=st.sampled_from(['"', "'"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-8", "utf-16"]),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_as_a_csv_is_read_back_or_refused(
    cells: list[list[str]],
    separator: str,
    quote: str,
    encoding: str,
    ends: str,
    scratch: Path,
) -> None:
    """Blanks around a text, and empty lines, are nothing; all else is as it was."""
    names = tuple(f"x{place}" for place in range(len(cells[0])))
    text = io.StringIO(newline="")
    style: dict[str, Any] = {"delimiter": separator, "quotechar": quote, "lineterminator": ends}
    csv.writer(text, quoting=csv.QUOTE_ALL, **style).writerows(cells)
    file = scratch / "mine.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    kept = [[cell.strip() or None for cell in row] for row in cells]
    expected = [row for row in kept if len(row) > 1 or row[0]]
    try:
        found = read_texts(file, Dialect(encoding, separator, quote, names=names))
    except SpecError:
        assert not expected or any(
            cell and (quote in cell or "\x1f" in cell) for row in kept for cell in row
        )
        return
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == expected


@settings(derandomize=True, max_examples=80, deadline=None)
@given(content=st.binary(max_size=60), kind=st.sampled_from([".csv", ".xlsx", ".gz", ".parquet"]))
def test_bytes_of_any_kind_are_read_or_refused(content: bytes, kind: str, scratch: Path) -> None:
    file = scratch / f"mine{kind}"
    file.write_bytes(content)
    try:
        assert isinstance(read(file, Options()).frame, pd.DataFrame)
    except SpecError as refused:
        assert all("\n" not in fault for fault in refused.faults)
