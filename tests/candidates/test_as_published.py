"""Does it notice whatever a published number is about, and nothing else?"""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regpipe.candidates.arm import apply, baseline
from regpipe.candidates.as_published import departures, grid_departure, problem_departure
from regpipe.language import Problem, Technique
from regpipe.report.terminal import show_problem
from tests.conftest import blocks, summary_of

SHIPPED = {"problem": blocks("problems")["moons"], "technique": blocks("techniques")["weight_l2"]}
OTHER = {"problem": blocks("problems")["digits"], "technique": blocks("techniques")["max_norm_cnn"]}
STOPS = {**SHIPPED, "technique": blocks("techniques")["early_stopping_patient"]}


def changed(shipped: dict[str, Any], block: str, path: str, value: Any) -> dict[str, Any]:
    """Return the blocks with a value put at a path; None takes away what is there."""
    run = copy.deepcopy(shipped)
    *parents, last = path.split(".")
    inner = run[block]
    for key in parents:
        inner = inner.setdefault(key, {})
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return run


def differences(run: dict[str, Any], shipped: dict[str, Any]) -> dict[str, str | None]:
    technique = Technique(**run["technique"])
    base = baseline(technique.problem, Problem(**run["problem"]))
    return departures(apply("it", technique, base), shipped)


OF_BOTH = [
    (SHIPPED, "training.epochs", 500, "500 epochs instead of 4000"),
    (SHIPPED, "training.batch_size", 8, "batches of 8 rows instead of 32"),
    (
        SHIPPED,
        "training.optimizer",
        {"SGD": {"momentum": 0.9}},
        "optimizer SGD (momentum 0.9) instead of adam",
    ),
    (SHIPPED, "training.loss", "mse", "loss mse instead of binary_crossentropy"),
    (SHIPPED, "training.early_stopping", {"patience": 5}, "with early_stopping"),
    (SHIPPED, "split.train", 50, "50 rows trained on instead of 30"),
    (SHIPPED, "rows.make_moons.noise", 0.3, "make_moons.noise 0.3 instead of 0.2"),
    (SHIPPED, "rows.make_moons.random_state", 2, "make_moons.random_state 2 instead of 1"),
    (
        SHIPPED,
        "rows",
        {"make_circles": {"n_samples": 100, "noise": 0.2, "random_state": 1}},
        "rows of make_circles instead of make_moons",
    ),
    (SHIPPED, "rows", {"table": "mine", "target": "y"}, "rows of a table instead of make_moons"),
    (SHIPPED, "standardise", ["features"], "standardise features instead of nothing"),
    (SHIPPED, "metric", "auc", "metric auc instead of accuracy"),
    (SHIPPED, "network.hidden.Dense.units", 20, "hidden.Dense.units 20 instead of 500"),
    (OTHER, "network.conv2", None, "without the layer conv2"),
    (OTHER, "split.stratify", False, "split.stratify"),
    (OTHER, "split.random_state", 7, "random_state 7 instead of 1"),
]


@pytest.mark.parametrize(("shipped", "path", "value", "says"), OF_BOTH)
def test_what_the_problem_changes_departs_in_both_arms(
    shipped: dict[str, Any], path: str, value: Any, says: str
) -> None:
    run = changed(shipped, "problem", path, value)
    if path == "network.conv2":  # which the technique names
        run["technique"] = {**run["technique"], "network": {}}
    found = differences(run, shipped)
    assert found["baseline"] and found["technique"]
    assert says.removeprefix("split.") in found["baseline"]


@pytest.mark.parametrize(
    ("shipped", "path", "value", "says"),
    [
        (
            SHIPPED,
            "network.hidden.kernel_regularizer.l2",
            0.01,
            "hidden.Dense.kernel_regularizer.l2 0.01 instead of 0.001",
        ),
        (
            SHIPPED,
            "network.mask",
            {"Dropout": {"rate": 0.4}, "after": "hidden"},
            "with the layer mask",
        ),
        (SHIPPED, "training.epochs", 10, "10 epochs instead of 4000"),
        (STOPS, "training.early_stopping.patience", 5, "early_stopping.patience 5 instead of 200"),
        (STOPS, "training.early_stopping", None, "without early_stopping"),
    ],
)
def test_what_the_technique_changes_departs_in_its_arm_alone(
    shipped: dict[str, Any], path: str, value: Any, says: str
) -> None:
    assert differences(changed(shipped, "technique", path, value), shipped) == {
        "baseline": None,
        "technique": says,
    }


