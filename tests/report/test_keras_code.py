"""The code that a page offers: it runs in plain Keras and does what the engine does."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import create_model

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import parse_recipes, technique_of
from regpipe.engine.keras_calls import call
from regpipe.engine.plain import plain_training
from regpipe.errors import SpecError
from regpipe.ingredients import Beginning, Epoch, Ingredient
from regpipe.language import Technique, Training
from regpipe.report.keras_code import keras_code
from regpipe.report.python_text import Code, comment, literal, statement
from regpipe.rows.arrays import Rows, hold_out
from regpipe.seeds import derive
from tests.conftest import (
    FEW_STEPS,
    PROBLEMS,
    PROJECT,
    TECHNIQUES,
    arm_called,
    blocks,
    takes_any_length,
)
from tests.ingredients.examples import ALONE

SHAPES = {
    "moons": (2,),
    "circles": (2,),
    "circles_100": (2,),
    "football": (2,),
    "diabetes": (10,),
    "digits": (8, 8, 1),
    "waves": (25, 1),
    "codes": (64,),
    "wave_codes": (25, 1),
}
ROWS = 20
SEED = 1
SMALL = {"epochs": 5, "batch_size": 20}
EPOCHS = 300
MODEL = ("get_weights", "set_weights", "save_weights", "load_weights")


def shape_of(arm: Arm) -> tuple[int, ...]:
    return (FEW_STEPS, 1) if takes_any_length(arm) else SHAPES[arm.problem]


def every_arm() -> dict[str, Arm]:
    """Return the arms of all blocks; recipes are applied to moons."""
    found = {name: arm_called(name) for name in [*PROBLEMS, *TECHNIQUES]}
    base = found["moons"]
    for name, recipe in parse_recipes(blocks("recipes")["recipes"]).items():
        found[f"recipe {name}"] = apply(name, technique_of(name, recipe, base), base)
    found |= {name: changed(base, **asked) for name, asked in ALONE.items()}
    at_once = {"monitor": "loss", "mode": "max", "start_from_epoch": 2}
    for name, arm in found.items():
        if again := arm.training.passes:  # of which the first ends after the fourth epoch
            rule = {**at_once, "restore_best_weights": True}
            few = {k: 2 if isinstance(v, int) else v for k, v in again.model_dump().items()}
            found[name] = changed(arm, early_stopping=rule, after_stopping=few)
    return found


def changed(arm: Arm, **training: Any) -> Arm:
    return replace(arm, training=Training(**{**arm.training.model_dump(), **training}))


ARMS = every_arm()


def code_of(arm: Arm) -> str:
    return keras_code(arm, shape_of(arm))


def rows_for(arm: Arm) -> dict[str, np.ndarray]:
    """Return random rows by the names that the code expects."""
    random, shape = np.random.default_rng(1), shape_of(arm)
    rows = {}
    for part, n in (("train", ROWS), ("test", 8)):
        rows[f"x_{part}"] = x = random.normal(size=(n, *shape)).astype("float32")
        classes = (random.random((n, 1)) < 0.3).astype("float32")
        rows[f"y_{part}"] = x.reshape(n, -1) if arm.task.name == "reconstruction" else classes
    return rows


def run(arm: Arm) -> dict[str, Any]:
    """Return what the code leaves behind."""
    namespace: dict[str, Any] = {"__name__": "pasted", **rows_for(arm)}
    exec(compile(code_of(arm), arm.name, "exec"), namespace)
    return namespace


class Trials:
    """Runs the engine and the code in turn, from the same seeds, and notes how `fit` is called."""

    def __init__(self, arm: Arm) -> None:
        from regpipe.engine.network import build_architecture

        rows = rows_for(arm)
        train, test = ((rows[f"x_{part}"], rows[f"y_{part}"]) for part in ("train", "test"))
        self.arm, self.rows = arm, Rows(1, *train, *test, *test)
        self.architecture = build_architecture(arm, shape_of(arm))
        self.lacks = bool(arm.training.ingredients) or "class " in code_of(arm)
        self.calls: list[dict[str, Any]] = []
        self.pasted = False

    def fit(self, engine: Any) -> Any:
        from regpipe.engine.job import Job
        from regpipe.engine.loops import Loops
        from regpipe.pipelines.fits import watched

        self.pasted, self.calls = False, []
        rows = watched(self.arm, self.rows, SEED)
        return Loops(engine).fit(Job(self.arm, self.architecture, rows, SEED))

    def paste(self) -> Any:
        self.pasted, self.calls = True, []
        return run(self.arm)["model"]

    def called(self, real: Callable[..., Any], model: Any, x: Any, y: Any, **given: Any) -> Any:
        """Stand for `fit` of Keras: begin at the weights and random states of the seed.

        What Keras does by itself isn't trained, only noted.
        """
        from regpipe.backend import keras
        from regpipe.engine.weights import initial_weights, random_state, random_states

        if self.pasted and not hasattr(model, "begun"):
            drawn = zip(model.weights, initial_weights(model, SEED), strict=True)
            for weight, value in drawn:
                weight.assign(weight if value is None else value)
            for place, state in enumerate(random_states(model)):
                state.assign(random_state(SEED, place))
        model.begun = True
        keras.utils.set_random_seed(SEED)
        if given["epochs"]:
            self.calls.append({"model": model, "x": x, "y": y, "arguments": in_words(given)})
        if not self.lacks:
            return SimpleNamespace(history={name: [1.0] for name in self.arm.task.logs})
        return real(model, x, y, **given)

    def split(self, x: Any, y: Any, test_size: int, random_state: int | None = None) -> Any:
        """Stand for `train_test_split`: hold out those rows that the engine does."""
        seed = SEED if random_state is None else derive(SEED, "split", random_state)
        held = hold_out(self.rows, self.arm.training.validation_split or 0, seed)
        assert len(held.x_val) == test_size
        return held.x_train, held.x_val, held.y_train, held.y_val


def in_words(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `fit` in simple words."""
    said = {"validation_freq": 1, "class_weight": None, "callbacks": []} | given
    said["validation_data"] = [part.tolist() for part in given["validation_data"]]
    said["callbacks"] = [(type(one).__name__, simple(vars(one))) for one in said["callbacks"]]
    return {key: value for key, value in said.items() if key != "validation_batch_size"}


