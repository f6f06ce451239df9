"""Models beside a network: their settings are chosen by held-out rows, as strengths are."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from regpipe.candidates.arm import baseline
from regpipe.language import FreshProtocol, Problem, Protocol, Screen
from regpipe.language.tasks import TASKS
from regpipe.measures import references
from regpipe.pipelines.fits import repeats_of
from regpipe.pipelines.screen.references import fit_references
from regpipe.pipelines.search import held_out
from regpipe.statistics.grid import choose
from regpipe.tables.own_table import split_table
from tests.conftest import blocks

SHIPPED = blocks("references")["references"]
PROTOCOL = Protocol(fresh=FreshProtocol(repeats=3))
FEW = Screen(repeats=3, holdouts=2)
FAST = {name: SHIPPED[name] for name in ("LogisticRegression", "SVC")}
TREE = {"type": "sklearn.tree.DecisionTreeClassifier", "grid": {"splitter": ["random", "best"]}}


def table(n: int = 90, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    y = (x.sum(axis=1) + rng.normal(scale=0.7, size=n) > 0).astype(int)
    who, when = rng.integers(0, 12, n), rng.permutation(n)
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "who": who, "when": when, "y": y})


def problem(**rows: Any) -> Problem:
    kinds: dict[str, str] = {"a": "number", "b": "number", "who": "number", "when": "number"}
    return Problem.model_validate(
        {
            "title": "Mine",
            "task": "binary",
            "rows": {
                "table": "mine",
                "target": "y",
                "classes": [0, 1],
                "columns": {**kinds, "y": "number"},
                **rows,
            },
            "split": {"train": 0.6, "stratify": not rows},
            "network": {"output": {"Dense": {"units": 1, "activation": "sigmoid"}}},
            "training": {"loss": "binary_crossentropy", "epochs": 2},
        }
    )


def fitted(
    frame: pd.DataFrame, models: dict[str, Any] = FAST, asked: Problem | None = None
) -> pd.DataFrame:
    asked = asked or problem()
    samples = split_table(frame, asked, PROTOCOL, "mine")
    return fit_references(samples, baseline("mine", asked), models, FEW, PROTOCOL)


def test_a_row_per_repeat_and_model_keeps_the_choice_and_the_scores_of_rows() -> None:
    found = fitted(table())
    assert found["model"].tolist() == ["LogisticRegression", "SVC"] * 3
    assert found["repeat"].tolist() == [0, 0, 1, 1, 2, 2]
    grids = {name: FAST[name]["grid"]["C"] for name in FAST}
    for row in found.to_dict("records"):
        assert json.loads(row["setting"])["C"] in grids[row["model"]]
        of_rows = row["test_accuracy_by_row"]
        assert len(of_rows) == 90 and np.isfinite(of_rows).sum() == row["test_rows"]
        assert np.nanmean(of_rows) == pytest.approx(row["test_accuracy"], abs=1e-6)
    assert (found["search_seconds"] > 0).all() and (found["seconds"] > 0).all()


def test_the_same_seed_gives_the_same_and_another_one_another() -> None:
    models = {"tree": TREE, "forest": {**SHIPPED["RandomForestClassifier"], "grid": {}}}
    first, again = (fitted(table(), models).filter(regex="score|test_|valid") for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    other = Protocol(seed=2, fresh=PROTOCOL.fresh)
    asked = problem()
    samples = split_table(table(), asked, PROTOCOL, "mine")
    moved = fit_references(samples, baseline("mine", asked), models, FEW, other)
    assert not np.allclose(moved["test_loss"], first["test_loss"])


def test_the_rows_tested_on_have_no_part_in_the_choice() -> None:
    """With other targets there, all that is chosen and validated is the same."""
    asked = problem()
    samples = split_table(table(), asked, PROTOCOL, "mine")
    tested = samples["split"] == "test"
    lied = samples.assign(target=samples["target"].where(~tested, 1 - samples["target"]))
    runs = [
        fit_references(s, baseline("mine", asked), FAST, FEW, PROTOCOL) for s in (samples, lied)
    ]
    told = ["model", "repeat", "setting", "validation_accuracy", "validation_loss"]
    pd.testing.assert_frame_equal(runs[0][told], runs[1][told])
    total = runs[0]["test_accuracy"] + runs[1]["test_accuracy"]
    np.testing.assert_allclose(total, 1)  # and the score is of these rows


@pytest.mark.parametrize("rows", [{"group": "who"}, {"time": "when"}, {}])
def test_it_chooses_by_the_rows_that_strengths_are_chosen_by(
    rows: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose groups and times are whole, see `rows.arrays.hold_out`."""
    seen: list[Any] = []
    score = references.score_peer

    def watched(peer: Any, setting: Any, on: Any, part: str, *others: Any) -> Any:
        seen.append((on, part))
        return score(peer, setting, on, part, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(references, "score_peer", watched)
    asked = problem(**rows)
    samples = split_table(table(), asked, PROTOCOL, "mine")
    base = baseline("mine", asked)
    fit_references(samples, base, {"SVC": FAST["SVC"]}, FEW, PROTOCOL)
    assert len(seen) == 3 * 7  # 4 settings, 2 of them again, and the best on all rows
    for repeat in repeats_of(base, samples, PROTOCOL, "fresh", 3):
        of_repeat, seen = seen[:7], seen[7:]
        first, second = held_out(repeat, FEW)
        expected = [*[first] * 4, *[second] * 2, repeat.rows]
        for (on, part), rows_on in zip(of_repeat, expected, strict=True):
            assert part == ("score" if rows_on is repeat.rows else "val")
            np.testing.assert_array_equal(on.x_train, rows_on.x_train)
            np.testing.assert_array_equal(on.x_val, rows_on.x_val)
        if "group" in rows:
            kept = np.isin(repeat.rows.groups, first.groups)
            assert kept.sum() == len(first.x_train) < len(kept)


def test_a_class_that_is_all_held_out_stops_nothing() -> None:
    frame = table()
    frame["y"] = 0
    frame.loc[[3, 50, 80], "y"] = 1
    found = fitted(frame, SHIPPED)
    assert len(found) == 3 * 5 and np.isfinite(found["validation_accuracy"]).all()


def test_a_model_that_refuses_the_rows_is_told_by_its_name() -> None:
    models = {"mine": {"type": "sklearn.neighbors.KNeighborsClassifier", "arguments": {"p": -1}}}
    with pytest.raises(ValueError, match=r"^references\.mine: it can't be fitted \(The 'p' param"):
        fitted(table(), models)


class Doubtful(ClassifierMixin, BaseEstimator):
    """A model that can't be fitted, or says nothing finite, where `fails` says so."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Doubtful":
        if self.fails == "to fit":
            raise RuntimeError
        self.classes_ = np.unique(y)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.classes_[np.zeros(len(x), int)]

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return np.full((len(x), len(self.classes_)), np.nan)


@pytest.mark.parametrize(
    ("fails", "why"),
    [("to fit", "it can't be fitted (RuntimeError)"), ("to say", "rows isn't finite")],
)
def test_a_model_that_fails_is_left_out_of_all_repeats_with_a_line(
    fails: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    mine = {"type": f"{__name__}.Doubtful", "grid": {"fails": [fails]}}
    found = fitted(table(), {"mine": mine, "tree": TREE})
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith("references.mine: ") and why in line and "It is left out" in line
    pd.testing.assert_frame_equal(
        found.drop(columns=["seconds", "search_seconds"]),
        fitted(table(), {"tree": TREE}).drop(columns=["seconds", "search_seconds"]),
    )


def test_a_model_without_probabilities_says_its_classes() -> None:
    models = {"mine": {"type": "sklearn.neighbors.NearestCentroid"}, "SVC": FAST["SVC"]}
    found = fitted(table(), models).groupby("model")["test_accuracy"].mean()
    assert (found > 0.7).all()


@pytest.mark.parametrize("linear", [True, False])
def test_the_model_that_a_table_is_planted_for_is_the_best_on_held_out_rows(linear: bool) -> None:
    """A logistic regression where classes are split by a plane, and not where by a product."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(150, 2))
    y = (x[:, 0] + x[:, 1] if linear else x[:, 0] * x[:, 1]) > 0
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "who": 1, "when": 1, "y": y.astype(int)})
    models = {name: SHIPPED[name] for name in ("LogisticRegression", "RandomForestClassifier")}
    found = fitted(frame, models)
    best = choose(found, TASKS["binary"])["model"]
    assert (best == "LogisticRegression").all() == linear
    assert (best == "LogisticRegression").any() == linear
    mean = found.groupby("model")["test_accuracy"].mean()
    assert (mean.idxmax() == "LogisticRegression") == linear