@pytest.mark.parametrize(
    ("block", "path", "value"),
    [
        ("problem", "title", "Other words"),
        ("problem", "smallest_difference", {"accuracy": 0.02}),
        ("problem", "standardise", []),  # as without the key
        ("problem", "rows.make_moons.noise", 0.20),
        ("technique", "explanation", "Other words."),
        ("technique", "grid", {"network.hidden.kernel_regularizer.l2": [0.1, 0.2]}),
    ],
)
def test_words_and_statistics_may_be_others(block: str, path: str, value: Any) -> None:
    found = differences(changed(SHIPPED, block, path, value), SHIPPED)
    assert found == {"baseline": None, "technique": None}


def test_of_many_differences_a_few_are_told() -> None:
    run = changed(SHIPPED, "problem", "training.epochs", 500)
    run = changed(run, "problem", "split.train", 50)
    run = changed(run, "problem", "network.hidden.Dense", {"units": 20, "activation": "tanh"})
    found = differences(run, SHIPPED)["baseline"]
    assert found and found.endswith(", and 1 more") and found.count("instead of") == 3


@pytest.mark.parametrize(
    ("block", "path", "value", "says"),
    [
        ("technique", "network.hidden.kernel_regularizer.l2", 0.01, None),  # the grid puts its own
        ("technique", "training.epochs", 10, "10 epochs instead of 4000"),
        ("problem", "training.epochs", 10, "10 epochs instead of 4000"),
        (
            "technique",
            "grid",
            {"network.hidden.kernel_regularizer.l2": [0.1, 0.2]},
            "other values of the grid",
        ),
    ],
)
def test_the_points_of_a_grid_are_about_its_values(
    block: str, path: str, value: Any, says: str | None
) -> None:
    run = changed(SHIPPED, block, path, value)
    run["technique"].pop("grid_published")
    technique = Technique(**run["technique"])
    base = baseline(technique.problem, Problem(**run["problem"]))
    assert grid_departure("it", technique, base, SHIPPED) == says


def test_blocks_are_as_shipped_whatever_environment_changes_them(project: Path) -> None:
    """`conf/base` as written; and what only another environment has, as written there."""
    own = {
        "mine": {**SHIPPED["problem"], "training": {**SHIPPED["problem"]["training"], "epochs": 7}}
    }
    local = project / "conf" / "local"
    (local / "problems.yml").write_text(
        yaml.safe_dump({**own, "moons": {"training": {"epochs": 9}}})
    )
    technique = {**SHIPPED["technique"], "problem": "mine"}
    mine = {"l2_of_mine": technique, "dropout": {"title": "Another"}}
    (local / "techniques.yml").write_text(yaml.safe_dump(mine))
    script = """
from pathlib import Path
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
from regpipe.pipeline_registry import register_pipelines
for name in ("weight_l2", "l2_of_mine"):
    (answer,) = [n for n in register_pipelines()[name].nodes if n.name == f"{name}.answer"]
    print(answer.func.keywords["shipped"]["problem"]["training"]["epochs"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["4000", "7"], done.stderr


def test_a_run_with_fewer_epochs_says_so_and_judges_nothing(tiny_run: Path) -> None:
    fixed = summary_of(tiny_run, "weight_l2")["fixed"]
    assert fixed["published"]["test"] == 0.943 and fixed["reproduced"] is None
    assert fixed["not_comparable"] == fixed["baseline_not_comparable"] == "5 epochs instead of 4000"
    assert fixed["missed"] == fixed["also_baseline"] == []


def test_a_problem_by_itself_has_published_numbers_beside_it_where_it_is_as_published(
    tiny_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = pd.read_csv(tiny_run / "07_model_output" / "moons" / "runs.csv")
    block = SHIPPED["problem"]
    show_problem("moons", Problem(**block), runs)
    assert "0.914" in capsys.readouterr().out
    other = Problem(**changed(SHIPPED, "problem", "training.epochs", 5)["problem"])
    show_problem("moons", other, runs, problem_departure("moons", other, block))
    text = capsys.readouterr().out
    assert "not comparable: 5 epochs instead of 4000." in text and "0.914" not in text
    stand_in = Problem(**block, stand_in="Others.")
    show_problem("moons", stand_in, runs)
    text = capsys.readouterr().out
    assert "stand-in: can't tell. Others." in text and "0.914" not in text
