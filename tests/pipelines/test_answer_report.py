"""What an answer hands on: the code of its model, and the regularizers as a block."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regpipe.candidates.arm import apply, baseline
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.language import Problem, Protocol, Technique
from regpipe.language.settings import Screen
from regpipe.pipelines.answer import report as reporting
from regpipe.pipelines.answer.networks import make_space
from regpipe.report.page import AnswerStory
from regpipe.statistics.examined import Examined
from tests.conftest import blocks
from tests.report.conftest import ORIGIN
from tests.report.test_answer import CALIBRATION, answer
from tests.statistics.test_diagnosis import diagnosed, fits

BLOCK: dict[str, Any] = {
    "title": "Mine",
    "task": "binary",
    "rows": {"table": "mine", "target": "ill"},
    "split": {"train": 0.5},
    "network": {
        "hidden": {"Dense": {"units": 8, "activation": "relu"}},
        "output": {"Dense": {"units": 1, "activation": "sigmoid"}},
    },
    "training": {"loss": "binary_crossentropy", "epochs": 2},
}
TABLE = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) % 7, "ill": ["no", "yes"] * 20})


@pytest.fixture(scope="module")
def space() -> MixtureSpace:
    base = baseline("mine", Problem(**BLOCK))
    recipes, foundations = blocks("recipes")["recipes"], blocks("foundations")["foundations"]
    some = {name: recipes[name] for name in ("dropout", "weight_l2")}
    return make_space(base, some, foundations, [], Screen())


def runs(*names: str) -> pd.DataFrame:
    """Return five repeats and one of all rows; the first of some models won."""
    rows = [
        {
            **{"protocol": "whole" if k == 5 else "fresh", "repeat": k % 5, "train_rows": 20},
            **{"test_rows": 20, "variant": "winner", "model": model, "won": won},
            **{"validation_accuracy": 0.9 - 0.1 * place, "test_accuracy": 0.7 + 0.025 * k},
        }
        for k in range(6)
        for place, model, won in [
            *((p, m, False) for p, m in enumerate(names)),
            (0, names[0], True),
        ]
    ]
    return pd.DataFrame(rows)


def code(space: MixtureSpace, side: str, **mixture: float | None) -> str:
    told = answer(side, mixture=mixture, seeds=5)
    return reporting.write_code(TABLE, space, told, Protocol())


def test_the_code_is_that_of_the_side_to_use(space: MixtureSpace) -> None:
    network = code(space, "network", cosine=None, dropout=0.2)
    assert "keras.Input((2,))" in network and "keras.layers.Dropout(0.2" in network
    assert "Cosine(" in network and "mean of 5 such networks" in network
    assert "sklearn" not in network and "kernel_regularizer" not in network
    other = code(space, "other", dropout=0.2)
    assert "from sklearn.svm import SVC" in other and "C=10" in other and "keras" not in other


def test_the_code_sees_rows_as_the_network_does(space: MixtureSpace) -> None:
    assert "keras.Input((16,))" in code(space, "network", piecewise=None)


def test_the_block_makes_what_was_chosen(
    space: MixtureSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories: list[AnswerStory] = []

    def kept(story: AnswerStory) -> str:
        stories.append(story)
        return "a page"

    monkeypatch.setattr("regpipe.report.page.render_answer", kept)
    for mixture in ({"dropout": 0.2, "weight_l2": 0.01}, {"cosine": None}):
        told = answer(mixture=mixture)
        examined = Examined(calibration=CALIBRATION, columns=[])
        tables = runs("network").query("won"), runs("SVC", "Forest").assign(validation_accuracy=0.8)
        given = (told, diagnosed(fits()), examined, space, *tables)
        shown = {"code": "import keras", "origin": ORIGIN, "answer_plot": b"png"}
        assert reporting.report(*given, **shown) == "a page"
    whole, none = stories
    assert none.block == "" and whole.pictures == {"answer_plot": b"png"}
    block = yaml.safe_load(whole.block)["mine_best"]
    made = apply("mine_best", Technique(**block), space.base)
    assert made.layers == space.alone({"dropout": 0.2, "weight_l2": 0.01}).layers
    assert set(whole.models) == {"SVC", "Forest"}
    assert (
        whole.models["SVC"].mean == pytest.approx(0.75) and whole.sides["side"].eq("network").all()
    )
