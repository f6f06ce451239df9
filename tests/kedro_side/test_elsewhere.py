"""Datasets lie wherever fsspec reaches, with credentials, and keep versions where asked to."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from kedro.io import DataCatalog, DatasetError

from regpipe.language import Protocol

BY_ROW = [np.array([1.0, np.nan]), np.array([2.0, 0.5])]
TABLE = pd.DataFrame({"test_loss": [0.1, 0.2]})
DATASETS: dict[str, tuple[dict[str, Any], Any, Any]] = {  # its entry, and two values of it
    "ValueDataset": ({"kind": "regpipe.language.Protocol"}, Protocol(), Protocol(seed=2)),
    "NpzDataset": ({}, {"w": np.arange(3.0)}, {"w": np.arange(2.0)}),
    "PictureDataset": ({}, b"PNG", b"other"),
    "RunsDataset": ({"row_scores": "rows.npz"}, TABLE.assign(test_loss_by_row=BY_ROW), TABLE),
    "whole.CSVDataset": ({"save_args": {"index": False}}, TABLE, TABLE[:1]),
    "whole.ParquetDataset": ({}, TABLE, TABLE[:1]),
    "whole.JSONDataset": ({}, {"a": 1}, {"a": 2}),
    "whole.TextDataset": ({}, "a text", "another"),
}


class Locked(MemoryFileSystem):
    """A file system that asks for a key."""

    protocol = ("locked",)
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.removeprefix("locked://"))

    def __init__(self, key: str = "", **given: Any) -> None:
        super().__init__(**given)
        if key != "right":
            raise PermissionError("this key opens nothing")


@pytest.fixture(autouse=True)
def _locked() -> Iterator[None]:
    fsspec.register_implementation("locked", Locked, clobber=True)
    yield
    Locked.store.clear()


def catalog(
    kind: str, root: str, key: str = "right", load_version: str | None = None, **further: Any
) -> DataCatalog:
    """Return a catalog with one dataset called `it`, as a run would make it anew."""
    entry = {**DATASETS[kind][0], **further}
    if "row_scores" in entry:
        entry["row_scores"] = f"{root}/{entry['row_scores']}"
    place = {"type": f"regpipe.kedro_side.datasets.{kind}", "filepath": f"{root}/it.file"}
    if root.startswith("locked"):
        entry["credentials"] = "mine"
    return DataCatalog.from_config(
        {"it": {**place, **entry}},
        credentials={"mine": {"key": key}},
        load_versions={"it": load_version} if load_version else None,
    )


def assert_equal(one: Any, other: Any) -> None:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
    elif isinstance(one, dict) and "w" in one:
        np.testing.assert_array_equal(one["w"], other["w"])
    else:
        assert one == other


@pytest.mark.parametrize("kind", DATASETS)
def test_what_is_kept_elsewhere_comes_back(kind: str) -> None:
    _, first, second = DATASETS[kind]
    assert not catalog(kind, "locked://bucket").exists("it")
    for value in (first, second):
        catalog(kind, "locked://bucket").save("it", value)
        assert catalog(kind, "locked://bucket").exists("it")
        assert_equal(catalog(kind, "locked://bucket").load("it"), value)
    with pytest.raises(DatasetError, match="this key opens nothing"):
        catalog(kind, "locked://bucket", key="wrong").load("it")


@pytest.mark.parametrize("kind", DATASETS)
def test_versions_are_kept_and_found(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first, second = DATASETS[kind]
    for version, value in (("2026-01-01", first), ("2026-01-02", second)):
        monkeypatch.setattr("kedro.io.data_catalog.generate_timestamp", lambda v=version: v)
        catalog(kind, str(tmp_path), versioned=True).save("it", value)
    latest = catalog(kind, str(tmp_path), versioned=True).load("it")
    assert_equal(latest, second)
    earlier = catalog(kind, str(tmp_path), versioned=True, load_version="2026-01-01")
    assert_equal(earlier.load("it"), first)


BIT_BY_BIT = pytest.mark.parametrize(
    "entry",
    [
        {"type": "TrainerDataset", "engine": "compiled", "workers": 1, "random": "threefry"},
        {"type": "TrialJournalDataset"},
        {"type": "LooksDataset"},
    ],
    ids=lambda entry: entry["type"],
)


@BIT_BY_BIT
def test_another_process_opens_it_for_itself(entry: dict[str, Any], tmp_path: Path) -> None:
    kind = f"regpipe.kedro_side.datasets.{entry['type']}"
    config = {"it": {**entry, "type": kind, "path": str(tmp_path / "it")}}
    one = DataCatalog.from_config(config)["it"]
    other = pickle.loads(pickle.dumps(one))
    assert type(other) is type(one) and other._describe() == one._describe()
    assert type(other.load()) is type(one.load())


@BIT_BY_BIT
def test_what_is_added_to_bit_by_bit_lies_where_files_stay(entry: dict[str, Any]) -> None:
    kind = f"regpipe.kedro_side.datasets.{entry['type']}"
    catalog = DataCatalog.from_config({"it": {**entry, "type": kind, "path": "https://x.org/fits"}})
    with pytest.raises(DatasetError, match=r"received 'https://x\.org/fits'"):
        catalog.load("it")