def simple(settings: dict[str, Any]) -> dict[str, Any]:
    """Return those of a callback that are numbers, words or lists of them."""
    kinds = int | float | str | list
    return {k: v for k, v in settings.items() if isinstance(v, kinds) and k != "filepath"}


@pytest.fixture
def trials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step_by_step: None
) -> Callable[[Arm], Trials]:
    import sklearn.model_selection

    from regpipe.backend import keras

    real = keras.Sequential.fit
    monkeypatch.chdir(tmp_path)  # where checkpoints are written

    def make(arm: Arm) -> Trials:
        made = Trials(arm)
        monkeypatch.setattr(
            keras.Sequential, "fit", lambda *args, **given: made.called(real, *args, **given)
        )
        monkeypatch.setattr(sklearn.model_selection, "train_test_split", made.split)
        return made

    return make


def draws(arm: Arm, model: Any) -> bool:
    """Whether a training draws random numbers, which aren't the same in the compiled loop."""
    from regpipe.engine.weights import random_states

    return any(idea.random for idea in arm.training.ingredients) or bool(random_states(model))


@pytest.mark.filterwarnings("ignore:.*conditioned on metric.*:UserWarning")
@pytest.mark.parametrize("name", ARMS)
def test_it_trains_as_the_engine_does(name: str, trials: Callable[[Arm], Trials]) -> None:
    from regpipe.engine.network import trained_model

    freq = min(ARMS[name].training.validation_freq, 2)
    arm = changed(ARMS[name], **SMALL, validation_freq=freq, shuffle=False)
    trial = trials(arm)
    expected = [trial.fit("keras")]
    reference = trial.calls
    found = trial.paste()
    assert len(trial.calls) == len(reference)
    for ours, theirs in zip(trial.calls, reference, strict=True):
        assert ours["arguments"] == theirs["arguments"]
        for rows in ("x", "y"):
            np.testing.assert_array_equal(ours[rows], theirs[rows])
        assert settings(ours["model"]) == settings(theirs["model"])
    if not trial.lacks:
        return
    if not draws(arm, trial.calls[0]["model"]):
        expected.append(trial.fit("compiled"))
    x = trial.rows.x_score
    for fit in expected:
        model = trained_model(trial.architecture, fit.weights)
        np.testing.assert_allclose(found(x), model(x), rtol=1e-3, atol=1e-5)


