"""Is an autoencoder judged by what it is for?"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regpipe.engine.job import Job
from regpipe.language import Statistics
from regpipe.measures.codes import Codes, corrupted, probe
from regpipe.measures.measure import Measure
from regpipe.report.sentence import sentence
from regpipe.rows.arrays import Rows, Units, hold_out, rows_of
from regpipe.statistics.answer import Answer, summarise
from regpipe.statistics.overlap import INDEPENDENT
from regpipe.statistics.plan import ALONE
from regpipe.statistics.summary import compare_runs
from tests.conftest import PROBLEMS, arm_called

CODE_SCORES = {"denoising_mse", "probe_accuracy", "sparsity"}


@pytest.fixture(scope="module")
def digits(samples_of: Callable[[str], pd.DataFrame]) -> Rows:
    """The published split of codes."""
    return rows_of(samples_of("codes"), "fixed", arm_called("codes"))[0]


def rows(n: int = 40) -> Rows:
    """Rows of two features, the first of which tells the class."""
    labels = np.arange(n) % 2
    x = np.stack([labels, np.linspace(0, 1, n)], axis=1).astype("float32")
    parts = dict.fromkeys(("train", "val", "score"), labels)
    return Rows(3, x, x, x, x, x, x, labels=parts)


def test_labels_reach_the_measures_and_nothing_else(digits: Rows) -> None:
    from sklearn.datasets import load_digits

    images, classes = load_digits(return_X_y=True)
    for part in ("train", "val", "score"):
        x, y = digits.part(part)
        np.testing.assert_array_equal(x, y)
        assert x.shape[1] == 64  # pixels alone
        class_of = dict(zip(map(bytes, (images / 16).astype("float32")), classes, strict=True))
        assert [class_of[bytes(row)] for row in x] == digits.labels[part].tolist()
    job = Job(arm_called("codes"), {}, digits, seed=1)
    assert replace(job, rows=replace(digits, labels={})).key("compiled") == job.key("compiled")


def test_held_out_rows_keep_their_labels() -> None:
    held = hold_out(rows(), 0.3, seed=5)
    for part in ("train", "val"):
        np.testing.assert_array_equal(held.part(part)[0][:, 0], held.labels[part])
    assert len(held.labels["val"]) == 12


def test_corruption_is_the_same_for_all_fits_on_the_same_rows_alone() -> None:
    one = corrupted(rows(2000), "score", 0.3)
    np.testing.assert_array_equal(one, corrupted(replace(rows(2000), groups=None), "score", 0.3))
    noise = one - rows(2000).x_score
    assert noise.std() == pytest.approx(0.3, rel=0.05) and abs(noise.mean()) < 0.02
    assert (one != corrupted(replace(rows(2000), data_seed=4), "score", 0.3)).all()
    assert (one != corrupted(rows(2000), "train", 0.3)).all()


def test_the_numbers_of_rows_by_hand() -> None:
    def threshold(x: np.ndarray) -> np.ndarray:
        return np.maximum(x - 0.5, 0)

    given = rows()
    scores = Codes(lambda x: x, threshold, given, 0.3).by_row("score")
    noise = corrupted(given, "score", 0.3) - given.x_score
    np.testing.assert_allclose(scores["denoising_mse"], (noise**2).mean(axis=1), rtol=1e-5)
    assert scores["probe_accuracy"].tolist() == [1.0] * 40  # the first unit tells the class
    np.testing.assert_allclose(scores["sparsity"], (given.x_score <= 0.5).mean(axis=1))


def test_a_probe_does_not_care_how_large_a_code_is() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 90)
    codes = rng.normal(size=(90, 5)) + np.eye(3, 5)[labels]
    said = probe(codes, labels)(codes)
    assert 0.5 < (said == labels).mean() < 1  # not so easy that anything would do
    np.testing.assert_array_equal(probe(codes / 1000, labels)(codes / 1000), said)
    assert probe(codes[:5], np.full(5, 2))(codes).tolist() == [2] * 90  # no other class to tell


def test_a_code_that_is_no_number_tells_the_most_frequent_class() -> None:
    def lost(x: np.ndarray) -> np.ndarray:
        return np.full_like(x, np.nan)

    given = rows()
    labels = np.array([1] * 30 + [0] * 10)
    given = replace(given, labels=dict.fromkeys(("train", "score"), labels))
    scores = Codes(lambda x: x, lost, given, 0.3).by_row("score")
    assert scores["probe_accuracy"].mean() == 0.75 and scores["sparsity"].mean() == 0


@pytest.mark.parametrize("name", ["codes", "denoising_autoencoder"])
def test_a_network_is_scored_on_corrupted_inputs_and_by_its_code(name: str, digits: Rows) -> None:
    from regpipe.engine.network import build_architecture, build_model
    from regpipe.engine.weights import weight_names

    arm = arm_called(name)
    architecture = build_architecture(arm, (64,))
    model = build_model(architecture)
    weights = {n: w.numpy() for n, w in zip(weight_names(model), model.weights, strict=True)}
    measure = Measure(arm, architecture, weights, digits.y_train)
    scores = measure.scores(digits)
    assert {f"{side}_{score}" for side in ("train", "test") for score in CODE_SCORES} < set(scores)
    n = len(digits.x_score)
    by_row = measure.scores(replace(digits, units=Units(np.arange(n), n)))
    for score in (*CODE_SCORES, "mse", "loss"):
        mean = np.mean(by_row[f"test_{score}_by_row"])
        assert mean == pytest.approx(scores[f"test_{score}"], rel=1e-6)

    noisy = corrupted(digits, "score", 0.3)
    kernel, bias = weights["code/kernel"], weights["code/bias"]
    restored = np.maximum(noisy @ kernel + bias, 0) @ weights["output/kernel"]
    error = np.mean((restored - digits.x_score) ** 2)
    assert scores["test_denoising_mse"] == pytest.approx(error, rel=1e-4)
    assert scores["test_denoising_mse"] > scores["test_mse"] > 0
    zeros = digits.x_train @ kernel + bias <= 0
    assert scores["train_sparsity"] == pytest.approx(zeros.mean(), abs=1e-3)
    # 256 random features tell digits well; a probe that saw other labels would tell 1 in 10.
    assert 0.8 < scores["test_probe_accuracy"] < 1
    wrong = {**digits.labels, "train": np.roll(digits.labels["train"], 7)}
    assert measure.scores(replace(digits, labels=wrong))["test_probe_accuracy"] < 0.4
    assert measure.score(digits, "train") == {
        score: scores[f"train_{score}"] for score in arm.task.scores
    }


def run_table(**means: float) -> pd.DataFrame:
    n = 6
    table = pd.DataFrame(
        {
            "protocol": ["fixed"] * n + ["fresh"] * n, "repeat": [*range(n)] * 2,
            "data_seed": 1, "fit_seed": range(2 * n), "settings": "same", "outcome": "completed",
            "epochs": 5, "best_epoch": 5, "train_rows": 200, "test_rows": 1597, "seconds": 0.5,
            "guess": np.nan,
        }
    )  # fmt: skip
    spread = 1e-5 * np.array([0, 1, 2, 3, 5, 8] * 2)
    scores = {score: mean + spread for score, mean in means.items()}
    columns = {f"{side}_{name}": x for side in ("train", "test") for name, x in scores.items()}
    return table.assign(**columns)


def answer_about(name: str, **means: float) -> Answer:
    problem = PROBLEMS["codes"]
    scores = {"mse": 2e-4, "loss": 2e-4, "denoising_mse": 0.07, "probe_accuracy": 0.93}
    bare = run_table(**scores, sparsity=0.33)
    made = run_table(**(scores | {"sparsity": 0.33} | means)).assign(
        **{"test_" + score: lambda t, s=score: t["test_" + s] * 1.0001 for score in means}
    )
    compared = compare_runs(bare, made, problem, Statistics(), INDEPENDENT, ALONE)
    parameters = {"statistics": {"confidence": 0.95}}
    return summarise(arm_called(name), bare, made, compared, Statistics(), parameters, {}, ALONE)


def test_a_denoiser_is_judged_by_what_it_restores_and_not_by_its_copies() -> None:
    answer = answer_about(
        "denoising_autoencoder", mse=0.0136, loss=0.0136, denoising_mse=0.0218, sparsity=0.65
    )
    assert (answer.metric, answer.fresh.verdict) == ("denoising_mse", "helps")
    text = sentence(answer)
    assert "over 6 random splits of its rows, test squared error on corrupted" in text
    assert "inputs fell by 48.20 thousandths on average" in text
    assert "Its test loss on clean inputs is higher by 0.013: there it hurts." in text
    assert "share of zeros in the code rose by 32.0 points on average" in text
    assert answer.fresh.baseline["test"].mean == pytest.approx(0.07, abs=1e-4)


def test_a_sparse_code_is_judged_by_its_probe_and_its_zeros_are_told() -> None:
    answer = answer_about("sparse_autoencoder", mse=0.006, loss=0.006, sparsity=0.76)
    assert (answer.metric, answer.fresh.verdict) == ("probe_accuracy", "no difference that matters")
    assert "accuracy of a linear probe stayed the same on average" in sentence(answer)
    assert "share of zeros in the code rose by 43.0 points on average" in sentence(answer)
