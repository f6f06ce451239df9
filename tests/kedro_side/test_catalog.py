"""Parameters are datasets as Kedro's are, made when they are asked for."""

import pytest
from kedro.io import MemoryDataset

from regpipe.kedro_side.catalog import Catalog


@pytest.fixture
def catalog() -> Catalog:
    catalog = Catalog()
    catalog["params:moons"] = {"rate": [0.1]}
    return catalog


def test_a_parameter_is_there_as_kedros_are(catalog: Catalog) -> None:
    assert "params:moons" in catalog and catalog.keys() == ["params:moons"]
    assert isinstance(catalog["params:moons"], MemoryDataset)
    assert catalog.load("params:moons") == {"rate": [0.1]}


def test_what_a_node_does_to_a_parameter_concerns_no_other(catalog: Catalog) -> None:
    catalog.load("params:moons")["rate"].append(1)
    assert catalog.load("params:moons") == {"rate": [0.1]}


def test_another_value_takes_its_place(catalog: Catalog) -> None:
    catalog["params:moons"] = {"rate": [0.2]}
    assert catalog.load("params:moons") == {"rate": [0.2]}
    catalog["params:moons"] = MemoryDataset({"rate": [0.3]})
    assert catalog.load("params:moons") == {"rate": [0.3]}


def test_one_that_nobody_asks_for_is_not_made(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog["params:circles"] = 1
    made = []
    monkeypatch.setattr(MemoryDataset, "save", lambda self, data: made.append(data))
    catalog["params:digits"] = 2
    assert not made and set(catalog.keys()) == {"params:moons", "params:circles", "params:digits"}