def settings(model: Any) -> list[Any]:
    """Return how a model is built and compiled."""
    from regpipe.backend import keras

    loss = keras.losses.get(model.loss)
    parts = [*model.layers, model.optimizer, *([loss] if hasattr(loss, "get_config") else [])]
    model.optimizer.name = ""  # Keras numbers them
    found = [(type(one).__name__, plain(one.get_config())) for one in parts]
    return [
        found,
        getattr(loss, "__name__", ""),
        model.input_shape,
        model.get_compile_config()["metrics"],
    ]


def plain(config: Any) -> Any:
    """Return a config without tuples, and without where a class of ours comes from."""
    if isinstance(config, dict):
        ours = {"module", "registered_name"} if config.get("registered_name") else set()
        return {key: plain(value) for key, value in config.items() if key not in ours}
    return [plain(item) for item in config] if isinstance(config, list | tuple) else config


def test_every_block_is_formatted_and_the_same_each_time(tmp_path: Path) -> None:
    for name, arm in ARMS.items():
        code = code_of(arm)
        assert code == code_of(arm)
        assert max(map(len, code.splitlines())) <= 88
        (tmp_path / f"{name}.py").write_text(code)
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run(
        [*ruff, "format", "--isolated", "--check", "--quiet", "--line-length=88", tmp_path],
        check=True,
    )
    found = ["check", "--isolated", "--select=E,F,I", "--ignore=F821", "--quiet", tmp_path]
    subprocess.run([*ruff, *found], check=True)  # F821: the rows aren't defined


def test_what_keras_has_itself_is_written_without_importing_it() -> None:
    program = (
        "import sys\n"
        "from regpipe.report.keras_code import keras_code\n"
        "from regpipe.report.page import render\n"
        "from tests.conftest import arm_called\n"
        "for name in ('moons', 'weight_l2', 'max_norm_cnn'): keras_code(arm_called(name), (2,))\n"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    asked = [sys.executable, "-c", program]
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
        training={"loss": {"BinaryCrossentropy": {"reduction": evil}}},
    )
    base = baseline("moons", PROBLEMS["moons"])
    tree = ast.parse(code_of(apply("evil", technique, base)))
    assert [type(node) for node in tree.body] == [ast.Import, ast.Assign] + [ast.Expr] * 3
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert strings.count(evil) == 2


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a name of Python"):
        call("keras.layers.Dense", **{"x=1); import os; f(y": 1})


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


# --- what Keras lacks


class Backwards(Ingredient):
    """An idea that is only a block and a class, told apart by nothing that the report knows."""

    share: float = 0.5

    def plain(self) -> Any:
        from regpipe.backend import keras

        class Backwards(keras.callbacks.Callback):
            """Does nothing."""

            def __init__(self, epochs, share=1.0):
                super().__init__()
                self.epochs, self.share = epochs, share

        return Backwards


class Unwritten(Ingredient):
    """An idea that has no form in plain Keras."""


def with_idea(idea: Ingredient, monkeypatch: pytest.MonkeyPatch) -> Arm:
    from regpipe.language import training

    monkeypatch.setitem(training.IDEA_KEYS, idea.key(), type(idea))
    kind = create_model("Training", __base__=Training, **{idea.key(): (type(idea), idea)})
    arm = ARMS["moons"]
    return replace(arm, training=kind(**arm.training.model_dump()))


def test_an_idea_is_found_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_of(with_idea(Backwards(), monkeypatch))
    assert '\n\nclass Backwards(keras.callbacks.Callback):\n    """Does nothing' in code
    assert "callbacks=[Backwards(epochs=4000, share=0.5)]" in code


def test_an_idea_that_cant_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match="unwritten: it has no form in plain Keras"):
        code_of(with_idea(Unwritten(), monkeypatch))


