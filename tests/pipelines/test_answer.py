"""The best network and the best other model of each split, chosen by rows that no score is of."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.arm import Arm, baseline
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.engine.fit_store import FitStore
from regpipe.errors import SpecError
from regpipe.kedro_side.datasets import TrialJournalDataset
from regpipe.language import (
    Answering,
    Export,
    FreshProtocol,
    Problem,
    Protocol,
    Reference,
    Screen,
    Statistics,
)
from regpipe.language.tasks import TASKS
from regpipe.measures.measure import Said
from regpipe.pipelines.answer import nodes
from regpipe.pipelines.answer.cuts import cut_of, rates_at
from regpipe.pipelines.answer.examine import examine, winners_of
from regpipe.pipelines.answer.networks import choose_networks, further_ways, make_space
from regpipe.pipelines.answer.others import choose_others
from regpipe.pipelines.answer.whole import repeats_and_whole
from regpipe.pipelines.export.nodes import fit_on_all_rows
from regpipe.pipelines.looks import Looks
from regpipe.pipelines.search import held_out
from regpipe.pipelines.training import Trainer
from regpipe.statistics.examined import Examined, summarise
from regpipe.statistics.winners import ModelAnswer, worths_of
from regpipe.tables.exported import Predictor, load
from regpipe.tables.own_table import split_table
from tests.conftest import blocks

PROTOCOL = Protocol(fresh=FreshProtocol(repeats=5))
SIZES = Answering(repeats=5, trials=2, startup=1, holdouts=1, finalists=2, finals=2, seeds=2)


def some(kind: str, *names: str) -> dict[str, Any]:
    return {name: blocks(kind)[kind][name] for name in names}


REFERENCES = some("references", "SVC", "LogisticRegression")
RECIPES = some("recipes", "weight_l2", "dropout")
FOUNDATIONS = some("foundations", "robust", "cosine")
STARTS: list[dict[str, float | None]] = [{"robust": None, "dropout": 0.2, "weight_l2": 0.001}]


def table(n: int = 80, seed: int = 1) -> pd.DataFrame:
    """Return rows of which `a` tells the class, `b` nothing."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    town = rng.choice(["Oslo", "Rome"], n)
    y = np.where(a + rng.normal(scale=0.5, size=n) > 0, "yes", "no")
    return pd.DataFrame({"a": a, "b": b, "town": town, "y": y})


PROBLEM = Problem.model_validate(
    {
        "title": "Mine",
        "task": "binary",
        "rows": {
            "table": "mine",
            "target": "y",
            "classes": ["no", "yes"],
            "columns": {"a": "number", "b": "number", "town": "category", "y": "category"},
        },
        "split": {"train": 0.7, "stratify": True},
        "network": {
            "hidden": {"Dense": {"units": 4, "activation": "relu"}},
            "output": {"Dense": {"units": 1, "activation": "sigmoid"}},
        },
        "training": {
            "optimizer": {"Adam": {"learning_rate": 0.03}},
            "loss": "binary_crossentropy",
            "epochs": 12,
            "batch_size": 16,
        },
    }
)


@dataclass(frozen=True)
class Answered:
    """All that an answer leaves."""

    samples: pd.DataFrame
    table: pd.DataFrame
    trainer: Trainer
    base: Arm
    space: MixtureSpace
    networks: pd.DataFrame
    others: pd.DataFrame
    answer: ModelAnswer
    examined: Examined
    importance: pd.DataFrame


def answered(folder: Path, frame: pd.DataFrame, samples: pd.DataFrame | None = None) -> Answered:
    base = baseline("mine", PROBLEM)
    if samples is None:
        samples = split_table(frame, PROBLEM, PROTOCOL, "mine")
    trainer = Trainer("compiled", 2, FitStore(folder / "fits"))
    space = make_space(base, RECIPES, FOUNDATIONS, STARTS, Screen())
    journal = TrialJournalDataset(path=str(folder / "trials.log")).load()
    networks = choose_networks(samples, frame, trainer, journal, space, PROTOCOL, SIZES)
    others = choose_others(samples, frame, base, REFERENCES, PROTOCOL, SIZES)
    looks = Looks(folder / "looks.csv")
    asked = (space, samples, looks, REFERENCES, PROTOCOL, Statistics())
    look = nodes.plan_repeats(*asked, SIZES)
    told = nodes.answer(networks, others, space, look, looks, REFERENCES, SIZES)
    winners = winners_of(networks, others, REFERENCES, told)
    found = examine(samples, frame, trainer, space, winners, PROTOCOL, SIZES)
    parts = (networks, others, told, summarise(*found), found[1])
    return Answered(samples, frame, trainer, base, space, *parts)


