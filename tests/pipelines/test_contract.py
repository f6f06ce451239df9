"""What a run leaves behind: others read these files by path and column."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.rows.samples import feature_names
from tests.conftest import PROBLEMS, TECHNIQUES, arm_called, summary_of

RUNS = {
    "technique", "problem", "protocol", "repeat", "data_seed", "fit_seed", "outcome", "epochs",
    "best_epoch", "train_loss", "test_loss", "train_rows", "test_rows", "seconds",
}  # fmt: skip
PICTURES = {"card", "samples", "learning_curves", "paired_differences", "weight_norms"}
LOOKS = {
    "binary": ("decision_boundary", "surfaces.parquet"),
    "multiclass": ("confusion", "confusions.csv"),
    "regression": ("predicted_true", "predictions.parquet"),
    "reconstruction": ("reconstructions", "reconstructions.parquet"),
}
# One or two of each problem; `test_every_block` trains all of them.
CHOSEN = [
    "early_stopping_refit", "dropout", "label_smoothing", "weight_l2_layers",
    "early_stopping_regression", "spatial_dropout", "temporal_activity", "sparse_autoencoder",
    "dropout_100", "sparse_autoencoder_lstm",
]  # fmt: skip
ARMS = [*PROBLEMS, *CHOSEN]


@pytest.fixture(scope="module")
def everything(run: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a tiny run of the chosen techniques."""
    assert {TECHNIQUES[name].problem for name in CHOSEN} == set(PROBLEMS)
    root = tmp_path_factory.mktemp("everything")
    run(*CHOSEN, data_root=root)
    return root


@pytest.mark.parametrize("name", ["circles_screen", "circles_cocktail"])
def test_what_belongs_to_a_problem_is_one_box_of_viz(run: Callable[..., None], name: str) -> None:
    from regpipe.pipeline_registry import register_pipelines

    pipeline = register_pipelines()[name]
    assert {str(node.namespace).partition(".")[0] for node in pipeline.nodes} == {"circles"}
    screen = {"circles_screen.report", "circles_screen.pages"}
    cocktail = {"circles_cocktail.report", "circles_cocktail.technique"}
    baseline = {"circles.model", "circles.learning_curves_plot"}
    assert pipeline.outputs() <= screen | cocktail | baseline


