"""As many repeats as it takes: decided techniques spend no more."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter

from regpipe.pipelines.looks import Look
from regpipe.pipelines.technique.nodes import plot_weight_norms
from regpipe.statistics.overlap import INDEPENDENT
from regpipe.statistics.paired import goes_on
from regpipe.statistics.summary import compare_pairs, pair_runs
from tests.conftest import PROBLEMS, arm_called, summary_of

ANALYSES = [10, 15, 20, 25]
PROTOCOL = {
    "fixed": {"repeats": 2},
    "fresh": {"repeats": "auto", "at_most": 25, "batch": 5, "score_rows": 500},
}
# Nothing is too small to interest anyone here, so what makes no difference stays undecided.
STATISTICS = {"smallest_difference": {"accuracy": 1e-9}}
METRICS = {"weight_l2": "accuracy", "weight_l1": "accuracy", "max_norm": "loss"}
RUINED = {"network": {"hidden": {"kernel_regularizer": {"l2": 100.0}}}}


@pytest.fixture(scope="module")
def root(run: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a run in which one technique is ruined and others hardly do anything."""
    folder = tmp_path_factory.mktemp("auto")
    run(
        "weight_l2", "weight_l1", "max_norm", data_root=folder, protocol=PROTOCOL,
        statistics=STATISTICS, weight_l2=RUINED, max_norm={"metric": METRICS["max_norm"]},
        moons={"training": {"epochs": 40}},
    )  # fmt: skip
    return folder


def runs_of(root: Path, arm: str) -> pd.DataFrame:
    return pd.read_csv(root / "07_model_output" / arm / "runs.csv")


def fresh(runs: pd.DataFrame, until: int | None = None) -> pd.DataFrame:
    chosen = runs[runs["protocol"] == "fresh"]
    return chosen if until is None else chosen[chosen["repeat"] < until]


def test_what_is_plain_to_see_is_decided_soon(root: Path) -> None:
    answer = summary_of(root, "weight_l2")
    assert answer["fresh"]["verdict"] == "hurts" and answer["fresh"]["repeats"] < ANALYSES[-1]
    assert len(fresh(runs_of(root, "weight_l2"))) == answer["fresh"]["repeats"]


def test_the_baseline_is_there_for_whoever_needs_most(root: Path) -> None:
    assert len(fresh(runs_of(root, "moons"))) == ANALYSES[-1]


@pytest.mark.parametrize("technique", METRICS)
def test_it_goes_on_exactly_until_it_is_decided(root: Path, technique: str) -> None:
    bare, with_it = runs_of(root, "moons"), runs_of(root, technique)
    done = json.loads((root / "07_model_output" / technique / "repeats.json").read_text())
    assert done == {"fixed": 2, "fresh": len(fresh(with_it))} and done["fresh"] in ANALYSES
    look = TypeAdapter(Look).validate_json(
        (root / "07_model_output" / technique / "look.json").read_text()
    )
    problem, metric, statistics = PROBLEMS["moons"], METRICS[technique], look.statistics
    smallest = problem.smallest_differences(statistics)[metric]
    pairs = fresh(pair_runs(bare, with_it)).sort_values("repeat")
    comparisons = [
        compare_pairs(pairs[:n], metric, problem, statistics, INDEPENDENT, look.plan)
        for n in ANALYSES
        if n <= done["fresh"]
    ]
    went_on = [goes_on(found, smallest, 0.95, look.plan) for found in comparisons]
    assert all(went_on[:-1]) and (not went_on[-1] or done["fresh"] == ANALYSES[-1])
    assert summary_of(root, technique)["fresh"]["verdict"] == comparisons[-1].verdict


def test_the_baseline_is_told_over_the_same_repeats(root: Path) -> None:
    pairs = fresh(pair_runs(runs_of(root, "moons"), runs_of(root, "weight_l2")))
    mean = summary_of(root, "weight_l2")["fresh"]["baseline"]["test"]["mean"]
    assert len(pairs) < ANALYSES[-1] and mean == pytest.approx(pairs["test_accuracy_b"].mean())


def test_pictures_show_both_arms_over_the_same_repeats(root: Path) -> None:
    bare, with_it = runs_of(root, "moons"), runs_of(root, "weight_l2")
    figure = plot_weight_norms(bare, with_it, arm_called("weight_l2"))
    dots = [len(points.get_offsets()) for points in figure.axes[0].collections[::2]]
    assert dots == [2, 2, *[len(fresh(with_it))] * 2] and len(fresh(bare)) > dots[-1]


def test_no_fit_is_trained_twice(root: Path) -> None:
    arms = ["moons", "weight_l2", "weight_l1", "max_norm"]
    fits = sum(len(runs_of(root, arm)) for arm in arms)
    assert len(list((root / "06_models" / "fits").rglob("*.npz"))) == fits


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"at_most": 8}, "at_most: 8 repeats are over before the first interim analysis, after 10"),
        ({"repeats": "automatic"}, "protocol.fresh.repeats"),
        ({"batch": 1}, "protocol.fresh.batch"),
    ],
)
def test_what_cannot_be_analysed_is_refused(changes: dict[str, Any], expected: str) -> None:
    from regpipe.errors import SpecError
    from regpipe.language import Protocol
    from regpipe.language.reading import parse

    block = {"fresh": {**PROTOCOL["fresh"], **changes}}
    with pytest.raises(SpecError, match=expected):
        parse(Protocol, block, "protocol")
