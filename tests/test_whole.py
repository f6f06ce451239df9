"""A file is there as a whole or not at all."""

from pathlib import Path

import pytest

from regpipe.whole import sweep, written_whole


def test_a_file_takes_its_place_once_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "new" / "table.csv"
    for text in ("once", "again"):
        with written_whole(path) as begun:
            assert begun.suffix == ".csv" and begun.parent == path.parent
            begun.write_text(text)
            assert text == "once" or path.read_text() == "once"
        assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("once")
    with pytest.raises(RuntimeError), written_whole(path) as begun:
        begun.write_text("half")
        raise RuntimeError
    assert path.read_text() == "once"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "export"
    for name in ("once", "again"):
        with written_whole(path) as begun:
            begun.mkdir()
            (begun / name).write_text("")
        assert [file.name for file in path.iterdir()] == [name]


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.mkdir()
    with pytest.raises(OSError, match="directory") as error, written_whole(path) as begun:
        begun.write_text("")
    assert error.value.filename == str(path)


def test_what_was_begun_is_swept_and_nothing_else(tmp_path: Path) -> None:
    others = ["01_raw/prices.2024.tmp.csv", "quick/06_models/fit.7.tmp.npz", "x.20.tmp/mine"]
    kept = [tmp_path / name for name in (*others, "06_models/my.tmp.csv", "06_models/4711.csv")]
    layer = tmp_path / "06_models" / "deep"
    begun = [tmp_path / "made.3.tmp.json", layer / "table.4711.tmp.csv", layer / "d.1.tmp"]
    for path in [*kept, *begun[:2], begun[2] / "file"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert sweep(tmp_path) == 3
    assert all(path.exists() for path in kept) and not any(path.exists() for path in begun)