def test_the_default_is_every_problem_and_every_technique(run: Callable[..., None]) -> None:
    from regpipe.pipeline_registry import register_pipelines

    pipelines = register_pipelines()
    makes = {output for node in pipelines["__default__"].nodes for output in node.outputs}
    for name in (*PROBLEMS, *TECHNIQUES, "weight_l2_grid", "stopping_rules", "variance"):
        assert pipelines[name].all_outputs() <= makes


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_leaves_its_runs_and_its_model(arm: str, everything: Path) -> None:
    from regpipe.backend import keras
    from regpipe.engine.weights import weight_names

    output = everything / "07_model_output" / arm
    runs = pd.read_csv(output / "runs.csv")
    made = arm_called(arm)
    task, first = made.task, next(iter(made.layers))
    *_, last = (name for name, layer in made.layers.items() if layer.kind == "Dense")
    scores = {f"{side}_{score}" for side in ("train", "test") for score in task.scores}
    assert set(runs.columns) >= RUNS | scores
    assert set(runs["technique"]) == {"baseline" if arm in PROBLEMS else arm}
    assert list(zip(runs["protocol"], runs["repeat"], strict=True)) == [
        ("fixed", 0), ("fixed", 1), ("fresh", 0), ("fresh", 1),
    ]  # fmt: skip
    assert set(runs["outcome"]) <= {"completed", "stopped"}
    epochs = 2 if made.problem == "digits" else 5
    assert (runs["epochs"] == epochs).eq(runs["outcome"] == "completed").all()
    assert (runs["best_epoch"] <= runs["epochs"]).all()
    assert np.isfinite(runs[sorted(scores)]).all(axis=None)
    assert {f"norm_{last}", f"activation_{first}", f"zeros_{first}"} <= set(runs.columns)
    assert (output / LOOKS[task.name][1]).stat().st_size

    history = pd.read_parquet(output / "history.parquet")
    assert list(history.columns) == ["protocol", "repeat", "epoch", *task.logs]
    epochs = history.groupby(["protocol", "repeat"])["epoch"].apply(list)
    assert epochs.tolist() == [list(range(1, last + 1)) for last in runs["epochs"]]

    models = everything / "06_models" / arm
    weights = np.load(models / "weights.npz", allow_pickle=False)
    model = keras.models.load_model(models / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(model.get_layer(last).kernel, weights[f"fixed/{last}/kernel"][0])
    samples = pd.read_parquet(everything / "03_primary" / runs["problem"][0] / "samples.parquet")
    for fit in runs.to_dict("records"):
        protocol, repeat = fit["protocol"], fit["repeat"]
        for name, weight in zip(weight_names(model), model.weights, strict=True):
            weight.assign(weights[f"{protocol}/{name}"][repeat])
        draw = samples[samples["protocol"] == protocol]
        draw = draw[draw["repeat"] == (repeat if protocol == "fresh" else 0)]
        split = "score" if (draw["split"] == "score").any() else "test"
        scored = draw[draw["split"] == split]
        x = scored[feature_names(samples)].to_numpy()
        outputs = np.asarray(model(x.reshape(-1, *model.input_shape[1:])))
        metric = f"test_{task.logged}"
        expected = scored_by_hand(task.name, x, scored["target"].to_numpy(), outputs)
        assert fit[metric] == pytest.approx(expected, rel=1e-4), metric
    assert zipfile.is_zipfile(models / "model.keras")
    assert (models / "architecture.json").stat().st_size


def scored_by_hand(task: str, x: np.ndarray, y: np.ndarray, outputs: np.ndarray) -> float:
    """Return the accuracy or the mean squared error of a network's outputs."""
    if task == "binary":
        return float(np.mean((outputs[:, 0] > 0.5) == y))
    if task == "multiclass":
        return float(np.mean(outputs.argmax(axis=1) == y))
    return float(np.mean((outputs - (x if task == "reconstruction" else y[:, None])) ** 2))


@pytest.mark.parametrize("technique", CHOSEN)
def test_every_technique_leaves_its_answer_and_its_pictures(
    technique: str, everything: Path
) -> None:
    summary = summary_of(everything, technique)
    assert summary["technique"] == technique
    assert summary["problem"] == TECHNIQUES[technique].problem
    published_stopping = {"early_stopping", "early_stopping_patient", "early_stopping_checkpoint"}
    task = arm_called(technique).task
    assert (summary["metric"], summary["leak"]) == (task.metric, technique in published_stopping)
    assert set(summary["fresh"]["difference"]) == set(task.scores)
    tables = {"diabetes", "digits", "codes"}
    assert (summary["fresh"]["rows"] == "new splits") == (summary["problem"] in tables)
    for protocol in ("fixed", "fresh"):
        assert summary[protocol]["repeats"] == 2
        for arm in ("baseline", "technique"):
            for side in ("train", "test"):
                numbers = summary[protocol][arm][side]
                assert set(numbers) == {"mean", "sd", "min", "max"}
                assert numbers["min"] <= numbers["mean"] <= numbers["max"]
    for difference in summary["fresh"]["difference"].values():
        assert (difference["ci_low"], difference["p_value"]) == (None, None)  # of two pairs
        assert 0 <= difference["p_better"] <= 1
    assert summary["fresh"]["verdict"] == "too few"
    published = TECHNIQUES[technique].published
    assert (summary["fixed"]["published"] is None) == (published is None)
    assert summary["fixed"]["reproduced"] is None  # of so few epochs
    assert "instead of" in summary["fixed"]["not_comparable"]

    folder = everything / "08_reporting" / technique
    assert {p.stem for p in folder.glob("*.png")} == PICTURES | {LOOKS[task.name][0]}


def test_arms_of_a_repeat_share_rows_and_seeds(everything: Path) -> None:
    tables = [
        pd.read_csv(everything / "07_model_output" / arm / "runs.csv")[
            ["protocol", "repeat", "data_seed", "fit_seed"]
        ]
        for arm in ("circles", "dropout", "label_smoothing")
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], table)
    fresh = tables[0][tables[0]["protocol"] == "fresh"]
    assert fresh["data_seed"].is_unique and fresh["fit_seed"].is_unique


