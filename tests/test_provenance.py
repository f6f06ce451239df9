"""Code is what it does: a comment may change, a number may not."""

import shutil
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from regpipe import provenance
from regpipe.provenance import code_digest


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "loop.py").write_text(
        '"""Doc."""\n\n\ndef two():\n    """2."""\n    return 2\n'
    )
    (tmp_path / "seeds.py").write_text("SEED = 1\n")
    (tmp_path / "plots.py").write_text("WIDE = 1\n")
    monkeypatch.setattr(provenance, "SOURCE", tmp_path)
    return tmp_path


def digest_now(*parts: str) -> str:
    code_digest.cache_clear()
    return code_digest(*parts)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    code_digest.cache_clear()


def test_comments_and_docstrings_do_not_count(source: Path) -> None:
    before = digest_now()
    (source / "engine" / "loop.py").write_text('"""Else."""\ndef two():  # why\n    return 2\n')
    assert digest_now() == before
    (source / "engine" / "loop.py").write_text('"""Else."""\ndef two():  # why\n    return 3\n')
    assert digest_now() != before


def test_only_the_named_parts_count(source: Path) -> None:
    before = digest_now("engine", "seeds.py"), digest_now()
    (source / "plots.py").write_text("WIDE = 2\n")
    assert digest_now("engine", "seeds.py") == before[0]
    assert digest_now() != before[1]
    (source / "seeds.py").rename(source / "engine" / "seeds.py")
    assert digest_now("engine") != before[0]


def test_templates_and_styles_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "regpipe"
    modules = shutil.ignore_patterns("__pycache__", "*.py")  # slow to parse
    shutil.copytree(provenance.SOURCE, copy, ignore=modules)
    monkeypatch.setattr(provenance, "SOURCE", copy)
    parts = sorted((copy / "report" / "templates").iterdir())
    assert {part.suffix for part in parts} == {".j2", ".css", ".js"}
    seen = {digest_now()}
    for part in parts:
        part.write_text(part.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        seen.add(digest_now())
    assert len(seen) == len(parts) + 1


def test_what_python_and_editors_leave_does_not_count(source: Path) -> None:
    before = digest_now()
    for left in ("__pycache__/plots.cpython-311.pyc", "engine/.loop.py.swp", ".cache/x.py"):
        (source / left).parent.mkdir(exist_ok=True)
        (source / left).write_bytes(b"\xff")
    assert digest_now() == before


@pytest.fixture
def parsed(source: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed."""
    seen: list[bytes] = []
    parse = provenance.parse
    monkeypatch.setattr(provenance, "parse", lambda code: seen.append(code) or parse(code))
    return seen


def memory(source: Path, code: str = "provenance.py") -> Path:
    return Path(cache_from_source(str(source / code))).with_suffix(".json")


def test_only_what_changed_is_parsed_again(source: Path, parsed: list[bytes]) -> None:
    before = digest_now()
    assert len(parsed) == 3
    assert digest_now() == before and digest_now("engine") != before
    assert len(parsed) == 3
    (source / "plots.py").write_text("WIDE = 2\n")
    assert digest_now() != before
    assert parsed[3:] == [b"WIDE = 2\n"]
    (source / "plots.py").write_text("WIDE = 1\n")
    assert digest_now() == before


def test_what_is_remembered_is_what_was_written_by_this_code(
    source: Path, parsed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, whole = digest_now(), memory(source).read_text()
    value = whole.rindex('"}, "seal"') - 1
    flipped = whole[:value] + ("0" if whole[value] != "0" else "1") + whole[value + 1 :]
    for damaged in ("", "[]", "null", "{}", whole[:-9], whole.replace("codes", "code"), flipped):
        memory(source).write_text(damaged)
        parsed.clear()
        assert digest_now() == before and len(parsed) == 3, damaged
        assert memory(source).read_text() == whole
    (source / "other.py").write_text("")
    monkeypatch.setattr(provenance, "__file__", str(source / "other.py"))
    memory(source).rename(memory(source, "other.py"))
    parsed.clear()
    digest_now()
    assert len(parsed) == 4


def test_where_nothing_can_be_remembered_all_is_parsed(source: Path, parsed: list[bytes]) -> None:
    (source / "__pycache__").write_text("in the way")
    assert digest_now() == digest_now()
    assert len(parsed) == 6