RULES = {repr(rule): rule for arm in ARMS.values() for rule in arm.training.watches}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_to_stop_by_does_what_the_engines_does(rule: Any) -> None:
    from regpipe.backend import tf

    # Keras knows the way by itself only where there is a model.
    rule = rule.model_copy(update={"mode": "max" if rule.upwards else "min"})
    training = changed(ARMS["moons"], **{rule.key(): rule.model_dump()}).training
    (part,) = plain_training(training).callbacks
    names, stops = ("loss", rule.monitor), 0

    @tf.function
    def watch(memory: Any, number: Any, logs: Any) -> Any:
        epoch = Epoch(number, EPOCHS, {}, logs=logs)
        return rule.end(memory, epoch), epoch.stop

    for seed in range(3):
        steps = np.random.default_rng(seed).normal(0, 0.02, (EPOCHS, 2))
        steps[EPOCHS // 2 :] = steps[EPOCHS // 2 :] / 1000 + seed / 1000  # flat, or it rises
        ours = part.made(**part.called(epochs=EPOCHS))
        memory = rule.part(Beginning(EPOCHS, None, []))
        ours.set_model(SimpleNamespace(**dict.fromkeys(MODEL, lambda *_, **__: [])))
        ours.on_train_begin()
        for number, row in enumerate((1 + steps.cumsum(0)).astype("float32")):
            logs = dict(zip(names, row.tolist(), strict=True))
            tensors = {name: tf.constant(value) for name, value in logs.items()}
            memory, stop = watch(memory, tf.constant(number), tensors)
            ours.model.stop_training = False
            ours.on_epoch_end(number, logs)
            assert ours.model.stop_training == bool(stop)
            assert (ours.best_epoch or 0) + 1 == (rule.best_epoch(memory) or 1)
            stops += bool(stop)
    assert stops or not hasattr(ours, "stops")  # else nothing was compared


# --- random, so that it can't be compared with the compiled loop number by number


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    from regpipe.backend import keras

    monkeypatch.setattr(keras.Sequential, "fit", lambda *_, **__: None)
    monkeypatch.setattr(keras.Sequential, "evaluate", lambda *_, **__: {})


def test_noise_on_gradients_has_the_variance_of_its_formula(untrained: None) -> None:
    from regpipe.backend import keras

    model = run(arm_called("noise_gradients", optimizer={"SGD": {"learning_rate": 1.0}}))["model"]
    weights = keras.Variable(np.zeros(40_000))
    for step in range(3):
        before = weights.numpy()
        model.optimizer.apply([keras.ops.zeros(40_000)], [weights])
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
    arm: Arm, mean: float, spread: float, untrained: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.backend import keras

    model = run(arm)["model"]
    monkeypatch.setattr(keras.Sequential, "train_step", lambda _, data: data[1])
    noisy = np.asarray(model.train_step((None, np.zeros((40_000, 1), int))))
    assert noisy.shape == (40_000, 1)
    assert noisy.mean() == pytest.approx(mean, abs=0.01)
    assert noisy.std() == pytest.approx(spread, abs=0.01)


def test_noise_of_all_kinds_trains_and_leaves_clean_weights() -> None:
    from regpipe.backend import keras

    keras.utils.set_random_seed(1)
    arm = arm_called(
        "noise_weights",
        epochs=2,
        optimizer={"SGD": {"learning_rate": 0.0}},  # leaves the weights alone
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


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, ROWS).astype("float32")])
def test_mixup_takes_the_loss_of_both_rows(weights: Any, untrained: None) -> None:
    arm = arm_called("moons", mixup={"alpha": 0.4})
    model, rows = run(arm)["model"], rows_for(arm)
    x, y, order = rows["x_train"], rows["y_train"], np.roll(np.arange(ROWS), 1)
    model.pairs = 0.75, order
    said = model(x)
    own, other = (
        float(model.compute_loss(x, y[o], said, None if weights is None else weights[o], False))
        for o in (np.arange(ROWS), order)
    )
    mixed = float(model.compute_loss(x, y, said, weights, True))
    assert mixed == pytest.approx(0.75 * own + 0.25 * other, rel=1e-5)


def test_a_batch_sum_survives_saving(tmp_path: Path, untrained: None) -> None:
    from regpipe.backend import keras

    model = run(arm_called("activity_l1"))["model"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert json.loads(loaded.to_json())["config"] == json.loads(model.to_json())["config"]


def test_a_score_that_keras_does_not_have_is_said() -> None:
    said = "regpipe judges it by the squared error where inputs are corrupted, which this isn't."
    codes = {k: code_of(a).replace("\n# ", " ") for k, a in ARMS.items() if a.task.metric != "mse"}
    noted = {name for name, code in codes.items() if said in code}
    assert noted == {k for k, a in ARMS.items() if a.task.metric == "denoising_mse"} != set()


def test_what_is_standardised_is_said() -> None:
    code = keras_code(arm_called("diabetes"), (10,), ["features", "target"])
    assert "# Standardised, by mean and deviation of the training rows: features and target" in code
    compile(code, "code", "exec")
    assert "tandardised" not in keras_code(arm_called("moons"), (2,))