def test_the_answer_says_what_it_was_run_with(everything: Path) -> None:
    run = summary_of(everything, "dropout")["run"]
    parameters = run["parameters"]
    assert parameters["circles"]["training"]["epochs"] == 5
    assert parameters["dropout"]["network"]["mask"]["Dropout"]["rate"] == 0.4
    assert parameters["protocol"]["fresh"]["repeats"] == 2
    assert parameters["engine"] == "compiled"
    assert {"regpipe", "kedro", "keras", "tensorflow"} <= set(run["versions"])
    assert run["machine"]["cores"] >= 1
    assert len(run["seeds"]["fresh"]["fit_seed"]) == 2
    assert run["seconds"] > 0


@pytest.mark.usefixtures("keras_without_xla", "without_iterators")
def test_the_slow_reference_leaves_the_same_behind(
    run: Callable[..., None], tmp_path: Path, tiny_run: Path
) -> None:
    """Deterministic arms, full batch: both engines have to give the same numbers."""
    run("weight_l2", data_root=tmp_path, engine="keras")
    tables = {}
    for engine, root in (("compiled", tiny_run), ("keras", tmp_path)):
        runs = pd.read_csv(root / "07_model_output" / "weight_l2" / "runs.csv")
        tables[engine] = runs.drop(columns="seconds")
        assert summary_of(root, "weight_l2")["run"]["parameters"]["engine"] == engine
    pd.testing.assert_frame_equal(tables["compiled"], tables["keras"], rtol=1e-4)


def test_overrides_reach_the_network_and_the_record(
    run: Callable[..., None], tmp_path: Path, tiny_run: Path
) -> None:
    override = {"network": {"hidden": {"kernel_regularizer": {"l2": 0.5}}}}
    protocol = {"fixed": {"repeats": 2}, "fresh": {"repeats": 3, "score_rows": 100}}
    run("weight_l2", data_root=tmp_path, weight_l2=override, protocol=protocol)
    usual, other = summary_of(tiny_run, "weight_l2"), summary_of(tmp_path, "weight_l2")
    recorded: Any = other["run"]["parameters"]["weight_l2"]["network"]
    assert recorded["hidden"]["kernel_regularizer"]["l2"] == 0.5
    assert (usual["fresh"]["repeats"], other["fresh"]["repeats"]) == (2, 3)
    architecture = (tmp_path / "06_models" / "weight_l2" / "architecture.json").read_text()
    assert '"l2": 0.5' in architecture
    norms = [
        pd.read_csv(root / "07_model_output" / "weight_l2" / "runs.csv")["norm_hidden"][0]
        for root in (tiny_run, tmp_path)
    ]
    assert norms[1] < norms[0]
    assert arm_called("weight_l2").layers["hidden"].arguments["kernel_regularizer"]["l2"] == 0.001


def test_an_arm_that_always_diverges_is_an_answer_too(
    run: Callable[..., None], tmp_path: Path
) -> None:
    """Every picture is drawn and every file is written."""
    optimizer = {"optimizer": {"SGD": {"learning_rate": 1e30}}}
    protocol = {"fixed": {"repeats": 2}, "fresh": {"repeats": 6, "score_rows": 100}}
    diverging = {"training": optimizer}
    run("weight_l2", data_root=tmp_path, weight_l2=diverging, protocol=protocol, drawn=True)
    summary = summary_of(tmp_path, "weight_l2")
    assert summary["fresh"]["diverged"] == {"baseline": 0, "technique": 6}
    assert summary["fresh"]["verdict"] == "hurts"
    assert summary["fresh"]["difference"]["accuracy"]["wins"] == 0
    assert 0.3 < summary["fresh"]["technique"]["test"]["mean"] < 0.7  # as one who guesses
    pictures = {p.stem for p in (tmp_path / "08_reporting" / "weight_l2").glob("*.png")}
    assert pictures == {*PICTURES, "decision_boundary"}
