"""The code that a page offers: it runs in plain Keras and builds the same as the engine."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from regpipe.ingredients.class_weights import class_weights, row_weights

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.language import Technique, Training
from regpipe.report.keras_code import keras_code
from regpipe.report.python_text import Code, call, comment, literal, statement
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, PROJECT, TECHNIQUES, arm_called

SHAPES = {
    "moons": (2,),
    "circles": (2,),
    "football": (2,),
    "diabetes": (10,),
    "digits": (8, 8, 1),
    "waves": (25, 1),
    "codes": (64,),
}
ROWS = 20
SGD = {"SGD": {"learning_rate": 0.0}}  # leaves the weights alone


def code_of(arm: Arm) -> str:
    return keras_code(arm, SHAPES[arm.problem])


def rows_for(arm: Arm) -> dict[str, np.ndarray]:
    """Return random rows by the names that the code expects."""
    random, shape = np.random.default_rng(1), SHAPES[arm.problem]
    rows = {}
    for part, n in (("train", ROWS), ("test", 8)):
        rows[f"x_{part}"] = x = random.normal(size=(n, *shape)).astype("float32")
        classes = random.integers(0, 2, (n, 1)).astype("float32")
        rows[f"y_{part}"] = x if arm.task.name == "reconstruction" else classes
    return rows


def run(arm: Arm) -> dict[str, Any]:
    """Return what the code leaves behind."""
    namespace: dict[str, Any] = {"__name__": "pasted", **rows_for(arm)}
    exec(compile(code_of(arm), arm.name, "exec"), namespace)
    return namespace


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """Record calls of `fit` in place of training."""
    from regpipe.backend import keras

    recorded: list[SimpleNamespace] = []

    def fit(model: Any, x: Any, y: Any, **arguments: Any) -> SimpleNamespace:
        for callback in arguments.get("callbacks", []):
            callback.on_train_begin()
        recorded.append(SimpleNamespace(model=model, x=x, y=y, **arguments))
        return SimpleNamespace(history={"loss": [0.5, 0.4]})

    monkeypatch.setattr(keras.Sequential, "fit", fit)
    monkeypatch.setattr(keras.Sequential, "load_weights", lambda *_: None)
    monkeypatch.setattr(keras.Sequential, "evaluate", lambda *_, **__: {})
    return recorded


def plain(config: Any) -> Any:
    """Return a config without tuples, and without where a class of ours comes from."""
    if isinstance(config, dict):
        ours = {"module", "registered_name"} if config.get("registered_name") else set()
        return {key: plain(value) for key, value in config.items() if key not in ours}
    return [plain(item) for item in config] if isinstance(config, list | tuple) else config


@pytest.mark.parametrize("name", [*PROBLEMS, *TECHNIQUES])
def test_it_builds_and_compiles_what_the_engine_trains(
    name: str, fits: list[SimpleNamespace], tmp_path: Path
) -> None:
    from regpipe.backend import keras
    from regpipe.engine.keras_objects import make_loss, make_optimizer
    from regpipe.engine.network import build_architecture, build_model
    from regpipe.engine.reference import KerasLoop, RuleCallback

    arm = arm_called(name)
    training = arm.training
    architecture = build_architecture(arm, SHAPES[arm.problem])
    ours = build_model(architecture)
    run(arm)
    model, first = fits[0].model, fits[0]

    layers = list(zip(ours.layers, model.layers, strict=True))
    for expected, found in layers:
        assert plain(found.get_config()) == plain(expected.get_config())
        assert found.__class__ is expected.__class__
        if penalty := expected.activity_regularizer:
            array = np.random.default_rng(1).normal(size=(3, 4, 5)).astype("float32")
            assert float(found.activity_regularizer(array)) == pytest.approx(float(penalty(array)))
            assert "regpipe" not in str(found.activity_regularizer.__class__)
    assert (model.input_shape, model.output_shape) == (ours.input_shape, ours.output_shape)

    optimizer = make_optimizer(training)
    assert isinstance(model.optimizer, optimizer.__class__)
    found, expected = (
        plain(one.get_config()) | {"name": ""} for one in (model.optimizer, optimizer)
    )
    assert found == expected
    loss = make_loss(training.loss)
    if isinstance(training.loss, str):
        assert keras.losses.get(model.loss) is loss
    else:
        assert model.loss.__class__ is loss.__class__
        assert model.loss.get_config() == loss.get_config()
    assert model.get_compile_config()["metrics"] == [arm.task.logged]

    asked = (training.epochs, training.batch_size, training.shuffle, training.validation_freq)
    freq = getattr(first, "validation_freq", 1)
    assert (first.epochs, first.batch_size, first.shuffle, freq) == asked
    held = round((training.validation_split or 0) * ROWS)
    assert (len(first.x), len(first.y)) == (ROWS - held, ROWS - held)
    assert len(first.validation_data[0]) == (held or 8)

    reference = KerasLoop(arm, architecture)._callbacks(tmp_path)
    found_callbacks = [c for c in getattr(first, "callbacks", []) if type(c).__name__ != "Ramp"]
    for expected, found in zip(reference, found_callbacks, strict=True):
        if isinstance(expected, RuleCallback):
            assert type(found).__name__ == "StopWhen"
        else:
            assert type(found) is type(expected)
            assert settings(found) == settings(expected)


def settings(callback: Any) -> dict[str, Any]:
    """Return what a callback of Keras was made with."""
    names = ("monitor", "mode", "min_delta", "patience", "baseline", "start_from_epoch")
    names += ("restore_best_weights", "save_best_only", "save_weights_only", "save_freq")
    return {name: getattr(callback, name) for name in names if hasattr(callback, name)}


def test_every_block_is_formatted_and_the_same_each_time(tmp_path: Path) -> None:
    for name in [*PROBLEMS, *TECHNIQUES]:
        code = code_of(arm_called(name))
        assert code == code_of(arm_called(name))
        assert max(map(len, code.splitlines())) <= 88
        (tmp_path / f"{name}.py").write_text(code)
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run(
        [*ruff, "format", "--isolated", "--check", "--quiet", "--line-length=88", tmp_path],
        check=True,
    )
    found = ["check", "--isolated", "--select=E,F,I", "--ignore=F821", "--quiet", tmp_path]
    subprocess.run([*ruff, *found], check=True)  # F821: the rows aren't defined


def test_it_imports_neither_keras_nor_tensorflow() -> None:
    told = (
        "import sys\n"
        "from regpipe.report.keras_code import keras_code\n"
        "from tests.conftest import TECHNIQUES, arm_called\n"
        "for name in TECHNIQUES: keras_code(arm_called(name), (2,))\n"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    asked = [sys.executable, "-c", told]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=PROJECT)
    assert said.stdout == "[]\n"


EVIL = [
    '"); raise SystemExit("',
    "'); raise SystemExit('",
    "both \" and ' \\",
    "line\nraise SystemExit\n",
    '"""',
    "{x} % \\N{DASH} \u2028",
]


