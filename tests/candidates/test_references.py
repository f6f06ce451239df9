"""Models beside a network, by their import paths."""

import sys
from pathlib import Path
from typing import Any

import pytest

from regpipe.candidates.check import check_free
from regpipe.candidates.references import left_out, load, parse_references, peers_of
from regpipe.errors import SpecError
from tests.conftest import blocks

ALL = blocks("references")["references"]
SHIPPED = {name: block for name, block in ALL.items() if "extra" not in block}
NEIGHBORS = "sklearn.neighbors.KNeighborsClassifier"


def refused(**block: Any) -> str:
    with pytest.raises(SpecError) as caught:
        load({"mine": block})
    (line,) = caught.value.faults
    return line


def test_each_kind_of_model_has_a_few_settings_for_either_task() -> None:
    for classifies in (True, False):
        peers = peers_of(SHIPPED, "mine", classifies, 100)
        assert len(peers) == 5
        assert all(3 <= len(peer.settings) <= 5 for peer in peers)
    assert not any(getattr(p.estimator({}), "early_stopping", False) for p in load(SHIPPED))


def test_any_estimator_stands_beside_them() -> None:
    mine = {"type": NEIGHBORS, "arguments": {"p": 1}, "grid": {"n_neighbors": [3, 9]}}
    *_, peer = peers_of({**SHIPPED, "mine": mine}, "mine", True, 100)
    made = [peer.estimator(setting, random_state=1) for setting in peer.settings]
    assert [(type(one).__name__, one.p, one.n_neighbors) for one in made] == [
        ("KNeighborsClassifier", 1, 3),
        ("KNeighborsClassifier", 1, 9),
    ]


def test_what_takes_long_is_left_out_and_so_is_what_is_null() -> None:
    some = {**SHIPPED, "LogisticRegression": None}
    names = [peer.name for peer in peers_of(some, "mine", True, 5001)]
    assert "SVC" not in names and "LogisticRegression" not in names and len(names) == 3
    assert left_out(some, "mine", True, 5001) == {"SVC": "it takes long on more than 5,000 rows"}
    assert not left_out(some, "mine", True, 5000)


def test_what_an_extra_brings_is_left_out_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("regpipe.language.references.find_spec", lambda name: None)
    assert len(peers_of(ALL, "mine", True, 100)) == len(peers_of(SHIPPED, "mine", True, 100))
    why = left_out(ALL, "mine", False, 100)
    assert why == dict.fromkeys(
        ("RealMLPRegressor", "TabMRegressor"), "it comes with `pip install 'regpipe[peers]'`"
    )


def test_what_may_bring_torch_comes_without_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaded beside TensorFlow, Triton ends the process."""
    monkeypatch.delitem(sys.modules, "triton", raising=False)
    load({"mine": {"type": NEIGHBORS}})
    assert "triton" not in sys.modules
    with pytest.raises(SpecError):
        load({"mine": {"type": "pathlib.Path"}})
    assert sys.modules.pop("triton") is None


def test_a_problem_without_any_is_refused() -> None:
    with pytest.raises(SpecError, match="none suits mine. Expected a regressor for 100 rows"):
        peers_of({"SVC": SHIPPED["SVC"]}, "mine", False, 100)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"type": "os.system"}, "'os.system' is no estimator. Expected one, such as sklearn.neigh"),
        ({"type": "pathlib.Path"}, "mine.type: 'pathlib.Path' is no estimator"),
        ({"type": "sklearn.neighbors.KNeighborClassifier"}, "Did you mean 'KNeighborsClassifier'?"),
        ({"type": "sklearn.nowhere.KNN"}, "mine.type: 'sklearn.nowhere' can't be imported (No mo"),
        ({"type": "sklearn.preprocessing.StandardScaler"}, "predicts neither classes nor numbers"),
        ({"type": NEIGHBORS, "grid": {"neighbors": [1]}}, "mine.grid: 'neighbors' is no argument"),
        ({"type": NEIGHBORS, "arguments": {"k": 1}}, "mine.arguments: 'k' is no argument of KNei"),
        ({"type": "sklearn.ensemble.VotingClassifier"}, "missing 1 required positional argument"),
        ({"type": "KNeighborsClassifier"}, "expected the import path of a class, such as sklearn"),
        ({"type": "../mine.Model"}, "expected the import path of a class"),
        ({"type": NEIGHBORS, "grid": {"n_neighbors": []}}, "mine.grid.n_neighbors: "),
        ({"kind": NEIGHBORS, "type": NEIGHBORS}, "mine.kind: there is no such key"),
    ],
)
def test_what_is_no_estimator_is_refused_in_a_line(block: dict[str, Any], says: str) -> None:
    line = refused(**block)
    assert says in line and line.startswith("references.mine") and "\n" not in line


def test_what_a_file_raises_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_model.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "'broken_model' can't be imported (division by zero)" in refused(type="broken_model.M")


def test_nothing_is_imported_until_models_are_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_model.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert parse_references({"mine": {"type": "my_model.M"}})
    assert "my_model" not in sys.modules


def test_the_network_has_its_name() -> None:
    with pytest.raises(SpecError, match=r"references\.network: that is the network"):
        parse_references({"network": {"type": NEIGHBORS}})
    with pytest.raises(SpecError, match="references: this name is taken by a parameter"):
        check_free(["references"], {})
