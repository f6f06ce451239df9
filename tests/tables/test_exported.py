"""What an exported network says of new rows, without one that was trained."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import Problem, TableRows
from regpipe.pipelines.export.nodes import predict, prepare
from regpipe.tables.about import About
from regpipe.tables.columns import Columns
from regpipe.tables.exported import Predictor

BLOCK: dict[str, Any] = {
    "title": "Mine",
    "task": "regression",
    "rows": {"table": "mine", "target": "y"},
    "split": {"train": 0.5},
    "standardise": ["target"],
    "network": {"output": {"Dense": {"units": 1}}},
    "training": {"loss": "mse", "epochs": 2},
}


ROWS = {"table": "mine", "target": "ill", "columns": {"age": "number", "ill": "category"}}


def test_large_numbers_are_predicted_to_their_last_digits() -> None:
    """A float32 around 1e9 knows every 64th number only."""
    y = 1e9 + np.arange(40.0)
    table = pd.DataFrame({"x": np.arange(40.0), "y": y})
    whole = prepare(table, Problem(**BLOCK), "mine")
    assert whole.rows.y_train.dtype == "float32" and len(np.unique(whole.rows.y_train)) == 40
    about = About(
        problem="mine",
        model="network",
        chosen={"mixture": {}, "seeds": 1},
        task="regression",
        target="y",
        columns=whole.columns,
        table=whole.block,
        mean=whole.mean,
        deviation=whole.deviation,
        rows=40,
        expected={},
        versions={},
    )
    model = SimpleNamespace(predict=lambda x, verbose: whole.rows.y_train)  # a perfect one
    found = Predictor(model, whole.preprocessing, about, "").predict(table)
    np.testing.assert_allclose(found["prediction"], y, rtol=0, atol=1e-4)


def predictor(
    outputs: list[list[float]],
    base_rates: list[float] | None = None,
    class_weight: list[float] | None = None,
) -> Predictor:
    """Return one whose network gives these outputs."""
    classes = ("no", "yes") if len(outputs[0]) == 1 else ("a", "b", "c")
    about = About(
        problem="mine",
        model="network",
        chosen={"mixture": {}, "seeds": 1},
        task="binary" if len(classes) == 2 else "multiclass",
        target="ill",
        columns=Columns(("age",), (), {}, (), classes),
        table=TableRows.model_validate(ROWS),
        mean=0.0,
        deviation=1.0,
        rows=100,
        expected={},
        versions={},
        base_rates=base_rates,
        class_weight=class_weight,
    )
    model = SimpleNamespace(predict=lambda x, verbose: np.array(outputs, "float32"))
    filled = SimpleNamespace(transform=lambda rows: rows.fillna(0).to_numpy("float32"))
    return Predictor(model, filled, about, "")


def said(predictor: Predictor) -> pd.DataFrame:
    return predictor.predict(pd.DataFrame({"age": [30.0, 40.0]}))


def test_the_likeliest_class_is_said_where_nothing_else_is_asked() -> None:
    assert list(said(predictor([[0.1], [0.6]]))["prediction"]) == ["no", "yes"]


def test_a_class_is_said_from_its_base_rate_on_and_probabilities_stay_what_they_are() -> None:
    found = said(predictor([[0.1], [0.05]], base_rates=[0.94, 0.06]))
    assert list(found["prediction"]) == ["yes", "no"]
    np.testing.assert_allclose(found["probability of yes"], [0.1, 0.05], rtol=1e-6)
    found = said(predictor([[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]], base_rates=[0.6, 0.3, 0.1]))
    assert list(found["prediction"]) == ["c", "a"]
    np.testing.assert_allclose(found["probability of a"], [0.5, 0.7], rtol=1e-6)


def test_probabilities_of_weighted_classes_are_those_of_the_rows() -> None:
    """By weights of 0.5 and 8, a probability of 0.1 becomes 0.8 / (0.8 + 0.45)."""
    found = said(predictor([[0.64], [0.4]], base_rates=[0.5, 0.5], class_weight=[0.5, 8.0]))
    assert list(found["prediction"]) == ["yes", "no"]
    assert found["probability of yes"][0] == pytest.approx(0.1)
    both = found["probability of yes"] + found["probability of no"]
    np.testing.assert_allclose(both, 1)


def test_a_file_of_a_header_alone_is_refused() -> None:
    exported, new = predictor([[0.1]]), pd.DataFrame({"age": [30.0]})
    assert len(predict(exported, new)) == 1
    with pytest.raises(SpecError, match="there are none. Expected one or more below the header"):
        predict(exported, new[:0])


def test_a_way_to_take_categories_that_is_none_is_refused() -> None:
    exported, new = predictor([[0.1]]), pd.DataFrame({"age": [30.0]})
    with pytest.raises(SpecError, match="expected 'other' or 'refuse', received 'refus'"):
        exported.predict(new, unknown_categories="refus")  # type: ignore[arg-type]


def test_a_gap_in_numbers_that_had_none_is_told_like_an_unknown_category() -> None:
    exported, new = predictor([[0.1], [0.6]]), pd.DataFrame({"age": [30.0, None]})
    with pytest.raises(SpecError, match="column 'age' is missing in 1 row, and never was"):
        exported.predict(new, unknown_categories="refuse")
    with pytest.warns(UserWarning, match="column 'age' is missing in 1 row.*: the median"):
        assert len(exported.predict(new)) == 2
    columns = replace(exported.about.columns, gaps=("age",))
    about = exported.about.model_copy(update={"columns": columns})
    assert len(replace(exported, about=about).predict(new)) == 2