@pytest.mark.parametrize("evil", EVIL)
def test_no_value_breaks_out_of_the_code(evil: str) -> None:
    technique = Technique(
        title="",
        family="other",
        explanation="",
        problem="moons",
        network={"hidden": {"kernel_initializer": {"VarianceScaling": {"mode": evil}}}},
        training={"optimizer": {"Adam": {"learning_rate": evil}}},
    )
    base = baseline("moons", PROBLEMS["moons"])
    tree = ast.parse(code_of(apply("evil", technique, base)))
    assert [type(node) for node in tree.body] == [ast.Import, ast.Assign] + [ast.Expr] * 3
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert strings.count(evil) == 2


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a name of Python"):
        call("keras.layers.Dense", **{"x=1); import os; f(y": 1})
    arm = arm_called("weight_l2_ramp")
    assert arm.training.ramp is not None
    ramp = arm.training.ramp.model_copy(update={"strength": "hidden.x = 1; import os.l2"})
    changed = replace(arm, training=arm.training.model_copy(update={"ramp": ramp}))
    with pytest.raises(ValueError, match="Expected a path of names"):
        code_of(changed)


def test_values_are_written_so_that_python_reads_the_same() -> None:
    values = [1, 1.0, 1e-300, True, None, "a'b", [1, [2]], (1,), (), {"a": {"b": []}}, *EVIL]
    for value in values:
        assert ast.literal_eval(literal(value)) == value
    assert eval(literal([float("inf")])) == [float("inf")]
    long = {"key": list(range(60)), "other": tuple("abcdefghij" * 3)}
    text = statement("long = ", long, 4)
    assert ast.literal_eval(text.strip().removeprefix("long = ")) == long
    assert max(map(len, text.splitlines())) <= 88
    assert statement("f = ", call("f", Code("x"), key="y")) == 'f = f(x, key="y")'
    assert all(line.startswith("# ") for line in comment("word " * 40 + "\nx = 1").splitlines())


