"""A fit comes out of the store as it went in, or not at all."""

import errno
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from regpipe.engine.fit import Fit
from regpipe.engine.fit_store import FitStore

KEY, OTHER = "ab" * 32, "cd" * 32


def a_fit(seed: int = 0) -> Fit:
    random = np.random.default_rng(seed)
    return Fit(
        weights={
            "hidden/kernel": random.normal(size=(2, 5)).astype("float32"),
            "hidden/bias": np.zeros(5, "float32"),
        },
        history={
            "loss": np.array([0.7, np.nan, 0.5], "float32"),
            "val_loss": np.array([1, 2, 3], "float32"),
        },
        outcome="stopped",
        best_epoch=2,
        seconds=0.25,
    )


@pytest.fixture
def store(tmp_path: Path) -> FitStore:
    return FitStore(tmp_path / "fits")


def the_file(store: FitStore) -> Path:
    (file,) = store.folder.rglob("*.npz")
    return file


def test_a_fit_comes_back_as_it_was(store: FitStore) -> None:
    fit = a_fit()
    assert store.load(KEY) is None
    store.save(KEY, fit)
    store.save(OTHER, a_fit(1))
    found = store.load(KEY)
    assert found is not None and len(store.sizes()) == 2
    for numbers, expected in ((found.weights, fit.weights), (found.history, fit.history)):
        assert list(numbers) == list(expected)
        for name, array in expected.items():
            assert numbers[name].dtype == array.dtype
            np.testing.assert_array_equal(numbers[name], array)
    assert (found.outcome, found.best_epoch, found.seconds) == ("stopped", 2, 0.25)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    place = content.index(np.float32(0.7).tobytes())  # in the history
    content[place] ^= 1
    file.write_bytes(content)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def something_else(file: Path) -> None:
    np.savez(file, weights=np.zeros(3))


def objects(file: Path) -> None:
    np.savez(file, about=np.array([{"key": KEY}], dtype=object))


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, empty, something_else, objects])
def test_a_damaged_fit_is_removed_and_told(
    store: FitStore, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    store.save(KEY, a_fit())
    damage(the_file(store))
    with caplog.at_level(logging.WARNING):
        assert store.load(KEY) is None
    assert "is trained again" in caplog.text and KEY in caplog.text
    assert not store.sizes()


def test_the_fit_of_another_key_is_not_taken_for_this_one(store: FitStore) -> None:
    store.save(KEY, a_fit())
    file = the_file(store)
    foreign = store.folder / OTHER[:2] / f"{OTHER}.npz"
    foreign.parent.mkdir()
    file.rename(foreign)
    assert store.load(OTHER) is None and not foreign.exists()


def test_a_fit_that_is_half_written_is_none(
    store: FitStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match=f"No space left on device: '{store.folder}"):
        store.save(KEY, a_fit())
    assert store.load(KEY) is None and not store.sizes()
    assert not list(store.folder.rglob("*.tmp*"))


def damages(content: bytes) -> Iterator[bytes]:
    """Yield the content with each of its bytes changed, and with parts lost, moved, repeated."""
    random = np.random.default_rng(1)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= int(random.integers(1, 256))
        yield bytes(changed)
    for _ in range(200):
        begin, end = sorted(random.integers(0, len(content), 2))
        yield content[:begin]
        yield content[:begin] + content[end + 1 :]
        yield content[:begin] + content[begin : end + 1][::-1] + content[end + 1 :] + b"0"
        yield content[:end] + content[begin:]


def test_whatever_is_damaged_is_seen_and_nothing_crashes(store: FitStore) -> None:
    store.save(KEY, a_fit())
    file = the_file(store)
    content = file.read_bytes()
    for damaged in damages(content):
        if damaged != content:
            file.write_bytes(damaged)
            assert store.load(KEY) is None and not file.exists()


def test_a_fit_without_one_of_its_weights_is_seen(store: FitStore) -> None:
    store.save(KEY, a_fit())
    file = the_file(store)
    with np.load(file, allow_pickle=False) as parts:
        left = {name: parts[name] for name in parts.files if name != "weights/hidden/bias"}
    np.savez(file, **left)
    assert store.load(KEY) is None and not file.exists()


def test_a_damaged_fit_that_cannot_be_removed_is_told_and_replaced(
    store: FitStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    store.save(KEY, a_fit())
    truncate(the_file(store))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert store.load(KEY) is None
    assert "is trained again" in caplog.text
    store.save(KEY, a_fit())
    assert store.load(KEY) is not None


def test_a_store_knows_for_what_fits_were_trained_and_which_are_damaged(store: FitStore) -> None:
    store.save(KEY, a_fit(), "weight_l2.fits")
    store.save(OTHER, a_fit())
    assert (store.asked_by(KEY), store.asked_by(OTHER)) == ("weight_l2.fits", "")
    assert not list(store.damaged())
    (file,) = store.folder.rglob(f"{KEY}*")
    flip_a_bit(file)
    assert list(store.damaged()) == [file] and file.exists()
    assert store.remove([KEY]) == 1 and not file.parent.exists()
    assert store.sizes().keys() == {OTHER}
