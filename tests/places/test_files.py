"""What is done with files is the same here and on storage elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from upath import UPath

from regpipe.engine.fit_store import FitStore
from regpipe.errors import SpecError
from regpipe.places import files
from regpipe.places.elsewhere import Unreachable
from regpipe.places.place import Place, place_of
from regpipe.whole import written_whole
from tests.engine.test_fit_store import KEY, OTHER, a_fit


@pytest.fixture(params=["here", "elsewhere"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    yield tmp_path if request.param == "here" else UPath(f"memory://{tmp_path}")
    MemoryFileSystem.store.clear()


def put(place: Place, *contents: str) -> None:
    for content in contents:
        with written_whole(place) as begun:
            begun.write_text(content)


def test_a_file_is_put_as_a_whole_found_read_and_removed(folder: Place) -> None:
    file = folder / "deep" / "a.txt"
    assert not files.exists(file) and not files.is_folder(folder / "deep")
    assert files.files_in(folder) == {} == files.files_in(file)
    with pytest.raises(FileNotFoundError):
        files.read(file)
    put(file, "once", "again")
    assert files.exists(file) and files.is_folder(folder / "deep")
    assert files.files_in(folder) == {file: 5} == files.files_in(file)
    assert files.read(file) == b"again"
    with files.at_hand(file) as here:
        assert here.read_text() == "again" and here.name == "a.txt"
    with pytest.raises(RuntimeError), written_whole(file) as begun:
        begun.write_text("half")
        raise RuntimeError
    assert files.read(file) == b"again"
    files.remove([file])
    assert not files.exists(file)


def test_a_folder_takes_the_place_of_a_folder(folder: Place) -> None:
    export = folder / "export"
    for name in ("once", "again"):
        with written_whole(export) as begun:
            (begun / "in").mkdir(parents=True)
            (begun / "in" / name).write_text(name)
    assert list(files.files_in(export)) == [export / "in" / "again"]
    with files.at_hand(export) as here:
        assert [p.read_text() for p in here.rglob("*") if p.is_file()] == ["again"]


def test_stars_stand_for_folders(folder: Place) -> None:
    for name in ("b", "a"):
        put(folder / name / "trials.log", "")
    assert files.matching(folder / "*" / "trials.log") == [
        folder / name / "trials.log" for name in "ab"
    ]
    assert files.matching(folder / "a" / "trials.log") == [folder / "a" / "trials.log"]


def test_fits_are_stored(folder: Place) -> None:
    store = FitStore(folder / "fits")
    assert store.load(KEY) is None and store.sizes() == {}
    for key, asked_by in ((KEY, "moons.fits"), (OTHER, "")):
        store.save(key, a_fit(), asked_by)
    put(folder / "fits" / "ab" / "note.txt", "a person's own")
    found = store.load(KEY)
    assert found is not None and found.seconds == a_fit().seconds
    assert store.asked_by(KEY) == "moons.fits" and store.sizes().keys() == {KEY, OTHER}
    (damaged,) = [file for file in files.files_in(store.folder) if KEY in file.name]
    put(damaged, "damaged")
    assert list(store.damaged()) == [damaged]
    assert store.load(KEY) is None and not files.exists(damaged)
    assert store.remove([OTHER]) == 1 and store.sizes() == {}


def test_a_fit_that_is_not_reached_is_no_damaged_one(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FitStore(UPath("memory://fits"))
    store.save(KEY, a_fit())

    def fail(*_: object, **__: object) -> None:
        raise TimeoutError("nobody answers\nat all")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "cat_file", fail)
        with pytest.raises(Unreachable, match=r"^memory://.*npz: nobody answers\.$"):
            store.load(KEY)
        with pytest.raises(Unreachable):
            list(store.damaged())
    assert store.load(KEY) is not None
    MemoryFileSystem.store.clear()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("s3://", "a bucket and a folder in it after one of s3://"),
        ("s3:///folder", "a bucket and a folder in it after one of s3://"),
        ("https://example.org/folder", "received 'https://example.org/folder'"),
        ("memory://folder", "expected a folder of this machine"),
        ("gs://bucket", "pip install universal-pathlib gcsfs"),
    ],
)
def test_where_files_cannot_stay_is_said(path: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        place_of(path)


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(protocol: str) -> None:
        raise ImportError

    monkeypatch.setattr(fsspec, "get_filesystem_class", fail)
    with pytest.raises(SpecError, match=r"pip install 'regpipe\[s3\]'"):
        place_of("s3://bucket/folder")


def test_an_address_is_written_in_one_way() -> None:
    assert str(place_of("s3://bucket/a//b/")) == "s3://bucket/a/b"
    assert place_of("data/a//b/") == Path("data/a/b")


def test_a_folder_elsewhere_has_one_of_this_user_that_stands_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "gettempdir", lambda: str(tmp_path))
    here = [files.stand_in(UPath(f"memory://{name}")) for name in ("a", "a", "b")]
    assert here[0] == here[1] != here[2] and here[0].parent.parent == tmp_path
    assert here[0].parent.stat().st_mode & 0o777 == 0o700
    here[0].parent.rmdir()
    here[0].parent.symlink_to(tmp_path)  # by somebody else
    with pytest.raises(PermissionError, match="isn't a folder of this user"):
        files.stand_in(UPath("memory://a"))