# --- what Keras lacks, against the engine's own

RULES: list[dict[str, Any]] = [
    {"rule": "generalization_loss", "alpha": 5},
    {"rule": "progress_quotient", "alpha": 0.75, "strip": 5},
    {"rule": "progress_quotient", "alpha": 2, "strip": 2},
    {"rule": "successive_increases", "strips": 2, "strip": 3},
    {"rule": "successive_increases", "strips": 1, "strip": 1},
    {"rule": "average_change", "epochs": 4, "threshold": 0.05},
    {"rule": "average_change", "epochs": 3, "threshold": 0.05, "monitor": "val_accuracy"},
    {"rule": "absolute_change", "epochs": 3, "threshold": 0.01},
    {"rule": "below", "value": 0.3},
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_a_rule_to_stop_by_does_what_the_engines_does(
    rule: dict[str, Any], fits: list[SimpleNamespace]
) -> None:
    from regpipe.engine.stopping import rules_of

    from regpipe.backend import tf

    arm = arm_called("moons", stop_when=rule, validation_split=0.3)
    theirs = rules_of(arm.training, arm.task.logs)[0]
    ours = run(arm)["stop_when"]
    stops = 0
    for seed in range(6):
        steps = np.random.default_rng(seed).normal(0, [0.001, 0.02, 0.02, 0.02], (30, 4))
        numbers = (0.4 + steps.cumsum(0)).astype("float32")
        theirs.reset(None)
        ours.set_model(SimpleNamespace(get_weights=list, set_weights=list, stop_training=False))
        ours.on_train_begin()
        for epoch, row in enumerate(numbers):
            _, stop = theirs.update(tf.constant(epoch), tf.constant(row))
            ours.on_epoch_end(epoch, dict(zip(arm.task.logs, row.tolist(), strict=True)))
            assert ours.model.stop_training == bool(stop)
            assert ours.best_epoch + 1 == theirs.best
            stops += bool(stop)
            ours.model.stop_training = False
    assert stops  # else nothing was compared


def test_noise_on_gradients_has_the_variance_of_its_formula(fits: list[SimpleNamespace]) -> None:
    from regpipe.backend import keras

    optimizer = {"SGD": {"learning_rate": 1.0}}
    run(arm_called("noise_gradients", optimizer=optimizer))
    weights = keras.Variable(np.zeros(40_000))
    for step in range(3):
        before = weights.numpy()
        fits[0].model.optimizer.apply([keras.ops.zeros(40_000)], [weights])
        spread = np.std(weights.numpy() - before)
        assert spread == pytest.approx(np.sqrt(0.3 / (1 + step) ** 0.55), rel=0.02)


@pytest.mark.parametrize(
    ("arm", "mean", "spread"),
    [
        (arm_called("noise_labels", label_noise={"rate": 0.4}), 0.2, 0.4),
        (arm_called("noise_labels_regression"), 0.0, 0.2),
    ],
)
def test_noise_on_labels_is_that_of_the_ingredient(
    arm: Arm,
    mean: float,
    spread: float,
    fits: list[SimpleNamespace],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from regpipe.backend import keras

    run(arm)
    monkeypatch.setattr(keras.Sequential, "train_step", lambda _, data: data[1])
    noisy = np.asarray(fits[0].model.train_step((None, np.zeros((40_000, 1), int))))
    assert noisy.shape == (40_000, 1)
    assert noisy.mean() == pytest.approx(mean, abs=0.01)
    assert noisy.std() == pytest.approx(spread, abs=0.01)


# --- trained by Keras


def test_noise_of_all_kinds_trains_and_leaves_clean_weights() -> None:
    from regpipe.backend import keras

    keras.utils.set_random_seed(1)
    arm = arm_called(
        "noise_weights",
        epochs=2,
        optimizer=SGD,
        label_noise={"rate": 0.1},
        gradient_noise={},
        weight_noise={"stddev": 100.0},
    )
    model = run(arm)["model"]
    keras.utils.set_random_seed(1)
    fresh = keras.Sequential([keras.layers.Dense(500), keras.layers.Dense(1)])
    fresh.build((None, 2))
    for found, drawn in zip(model.get_weights(), fresh.get_weights(), strict=True):
        np.testing.assert_array_equal(found, drawn)  # as at the beginning
    logs = model.history.history
    assert min(logs["loss"]) > 4 > max(logs["val_loss"])  # noisy while training alone


def test_a_ramp_changes_the_strength_that_is_trained_with() -> None:
    ramp = {"strength": "hidden.kernel_regularizer.l2", "values": [0, 3.0]}
    arm = arm_called("weight_l2_ramp", ramp=ramp, epochs=3, optimizer=SGD, shuffle=False)
    model = run(arm)["model"]
    penalty = 3 * float((model.layers[0].kernel.numpy() ** 2).sum())
    for name in ("loss", "val_loss"):
        logs = np.array(model.history.history[name])
        assert logs - logs[0] == pytest.approx([0, 0, penalty], rel=1e-3)  # stages 0, 0, 1


def test_a_checkpoint_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regpipe.backend import keras

    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(1)
    # The highest loss, which isn't that of the last epoch.
    arm = arm_called("moons", epochs=3, checkpoint={"monitor": "val_loss", "mode": "max"})
    ran = run(arm)
    seen = ran["model"].history.history["val_loss"]
    loss = ran["model"].evaluate(ran["x_test"], ran["y_test"], verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(max(seen), rel=1e-5) != pytest.approx(seen[-1], rel=1e-5)


def test_a_refit_trains_all_rows_for_the_mean_best_epoch() -> None:
    rule = {"monitor": "val_loss", "start_from_epoch": 2, "mode": "max"}
    again = {"then": "refit", "splits": 2}
    arm = arm_called("early_stopping_refit", epochs=3, after_stopping=again, early_stopping=rule)
    ran = run(arm)
    assert len(ran["best_epochs"]) == 2
    assert len(ran["model"].history.history["loss"]) == round(np.mean(ran["best_epochs"]))


@pytest.mark.parametrize("optimizer", [SGD, {"SGD": {"learning_rate": 0.5}}])
def test_going_on_takes_the_epochs_that_are_left(optimizer: dict[str, Any]) -> None:
    arm = arm_called("early_stopping_continue", epochs=3, optimizer=optimizer)
    ran = run(arm)
    first, second = ran["history"], ran["model"].history
    assert ran["limit"] == first.history["loss"][ran["early_stopping"].best_epoch]
    assert len(first.history["loss"]) + len(second.history.get("loss", [])) <= 3


FALLING = {"ExponentialDecay": {"initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.3}}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("weight_l2_ramp", {"optimizer": {"SGD": {"learning_rate": FALLING, "momentum": 0.9}}}),
        ("temporal_activity", {"validation_freq": 2}),
    ],
)
def test_it_trains_as_the_engine_does(
    name: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.backend import keras
    from regpipe.engine.network import build_architecture
    from regpipe.engine.reference import KerasLoop
    from regpipe.engine.weights import initial_weights

    arm = arm_called(name, epochs=6, batch_size=8, shuffle=False, **changes)
    rows = rows_for(arm)
    train, test = ((rows[f"x_{part}"], rows[f"y_{part}"]) for part in ("train", "test"))
    loop = KerasLoop(arm, build_architecture(arm, SHAPES[arm.problem]))
    expected = loop.fit(Rows(1, *train, *test, *test), seed=1).history

    def fit(model: Any, *rows: Any, _fit: Any = keras.Sequential.fit, **arguments: Any) -> Any:
        drawn = zip(model.weights, initial_weights(model, 1), model.get_weights(), strict=True)
        model.set_weights([own if new is None else new for _, new, own in drawn])
        return _fit(model, *rows, **arguments)

    monkeypatch.setattr(keras.Sequential, "fit", fit)
    found = run(arm)["model"].history.history
    for log in arm.task.logs:
        looks = expected[log][~np.isnan(expected[log])]
        np.testing.assert_allclose(found[log], looks, rtol=1e-4)


def test_a_batch_sum_survives_saving(tmp_path: Path, fits: list[SimpleNamespace]) -> None:
    from regpipe.backend import keras

    model = run(arm_called("activity_l1"))["model"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert json.loads(loaded.to_json())["config"] == json.loads(model.to_json())["config"]


def test_what_is_standardised_is_said() -> None:
    code = keras_code(arm_called("diabetes"), (10,), ["features", "target"])
    assert "# Standardised, by mean and deviation of the training rows: features and target" in code
    compile(code, "code", "exec")
    assert "tandardised" not in keras_code(arm_called("moons"), (2,))


def with_mixup_and_average() -> Arm:
    changes = {"mixup": {"alpha": 0.4}, "weight_average": {"start": 0.5}}
    return arm_called("moons", epochs=4, batch_size=8, **changes)


def test_mixup_and_averaged_weights_train_in_plain_keras() -> None:
    from regpipe.backend import keras

    left = run(with_mixup_and_average())
    assert type(left["model"]).__name__ == "NoisySequential"
    assert all(np.isfinite(weight).all() for weight in left["model"].get_weights())

    average = left["AverageWeights"]()
    layer = keras.layers.Dense(1)
    average.set_model(keras.Sequential([keras.Input((1,)), layer]))
    average.on_train_begin()
    for epoch, value in enumerate([9.0, 7.0, 1.0, 3.0]):  # the first half doesn't count
        layer.set_weights([np.full((1, 1), value), np.full(1, value)])
        average.on_epoch_end(epoch)
    average.on_train_end()
    assert [float(weight.ravel()[0]) for weight in layer.get_weights()] == [2.0, 2.0]


def test_a_snapshot_ensemble_trains_in_plain_keras(tmp_path: Path) -> None:
    arm = arm_called("moons", epochs=5, snapshot_ensemble={"cycles": 2})
    left = run(arm)
    ensemble, x = left["ensemble"], rows_for(arm)["x_train"]
    assert len(ensemble.snapshots) == 2
    said = []
    for weights in ensemble.snapshots:
        ensemble.model.set_weights(weights)
        said.append(ensemble.model.predict(x, verbose=0))
    expected = np.mean(said, axis=0)
    np.testing.assert_allclose(left["model"].predict(x, verbose=0), expected, rtol=1e-5)
    assert is_formatted(code_of(arm), tmp_path)


def test_mixup_takes_the_loss_of_both_rows() -> None:
    left = run(with_mixup_and_average())
    model, rows = left["model"], rows_for(with_mixup_and_average())
    x, y = rows["x_train"], rows["y_train"]
    order = np.roll(np.arange(ROWS), 1)
    model.pairs = 0.75, order
    said = model(x)
    losses = [float(model.compute_loss(x, t, said, training=False)) for t in (y, y[order])]
    mixed = float(model.compute_loss(x, y, said, training=True))
    assert mixed == pytest.approx(0.75 * losses[0] + 0.25 * losses[1], rel=1e-5)


def test_their_code_is_formatted(tmp_path: Path) -> None:
    assert is_formatted(code_of(with_mixup_and_average()), tmp_path)


def is_formatted(code: str, folder: Path) -> bool:
    (folder / "code.py").write_text(code)
    formatted = ["format", "--isolated", "--check", "--quiet", "--line-length=88", folder]
    return subprocess.run([sys.executable, "-m", "ruff", *formatted], check=False).returncode == 0


@pytest.mark.parametrize("asked", ["balanced", {0: 0.5, 1: 3.0}])
def test_classes_weigh_what_they_weigh_in_the_engine(
    asked: Any, fits: list[SimpleNamespace], tmp_path: Path
) -> None:
    arm = arm_called("moons", class_weight=asked, validation_split=0.2)
    run(arm)
    assert fits[0].class_weight == pytest.approx(class_weights(asked, fits[0].y))
    assert len(fits[0].y) == ROWS * 0.8  # those that are held out don't count
    refitted = replace(arm, training=replaced(arm.training, asked))
    for code in map(code_of, (arm, refitted)):
        assert is_formatted(code, tmp_path)


def replaced(training: Training, asked: Any) -> Training:
    again = {"early_stopping": {"patience": 5}, "after_stopping": {"then": "refit", "splits": 2}}
    return Training(**{**training.model_dump(), **again, "class_weight": asked})


def test_a_mixed_loss_has_the_weights_of_both_rows() -> None:
    more = {"class_weight": {0: 0.5, 1: 3.0}, "label_noise": {"rate": 0.2}}
    arm = arm_called("moons", epochs=2, batch_size=8, mixup={"alpha": 0.4}, **more)
    model, rows = run(arm)["model"], rows_for(arm)
    x, y = rows["x_train"], rows["y_train"]
    weights = row_weights(more["class_weight"], y)
    order = np.roll(np.arange(ROWS), 1)
    model.pairs = 0.75, order
    said = model(x)
    own, other = (
        float(model.compute_loss(x, y[rows], said, weights[rows], training=False))
        for rows in (np.arange(ROWS), order)
    )
    mixed = float(model.compute_loss(x, y, said, weights, training=True))
    assert mixed == pytest.approx(0.75 * own + 0.25 * other, rel=1e-5)
