"""What is remembered is what was found out by this code, or nothing."""

from pathlib import Path

import pytest

from regpipe.provenance.remembered import Remembered


@pytest.fixture
def finder(tmp_path: Path) -> Path:
    """A piece of code, and what it found out."""
    file = tmp_path / "finder.py"
    file.write_text("")
    memory = Remembered(file, "about this")
    assert memory.get("one", lambda: [1, "a"]) == [1, "a"]
    memory.save()
    return file


def known(memory: Remembered) -> bool:
    return memory.get("one", lambda: None) == [1, "a"]


def test_what_was_found_out_is_there_for_the_next(finder: Path) -> None:
    again = Remembered(finder, "about this")
    assert known(again)
    assert again.get("two", lambda: 2) == 2
    again.save()
    assert Remembered(finder, "about this").get("two", lambda: None) == 2


def test_other_code_and_what_is_about_something_else_know_nothing(finder: Path) -> None:
    assert not known(Remembered(finder, "about that"))
    finder.write_text("# other code")
    assert not known(Remembered(finder, "about this"))


def test_what_was_damaged_counts_as_unknown(finder: Path) -> None:
    place = Remembered(finder, "about this").place
    whole = place.read_bytes()
    flipped = (whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(len(whole)))
    for damaged in (b"", b"null", b"{}", b"\n", whole[:-1], whole + b" ", *flipped):
        place.write_bytes(damaged)
        assert not known(Remembered(finder, "about this")), damaged


def test_where_nothing_can_be_kept_all_is_found_out_anew(tmp_path: Path) -> None:
    file = tmp_path / "finder.py"
    file.write_text("")
    (tmp_path / "__pycache__").write_text("in the way")
    memory = Remembered(file)
    assert memory.get("one", lambda: 1) == 1
    memory.save()
    assert Remembered(file).get("one", lambda: 2) == 2