@pytest.fixture(scope="module")
def of_mine(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    return answered(tmp_path_factory.mktemp("answer"), table())


def exported(of: Answered, side: Any, **changed: Any) -> Predictor:
    told = of.answer.model_copy(update=changed)
    parts = (of.table, of.trainer, of.space, told, of.examined, PROTOCOL, Export(side=side))
    found = fit_on_all_rows(*parts)
    assert isinstance(found, Predictor)
    return found


def test_each_repeat_has_its_winner_and_what_is_left_without_each_recipe(of_mine: Answered) -> None:
    networks = of_mine.networks
    for (protocol, _), rows in networks.groupby(["protocol", "repeat"]):
        (winner,) = rows[rows["variant"] == "winner"].to_dict("records")
        mixture = json.loads(winner["mixture"])
        assert set(mixture) <= {*RECIPES, *FOUNDATIONS} and winner["trials"] == 2
        assert np.isfinite(winner["validation_accuracy"])
        if protocol == "whole":
            assert len(rows) == 1 and winner["train_rows"] == 80
            assert np.isnan(winner["test_accuracy"])
            continue
        recipes = [name for name in mixture if name in RECIPES]
        left = [f"without {name}" for name in recipes]
        assert rows["variant"].tolist() == ["winner", "uncut", "unregularized", *left, "plain"]
        for row in rows.to_dict("records"):
            of_rows = row["test_accuracy_by_row"]
            assert np.nanmean(of_rows) == pytest.approx(row["test_accuracy"], abs=1e-6)
        bare = rows[rows["variant"] == "unregularized"].iloc[0]
        assert set(json.loads(bare["mixture"])) == set(mixture) - set(RECIPES)
        assert bare["seeds"] == winner["seeds"]
    assert networks["protocol"].tolist().count("whole") == 1


def test_every_model_has_a_score_and_one_of_each_repeat_won(of_mine: Answered) -> None:
    others = of_mine.others
    tried = others[~others["won"]].groupby(["protocol", "repeat"])["model"].apply(list)
    assert tried.tolist() == [[*REFERENCES]] * 6
    assert (others.groupby(["protocol", "repeat"])["won"].sum() == 1).all()
    assert others.loc[others["won"], "validation_accuracy"].notna().all()
    fresh = others["protocol"] == "fresh"
    assert others.loc[fresh, "test_accuracy"].notna().all()
    assert others.loc[~fresh, "test_accuracy"].isna().all()


def test_no_row_that_is_tested_on_has_a_part_in_what_is_chosen(
    of_mine: Answered, tmp_path: Path
) -> None:
    tested = (of_mine.samples["split"] == "test").to_numpy()
    lied = of_mine.samples.assign(
        target=np.where(tested, 1 - of_mine.samples["target"], of_mine.samples["target"])
    )
    found = answered(tmp_path, of_mine.table, lied)
    chosen = ["repeat", "mixture", "seeds", "validation_accuracy"]
    pairs = (of_mine.networks, found.networks)
    both = [one.loc[one["variant"] == "winner", chosen].reset_index(drop=True) for one in pairs]
    pd.testing.assert_frame_equal(*both)
    chosen = ["repeat", "model", "setting", "won", "validation_accuracy"]
    pd.testing.assert_frame_equal(of_mine.others[chosen], found.others[chosen])
    total = of_mine.others["test_accuracy"] + found.others["test_accuracy"]
    np.testing.assert_allclose(total.dropna(), 1)


def test_a_search_does_not_see_what_its_finalists_are_compared_by(of_mine: Answered) -> None:
    repeat = repeats_and_whole(of_mine.samples, of_mine.table, of_mine.base, PROTOCOL, 2)[0]
    first, further = held_out(repeat, SIZES), further_ways(repeat, SIZES)
    assert len(first) == 1 and len(further) == 2
    drawn = {rows.x_val.tobytes() for rows in (*first, *further)}
    assert len(drawn) == 3


def test_the_answer_is_the_better_side_of_held_out_rows(of_mine: Answered) -> None:
    answer = of_mine.answer
    held = answer.held_out
    assert answer.side == ("network" if held["network"] > held["other"] else "other")
    assert answer.rows == 80 and answer.train_rows == 56 and answer.repeats == 5
    assert set(answer.compared) == {"answer", "network", "other", "unregularized", "plain"}
    low, high = sorted(answer.compared[side].mean for side in ("network", "other"))
    assert low - 1e-9 <= answer.compared["answer"].mean <= high + 1e-9 or 0 < answer.times < 5
    assert ModelAnswer.model_validate_json(answer.model_dump_json()) == answer


def test_a_recipe_that_is_in_few_networks_is_worth_little_over_all(of_mine: Answered) -> None:
    networks = of_mine.networks[of_mine.networks["variant"].isin(["uncut"])]
    less = networks.head(1).assign(variant="without dropout")
    less = less.assign(test_accuracy=less["test_accuracy"] - 0.1)
    less["test_accuracy_by_row"] = [one - 0.1 for one in less["test_accuracy_by_row"]]
    by = (PROBLEM, Statistics(), nodes.splits_of(PROBLEM, networks), nodes.Plan())
    (worth,) = worths_of(pd.concat([networks, less]), *by)
    assert worth.times == 1 and worth.of == 5 and worth.worth == pytest.approx(0.02)
    assert worth.ci_low < 0.02 < worth.ci_high


def test_columns_are_told_by_name_and_what_tells_nothing_is_worth_nothing(
    of_mine: Answered,
) -> None:
    worths = {one.column: one.importance for one in of_mine.examined.columns}
    assert set(worths) == {"a", "b", "town"} and next(iter(worths)) == "a"
    assert worths["a"] > 0.1 > abs(worths["b"]) and len(of_mine.importance) == 3 * 5
    calibration = of_mine.examined.calibration
    assert calibration is not None and calibration.rows == 5 * 24 and calibration.brier < 0.25


def test_a_network_is_exported_as_it_was_chosen(of_mine: Answered, tmp_path: Path) -> None:
    chosen = {"robust": None, "dropout": 0.2}
    network = of_mine.answer.network.model_copy(update={"mixture": chosen, "seeds": 2, "cut": 0.4})
    predictor = exported(of_mine, "network", network=network)
    predictor.save(tmp_path / "export")
    found = load(tmp_path / "export").predict(of_mine.table)
    pd.testing.assert_frame_equal(found, predictor.predict(of_mine.table))
    assert (found["prediction"] == of_mine.table["y"]).mean() > 0.75
    untempered = replace(predictor, about=predictor.about.model_copy(update={"temperature": 1.0}))
    said = untempered.predict(of_mine.table)
    assert (said["prediction"] == "yes").equals(said["probability of yes"] > 0.4)
    assert len(predictor.model.layers) > 2 and "mean of 2 such networks" in predictor.code
    compile(predictor.code, "model.py", "exec")


def test_another_model_is_exported_and_its_code_makes_the_same(
    of_mine: Answered, tmp_path: Path
) -> None:
    predictor = exported(of_mine, "other")
    predictor.save(tmp_path / "export")
    assert not (tmp_path / "export" / "model.keras").exists()
    loaded = load(tmp_path / "export")
    pd.testing.assert_frame_equal(loaded.predict(of_mine.table), predictor.predict(of_mine.table))
    x = predictor._inputs(of_mine.table)
    y = (of_mine.table["y"] == "yes").to_numpy(int)
    names: dict[str, Any] = {"x_train": x, "y_train": y}
    exec(predictor.code, names)
    np.testing.assert_array_equal(names["model"].predict(x), predictor.model.predict(x))
    about = predictor.about.expected
    assert about["metric"] == "accuracy" and about["ci_low"] <= about["mean"] <= about["ci_high"]


def test_types_that_nobody_knows_are_named_and_refused(of_mine: Answered, tmp_path: Path) -> None:
    neighbors = Reference(type="sklearn.neighbors.KNeighborsClassifier")
    changed = {"model": "mine", "setting": {}, "block": neighbors}
    other = of_mine.answer.other.model_copy(update=changed)
    exported(of_mine, "other", other=other).save(tmp_path / "export")
    with pytest.raises(SpecError, match="KDTree.*regpipe.load") as refused:
        load(tmp_path / "export")
    types = json.loads(
        str(refused.value).partition("trusted=")[2].partition(")")[0].replace("'", '"')
    )
    assert len(load(tmp_path / "export", trusted=types).predict(of_mine.table)) == 80


def said(outputs: list[float], y: list[int], metric: str = "f1") -> Said:
    task = replace(TASKS["binary"], metric=metric, scores={metric: True})  # type: ignore[arg-type]
    shares, targets = np.array(outputs)[:, None], np.array(y, float)[:, None]
    return Said(task, targets, shares, None, np.zeros(len(y)))


def test_a_cut_that_held_out_rows_show_is_chosen() -> None:
    """All rows of the second class are said from 0.3 on, in each way."""
    rng = np.random.default_rng(1)
    ways = []
    for _ in range(3):
        y = rng.integers(0, 2, 60)
        ways.append(said(list(np.where(y, 0.3, 0.05) + rng.uniform(0, 0.1, 60)), list(y)))
    cut = cut_of(ways)
    assert cut is not None and 0.1 < cut < 0.35
    assert all(np.mean(rates_at(way, cut).by_row["f1"]) > 0.95 for way in ways)
    assert all(np.mean(way.by_row["f1"]) < 0.5 for way in ways)


def test_a_cut_that_one_way_shows_by_luck_is_not() -> None:
    rng = np.random.default_rng(2)
    ways = [said(list(rng.uniform(size=40)), list(rng.integers(0, 2, 40)), "accuracy")]
    perfect = [0.2] * 20 + [0.8] * 20, [0] * 20 + [1] * 20
    ways += [said(*perfect, "accuracy") for _ in range(2)]
    assert cut_of(ways[1:]) is None
    assert cut_of(ways[:1]) is None  # one way tells nothing of another


def test_a_metric_of_probabilities_has_no_cut() -> None:
    assert cut_of([said([0.1, 0.9] * 9, [0, 1] * 9, "auc")] * 3) is None
