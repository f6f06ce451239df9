import copy
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from regpipe.candidates.check import PIPELINES, check_free, check_parameters
from regpipe.errors import SpecError
from regpipe.language import Settings
from tests.conftest import blocks

PROBLEMS, TECHNIQUES, SETTINGS = (blocks(n) for n in ("problems", "techniques", "parameters"))
SETTINGS |= {**blocks("stopping_rules"), **blocks("mechanisms")}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return all parameters with `value` put at a dotted path, as `--params` would."""
    parameters = copy.deepcopy({**PROBLEMS, **TECHNIQUES, **SETTINGS})
    *parents, last = path.split(".")
    block: Any = parameters
    for part in parents:
        block = block.setdefault(part, {})
    block[last] = value
    return parameters


def claim(**changes: Any) -> dict[str, Any]:
    """Return a claim of mechanism, with some keys changed."""
    whole = {"statement": "s", "arm": "weight_l2", "measure": "norm", "direction": "smaller"}
    return {**whole, "source": "s", **changes}


def faults(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    with pytest.raises(SpecError) as raised:
        check_parameters(parameters, PROBLEMS, TECHNIQUES)
    return raised.value.faults


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("moons.split.train", 0, "a number above 0, received 0."),
        ("moons.split.train", 1.5, "a whole number or a number below 1, received 1.5."),
        ("moons.split.train", math.nan, "a finite number, received nan."),
        ("moons.split.train", "many", "a number, received 'many'."),
        ("moons.training.optimizer", 3, "text or a mapping of keys to values, received 3."),
    ],
)
def test_what_might_be_of_several_types_is_told_once(path: str, value: Any, says: str) -> None:
    told = faults(changed(path, value))
    assert f"{path}: expected {says}" in told
    assert len([line for line in told if line.startswith(path)]) == 1


def test_a_path_names_no_type_of_pydantic() -> None:
    rule = {"rule": "generalization_loss", "alpha": -1}
    told = faults(changed("weight_l2.training.stop_when", rule))
    assert told[0].startswith("weight_l2.training.stop_when.alpha: expected a number above 0,")


def test_a_fault_in_a_block_is_told_once() -> None:
    """The rules that are replayed on it don't say that it isn't there."""
    lines = faults(changed("moons.training.epoch", 5))
    assert len(lines) == 1 and "moons.training.epoch: there is no such key" in lines[0]
    (line,) = faults(changed("stopping_rules.problems", ["mons"]))
    assert "there is no problem 'mons'. Did you mean 'moons'?" in line


OWN = {
    "early_stopping": {"early_stopping": {"restore_best_weights": True}, "validation_split": 0.3},
    "a schedule": {
        "optimizer": {"Adam": {"learning_rate": {"CosineDecay": {
            "initial_learning_rate": 0.01, "decay_steps": 100,
        }}}}
    },
    "use_ema": {"optimizer": {"Adam": {"use_ema": True}}},
}  # fmt: skip


@pytest.mark.parametrize("own", OWN)
def test_recipes_that_do_not_suit_a_problem_stop_nothing(own: str) -> None:
    """Not even where they suit none of the problems at hand."""
    mine = copy.deepcopy(PROBLEMS["moons"])
    mine["training"] |= OWN[own]
    for problems in ({**PROBLEMS, "mine": mine}, {"mine": mine}):
        about_others = ("stopping_rules", "mechanisms")
        settings = {k: v for k, v in SETTINGS.items() if k not in about_others}
        check_parameters({**problems, **settings, **blocks("recipes")}, problems, {})


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"each": {"kernel_regulariser": {"l2": 0.1}}}, "recipes.mine.network.hidden"),
        ({"after_each": {"Dropot": {}}}, "Did you mean 'Dropout'"),
        ({"training": {"epoch": 3}}, "recipes.mine.training.epoch: there is no such key"),
        ({"before_first": {"Normalization": {}}}, "recipes.mine.network.mine_rows: a Norm"),
        ({"each": {"kernel_size": 0}}, "recipes.mine.network.hidden"),
    ],
)
def test_a_recipe_that_suits_no_problem_is_refused_by_its_name(
    block: dict[str, Any], says: str
) -> None:
    about = {"title": "t", "family": "other", "explanation": "e"}
    lines = faults({**PROBLEMS, **TECHNIQUES, **SETTINGS, "recipes": {"mine": {**about, **block}}})
    assert len(lines) == 1 and says in lines[0]


def test_a_misspelt_recipe_is_told_from_one_that_is_new() -> None:
    def of(name: str, **block: Any) -> tuple[str, ...]:
        recipes = blocks("recipes")["recipes"] | {name: block}
        return faults({**PROBLEMS, **TECHNIQUES, **SETTINGS, "recipes": recipes})

    first, *missing = of("dropot", title="x")
    assert first == "recipes.dropot: this is no whole recipe. Did you mean 'dropout'?"
    assert "recipes.dropot.family: this key is missing." in missing
    assert all("missing" in line for line in of("mine", title="x"))
    (line,) = of("dropot", title="t", family="other", explanation="e", training={"epoch": 3})
    assert "dropout" not in line


def test_a_recipe_may_be_for_one_kind_of_network() -> None:
    about = {"title": "t", "family": "other", "explanation": "e"}
    recipe = {**about, "each": {"kernel_size": 2}}  # of convolutions
    parameters = {**PROBLEMS, **TECHNIQUES, **SETTINGS, "recipes": {"mine": recipe}}
    check_parameters(parameters, PROBLEMS, TECHNIQUES)


def test_a_screen_tries_recipes_that_are_there() -> None:
    def of(named: Any) -> tuple[str, ...]:
        settings = {"screen": {"recipes": named}}
        return faults({**PROBLEMS, **TECHNIQUES, **SETTINGS, **blocks("recipes"), **settings})

    (line,) = of(["weight_l2", "dropot"])
    assert line == "screen.recipes: 'dropot' is no recipe. Did you mean 'dropout'?"
    for wrong in ([], "dropout", [1]):
        assert of(wrong)[0].startswith("screen.recipes")
    settings = {"screen": {"recipes": ["mixup"]}}
    parameters = {**PROBLEMS, **TECHNIQUES, **SETTINGS, **blocks("recipes"), **settings}
    check_parameters(parameters, PROBLEMS, TECHNIQUES)


def test_what_an_answer_stands_on_is_checked() -> None:
    about = {"title": "t", "explanation": "e", "slot": "s"}

    def of(**further: Any) -> tuple[str, ...]:
        shipped = {**blocks("recipes"), **blocks("foundations")}
        return faults({**PROBLEMS, **TECHNIQUES, **SETTINGS, **shipped, **further})

    (line,) = of(starts=[{"weight_l2": 0.01}, {"wight_l2": 0.01}])
    assert line.startswith("starts, number 2: 'wight_l2' is no recipe or foundation. Did you mean")
    (line,) = of(foundations={"weight_l2": {**about, "layers": 2}}, starts=[])
    assert line == "foundations.weight_l2: there is a recipe of that name. Expected another."
    (line,) = of(foundations={"mine": {**about, "each": {"unitz": 3}}}, starts=[])
    assert line.startswith("foundations.mine") and "unitz" in line
    assert "layers" in of(foundations={"mine": {**about, "layers": -1}}, starts=[])[0]


def test_the_shipped_blocks_pass() -> None:
    check_parameters({**PROBLEMS, **TECHNIQUES, **SETTINGS}, PROBLEMS, TECHNIQUES)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("weight_l3", {"title": "x"}, "weight_l3: there is no such parameter. Did you mean"),
        (
            "protcol.fresh.repeats",
            3,
            "protcol: there is no such parameter. Did you mean 'protocol'?",
        ),
        ("protocol.fresh.repeat", 3, "protocol.fresh.repeat: there is no such key. Did you mean"),
        ("weight_l2.titel", "x", "weight_l2.titel: there is no such key. Did you mean 'title'?"),
        ("moons.training.epoch", 3, "moons.training.epoch: there is no such key. Did you mean"),
        ("weight_l2.training.epoch", 3, "Did you mean 'epochs'?"),
        *(
            ("moons.training.class_weight", wrong, "class_weight: expected `balanced`, or a weight")
            for wrong in ("balance", {"0": -1}, {}, {0: "x"}, 3)
        ),
        (
            "moons.training.class_weight",
            {"yes": 2},
            "expected classes as 0, 1, ..., received 'yes'",
        ),
        ("diabetes.training.class_weight", "balanced", "the targets aren't classes. Expected none"),
        ("weight_l2.published.trian", 1, "weight_l2.published.trian: there is no such key."),
        (
            "moons.split.trains",
            3,
            "moons.split.trains: there is no such key. Did you mean 'train'?",
        ),
        (
            "weight_l2.network.hiden",
            {"kernel_regularizer": {"l2": 0.1}},
            "weight_l2.network.hiden: 'hiden' is no layer of moons. Did you mean 'hidden'?",
        ),
        (
            "weight_l2.network.hidden.kernel_regulariser",
            {"l2": 0.1},
            "weight_l2.network.hidden: 'kernel_regulariser' is no argument of Dense. "
            "Did you mean 'kernel_regularizer'?",
        ),
        (
            "weight_l2.network.hidden.kernel_regularizer",
            {"l3": 0.1},
            "weight_l2.network.hidden.kernel_regularizer: 'l3' is no regularizer.",
        ),
        (
            "activity_l1.network.hidden.activity_regularizer",
            {"batch_sums": {"l1": 0.1}},
            "Did you mean 'batch_sum'?",
        ),
        (
            "activity_l1.network.hidden.activity_regularizer.batch_sum",
            {"l": 0.1},
            "activity_l1.network.hidden.activity_regularizer.batch_sum: 'l' is no regularizer.",
        ),
        (
            "max_norm.network.hidden.kernel_constraint",
            {"maxnorm": 3},
            "'maxnorm' is no constraint. Did you mean 'max_norm'?",
        ),
        (
            "max_norm.network.hidden.kernel_constraint",
            {"max_norm": {"max_valu": 3}},
            "'max_valu' is no argument of max_norm. Did you mean 'max_value'?",
        ),
        (
            "dropout.network.mask",
            {"Dropuot": {"rate": 0.4}, "after": "hidden"},
            "dropout.network.mask: 'Dropuot' is no layer of Keras. Did you mean 'Dropout'?",
        ),
        (
            "dropout.network.mask",
            {"Dropout": {"rat": 0.4}, "after": "hidden"},
            "dropout.network.mask: 'rat' is no argument of Dropout. Did you mean 'rate'?",
        ),
        (
            "dropout.network.mask",
            {"Dropout": {"rate": 0.4}, "after": "hiden"},
            "dropout.network.mask.after: 'hiden' is no layer of circles. Did you mean 'hidden'?",
        ),
        (
            "dropout.network.mask",
            {"Dropout": {"rate": 0.4}, "after": "hidden", "before": "output"},
            "dropout.network.mask: expected `before` or `after`, received both.",
        ),
        (
            "moons.rows",
            {"make_moon": {}},
            "moons.rows: 'make_moon' is no generator or table of rows.",
        ),
        (
            "moons.rows.make_moons.nois",
            1,
            "'nois' is no argument of make_moons. Did you mean 'noise'?",
        ),
        ("moons.rows.make_moons.noise", -1, "moons.rows.make_moons.noise: expected a number"),
        ("moons.split.train", 100, "leave none to test on"),
        ("moons.network.hidden.Dens", {"units": 3}, "moons.network.hidden: expected one layer"),
        (
            "moons.network.hidden.units",
            3,
            "Arguments go inside it: moons.network.hidden.Dense.units.",
        ),
        (
            "dropout.network.hidden.Dense",
            {"units": 3},
            "Expected its arguments alone, such as dropout.network.hidden.units.",
        ),
        ("dropout.network.mask.rate", 0.5, "inside it: dropout.network.mask.Dropout.rate."),
        (
            "dropout.network.mask",
            {"Dropout": {"rate": 0.4, "after": "hidden"}},
            "`before` and `after` stand beside Dropout, not inside it.",
        ),
        ("moons.rows.make_moon.noise", 1, "Did you mean 'make_moons'?"),
        ("moons.rows", {}, "moons.rows: expected one generator or table"),
        (
            "weight_l2.network.hidden.kernel_regularizer.l3",
            1,
            "'l3' is no strength. Expected one of: l1, l2.",
        ),
        ("weight_l2", None, "weight_l2: expected a mapping of keys to values, received nothing."),
        ("data_root", None, "data_root: expected text, received nothing."),
        ("moons.training.loss", "binary_crossentropi", "Did you mean 'binary_crossentropy'?"),
        ("moons.training.optimizer", "adamm", "moons.training.optimizer: 'adamm' is no optimizer"),
        (
            "moons.training.optimizer",
            {"adam": {"learning_rat": 0.1}},
            "'learning_rat' is no argument of adam. Did you mean 'learning_rate'?",
        ),
        (
            "moons.training.epochs",
            0,
            "moons.training.epochs: expected a number above 0, received 0.",
        ),
        ("moons.training.optimizer", {"adam": 3}, "moons.training.optimizer.adam: expected a map"),
        (
            "protocol.fresh.repeats",
            1,
            "protocol.fresh.repeats: expected a whole number of 2 or more",
        ),
        ("protocol.fresh.repeats", 10**9, "1,000,000,000 is more than 100,000 repeats"),
        ("protocol.fixed.repeats", 10**9, "--params limits.repeats=1000000000"),
        ("protocol.fresh.at_most", 10**9, "--params limits.repeats=1000000000"),
        ("weight_l2.problem", "mons", "there is no problem 'mons'. Did you mean 'moons'?"),
        ("weight_l2.problem", "circles", "a run can't change it from 'moons' to 'circles'"),
        (
            "weight_l2.network.hidden.kernel_regularizer.l2",
            -0.1,
            "weight_l2.network.hidden.kernel_regularizer.l2: expected a number of 0 or more",
        ),
        ("protocol.fixed.repeats", 1, "protocol.fixed.repeats: expected a number of 2 or more"),
        ("statistics.smallest_difference.acuracy", 1, "Did you mean 'accuracy'?"),
        (
            "statistics.smallest_difference.accuracy",
            math.inf,
            "expected a finite number, received inf.",
        ),
        (
            "weight_l2.metric",
            "mse",
            "weight_l2.metric: 'mse' is no score of moons. Expected one of: accuracy, auc,",
        ),
        ("weight_l2.metric", "acc", "weight_l2.metric: expected 'accuracy', "),
        (
            "codes.autoencoder.code",
            "cod",
            "codes.autoencoder.code: 'cod' is no layer. Did you mean 'code'?",
        ),
        ("codes.autoencoder.noise", 0, "codes.autoencoder.noise: expected a number above 0"),
        ("codes.rows", {"load_diabetes": {}}, "the rows of load_diabetes have none"),
        ("codes.standardise", ["target"], "standardise: the target is a class"),
        ("moons.autoencoder", {"code": "hidden", "noise": 1}, "a binary problem has no code"),
        ("codes.autoencoder", None, "denoising_autoencoder.metric: 'denoising_mse' is no score of"),
        ("weight_l2.published", {"source": "s"}, "expected a published number, train or test"),
        ("weight_l2.published.baseline", {}, "expected a published number, train or test"),
        ("moons.published.baseline", {"test": 0.9}, "Expected it in the block of a technique"),
        ("moons.stand_in", "", "moons.stand_in: expected some text"),
        ("weight_l2.training.early_stopping", {"monitr": "loss"}, "Did you mean 'monitor'?"),
        (
            "weight_l2.training.early_stopping",
            {"monitor": "val_acuracy"},
            "'val_acuracy' is no number that is logged at each epoch. Did you mean 'val_accuracy'?",
        ),
        (
            "weight_l2.training.early_stopping",
            {"patience": -1},
            "early_stopping.patience: expected",
        ),
        (
            "weight_l2.training.stop_when",
            {"rule": "generalization_loss", "alpah": 2},
            "Did you mean 'alpha'?",
        ),
        (
            "weight_l2.training.stop_when",
            {"rule": "successive_increases", "monitor": "val_accuracy"},
            "expected a loss to watch, not 'val_accuracy'",
        ),
        ("weight_l2.training.stop_when", {"rule": "prechelt"}, "'generalization_loss'"),
        (
            "weight_l2.training.validation_split",
            1.5,
            "weight_l2.training.validation_split: expected",
        ),
        ("moons.training.optimizer", "OptimizerMap", "is no optimizer of Keras"),
        (
            "moons.training.optimizer",
            {"SGD": {"learning_rate": {"ExponentialDekay": {}}}},
            "Did you mean 'ExponentialDecay'?",
        ),
        ("moons.split.train", 0.5, "moons.split.train: expected a number of rows"),
        ("moons.split.stratify", True, "`stratify` and `random_state` are for tables"),
        ("digits.rows.load_digits.n", 3, "digits.rows.load_digits: expected no arguments"),
        (
            "football.rows.make_football.n_train",
            3,
            "'n_train' is no argument of make_football.",
        ),
        ("moons.task", "regresion", "moons.task: expected 'binary', 'multiclass'"),
        (
            "weight_l2.network.mask",
            {"SpatialDropout2D": {"rate": 0.2}, "after": "hidden"},
            "weight_l2.network.mask: SpatialDropout2D is for an image (height, width, channels), "
            "and what reaches it is a vector of numbers.",
        ),
        (
            "weight_l2_lstm.network.mask",
            {"SpatialDropout1D": {"rate": 0.2}, "after": "hidden"},
            "SpatialDropout1D is for a sequence (steps, features), and what reaches it is a vector",
        ),
        (
            "moons.network.hidden",
            {"LSTM": {"units": 3}},
            "moons.network.hidden: LSTM is for a sequence",
        ),
        ("dropout.network.mask.Dropout.rate", -0.1, "mask.rate: expected a share of at least 0"),
        ("dropout.network.mask.Dropout.rate", 1, "mask.rate: expected a share of at least 0 and"),
        ("dropout.network.mask.Dropout.rate", True, "mask.rate: expected a share of at least 0"),
        (
            "dropout.network.mask.Dropout.rate",
            "0.2",
            "below 1, received '0.2'",
        ),
        ("max_norm.network.hidden.kernel_constraint.max_norm", "3", "max_norm: expected a number"),
        ("export.side", "netwrok", "'network'"),
        ("noise_input.network.noise.GaussianNoise.stddev", -1, "stddev: expected a number of 0"),
        (
            "max_norm.network.hidden.kernel_constraint.max_norm",
            -3,
            "max_norm.network.hidden.kernel_constraint.max_norm: expected a number of 0 or more",
        ),
        (
            "min_max_norm.network.hidden.kernel_constraint.min_max_norm.rate",
            1.5,
            "rate: expected a share from 0 to 1",
        ),
        (
            "moons.training.optimizer",
            {"adam": {"learning_rate": -0.1}},
            "moons.training.optimizer.adam.learning_rate: expected a number of 0 or more",
        ),
        (
            "max_norm_fast.training.optimizer.SGD.learning_rate.ExponentialDecay",
            {"initial_learning_rate": -1, "decay_steps": 9, "decay_rate": 0.5},
            "initial_learning_rate: expected a number of 0 or more, received -1",
        ),
        ("moons.network.hidden.Dense.units", -5, "units: expected a number above 0"),
        (
            "variational_dropout.network.hidden.recurrent_dropout",
            1.2,
            "recurrent_dropout: expected a share",
        ),
        (
            "temporal_activity.network.hidden.activity_regularizer.temporal.art",
            1,
            "temporal.art: there is no such key. Did you mean 'ar'?",
        ),
        (
            "temporal_activity.network.hidden.activity_regularizer.temporal.ar",
            -1,
            "temporal.ar: expected a number of 0 or more, received -1",
        ),
        ("weight_l2.training.patience", 5, "`patience` goes inside `early_stopping`"),
        (
            "weight_l2.training.early_stopping",
            {"monitor": None},
            "early_stopping.monitor: expected",
        ),
        ("noise_labels.training.label_noise", {}, "expected `rate` (for classes) or `stddev`"),
        ("noise_labels.training.label_noise", {"stddev": 0.1}, "the targets are classes. Expected"),
        (
            "noise_labels_regression.training.label_noise",
            {"rate": 0.1},
            "the targets are numbers. Expected `stddev` alone.",
        ),
        ("noise_gradients.training.gradient_noise.eta", -1, "gradient_noise.eta: expected"),
        (
            "weight_l2_ramp.training.ramp.strength",
            "hiden.kernel_regularizer.l2",
            "weight_l2_ramp.training.ramp.strength: 'hiden' is no layer.",
        ),
        (
            "early_stopping_refit.training.validation_split",
            None,
            "after_stopping expects a validation_split and a rule to stop by",
        ),
        (
            "label_smoothing.training.loss",
            {"BinaryCrossentropy": {"label_smoothin": 0.1}},
            "Did you mean 'label_smoothing'?",
        ),
        ("label_smoothing.training.loss", {"BinaryCrossentropi": {}}, "is no loss of Keras"),
        (
            "stopping_rules.problems",
            ["mons"],
            "stopping_rules.problems: there is no problem 'mons'. Did you mean 'moons'?",
        ),
        (
            "stopping_rules.rules.mine",
            {"early_stopping": {"monitor": "val_acuracy"}},
            "stopping_rules.rules.mine: 'val_acuracy' is no number that moons logs.",
        ),
        ("stopping_rules.rules.mine", {"early_stop": {}}, "Did you mean 'early_stopping'?"),
        ("stopping_rules.rules.mine", {}, "expected `early_stopping` or `stop_when`, one of them"),
        ("mechanisms", ["x"], "mechanisms: expected a mapping of names to blocks, received ['x']."),
        ("mechanisms.Mine", claim(), "mechanisms.Mine: 'Mine' can't name a claim."),
        ("mechanisms.mine", claim(arn=1), "mechanisms.mine.arn: there is no such key. Did you"),
        ("mechanisms.mine", claim(source=""), "mechanisms.mine.source: expected some text"),
        ("mechanisms.mine", claim(arm="weigth_l2"), "mechanisms.mine.arm: 'weigth_l2' is no"),
        ("mechanisms.mine", claim(beside="weigth_l2"), "mechanisms.mine.beside: 'weigth_l2' is no"),
        (
            "mechanisms.mine",
            claim(beside="weight_l2"),
            "mechanisms.mine.beside: weight_l2 is beside",
        ),
        ("mechanisms.mine", claim(arm="moons"), "mechanisms.mine.arm: moons is a problem, and its"),
        (
            "mechanisms.mine",
            claim(beside="dropout"),
            "mechanisms.mine.beside: dropout changes circles, weight_l2 changes moons. Expected",
        ),
        (
            "mechanisms.mine",
            claim(measure="norm_hiden"),
            "mechanisms.mine.measure: 'norm_hiden' is no measure of weight_l2. Did you mean 'norm",
        ),
        (
            "mechanisms.mine",  # a layer of its own, which the baseline hasn't
            claim(arm="activity_l1", measure="zeros_relu"),
            "mechanisms.mine.measure: 'zeros_relu' is no measure of circles.",
        ),
        (
            "mechanisms.mine",  # a baseline gains nothing
            claim(measure="gain_loss"),
            "mechanisms.mine.measure: gain_loss is one beside the baseline already. Expected a",
        ),
        (
            "mechanisms.mine",
            claim(measure="gain_accuracy", beside="denoising_autoencoder"),
            "mechanisms.mine.measure: 'gain_accuracy' is no measure of denoising_autoencoder.",
        ),
        ("mechanisms.mine", claim(direction="up"), "mechanisms.mine.direction: expected"),
        ("mechanisms.mine", claim(near=1, within=1), "expected `direction` or `near`, one of them"),
        ("mechanisms.mine", claim(direction=None), "expected `direction` or `near`, one of them"),
        ("mechanisms.mine", claim(within=1), "expected `near` and `within` together, or neither"),
        (
            "mechanisms.mine",
            claim(direction=None, near=math.nan, within=1),
            "mechanisms.mine.near: expected a finite number, received nan.",
        ),
        (
            "mechanisms.mine",
            claim(direction=None, near=1, within=1, beside="weight_l1"),
            "expected `near` or `beside`, one of them",
        ),
        (
            "weight_l2.grid",
            {"network.hidden.kernel_regularizer.l3": [1, 2]},
            "weight_l2.grid: 'l3' is no key of network.hidden.kernel_regularizer.",
        ),
        ("digits.training.loss", "binary_crossentropy", "'binary_crossentropy' doesn't suit it."),
        ("digits.training.loss", "mse", "Expected a loss such as sparse_categorical_crossentropy"),
        ("moons.training.loss", "sparse_categorical_crossentropy", "for a binary problem, such as"),
        ("digits.training.loss", "categorical_crossentropy", "doesn't suit it"),
        ("moons.standardise", ["target"], "the target is a class. Expected `features` alone"),
        (
            "weight_l2.network.hidden.kernel_regularizer",
            {"batch_sum": {"l1": 0.1}},
            "'batch_sum' is no regularizer",
        ),
        (
            "activity_l1.network.hidden.activity_regularizer",
            {"batch_sum": None},
            "batch_sum: expected a regularizer such as",
        ),
        (
            "weight_l2.grid",
            {"network.hidden.kernel_regularizer.l2": {"orders": [0.02, 0.04]}},
            "expected orders of magnitude",
        ),
        (
            "weight_l2.grid",
            {"network.hidden.kernel_regularizer.l2": [0.1, 0.1]},
            "one stands there twice",
        ),
        (
            "early_stopping_continue.training.ramp",
            {"strength": "hidden.kernel_regularizer.l2", "values": [0, 1]},
            "ramp: training on after stopping would begin it anew",
        ),
        (
            "dropout.training.ramp",
            {"strength": "mask.rate", "values": [0.1, 1.5]},
            "dropout.training.ramp.values: expected a share of at least 0 and below 1",
        ),
        ("dropout", True, "dropout: expected a mapping of keys to values, received True"),
        ("protocol.grid.repeats", 1, "protocol.grid.repeats: expected a number of 2 or more"),
        ("data_root", "~/runs", f"data_root: expected a folder, such as {Path.home()}/runs"),
        ("engine", "fast", "engine: expected 'compiled' or 'keras', received 'fast'."),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(path: str, value: Any, says: str) -> None:
    assert says in "\n".join(faults(changed(path, value)))


@pytest.mark.parametrize("name", ["acuracy", "nothing_alike"])
def test_a_fault_ends_as_a_sentence(name: str) -> None:
    (fault,) = faults(changed(f"statistics.smallest_difference.{name}", 1))
    assert fault[-2].isalnum() or fault[-2] == "'", fault


def test_a_fault_is_told_once_and_all_are_told() -> None:
    parameters = changed("weight_l2.titel", "x")
    parameters["dropout"]["famly"] = "x"
    lines = faults(parameters)
    assert len(lines) == 2
    assert any("weight_l2.titel" in f for f in lines) and any("dropout.famly" in f for f in lines)


def test_a_missing_key_is_named() -> None:
    parameters = changed("weight_l2.title", "x")
    del parameters["weight_l2"]["explanation"]
    assert faults(parameters) == ("weight_l2.explanation: this key is missing.",)


def test_one_name_for_two_things_is_refused() -> None:
    parameters = changed("moons.title", "x")
    with pytest.raises(SpecError, match="names both a problem and a technique"):
        check_parameters(parameters, PROBLEMS, {**TECHNIQUES, "moons": PROBLEMS["moons"]})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("weight_l2.network.hidden.kernel_regularizer.l2", 0.01),
        ("weight_l2.network.hidden.bias_regularizer", {"l1": 0.1}),
        ("moons.training.class_weight", "balanced"),
        ("digits.training.class_weight", {"0": 2, 9: 0.5}),
        ("weight_l2.training.optimizer", {"SGD": {"learning_rate": 0.1, "momentum": 0.9}}),
        ("unit_norm.network.hidden.kernel_constraint", {"min_max_norm": {"min_value": 1}}),
        ("moons.network.hidden.Dense.kernel_initializer", "he_normal"),
        ("moons.network.hidden.Dense.kernel_regularizer", {"OrthogonalRegularizer": {"factor": 1}}),
        ("weight_l2.training.early_stopping", {"monitor": "val_accuracy", "patience": 5}),
        (
            "moons.training.optimizer",
            {"sgd": {"learning_rate": {"CosineDecay": {"decay_steps": 9}}}},
        ),
        ("weight_l2.training.loss", {"BinaryCrossentropy": {"label_smoothing": 0.1}}),
        ("min_max_norm.network.hidden.kernel_constraint.min_max_norm.rate", 1),
        ("moons.network.hidden.Dense.units", 5),
        (
            "spatial_dropout.network.mask",
            {"SpatialDropout2D": {"rate": 0.3}, "after": "conv1"},
        ),
        ("digits.split.train", 0.5),
        ("data_root", "elsewhere"),
        ("engine", "keras"),
    ],
)
def test_whatever_keras_has_is_accepted(path: str, value: Any) -> None:
    check_parameters(changed(path, value), PROBLEMS, TECHNIQUES)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("engine", "parameter"),
        ("study", "pipeline"),
        ("claims", "pipeline"),
        ("variance", "pipeline"),
    ],
)
def test_some_names_are_taken(name: str, by: str) -> None:
    parameters = {**changed("moons.title", "x"), name: TECHNIQUES["dropout"]}
    with pytest.raises(SpecError, match=f"{name}: this name is taken by a {by}"):
        check_parameters(parameters, PROBLEMS, {**TECHNIQUES, name: TECHNIQUES["dropout"]})


def test_no_problem_is_called_as_a_parameter_a_dataset_or_a_pipeline_is() -> None:
    datasets = {name for name in blocks("catalog") if name.isidentifier() and name[0] != "_"}
    pipelines = {*PIPELINES, "stopping_rules", "moons_screen", "moons_export"}
    for name in {*Settings.model_fields, "recipes", *datasets, *pipelines}:
        with pytest.raises(SpecError, match=f"^{name}: this name is taken"):
            check_free([*PROBLEMS, name], TECHNIQUES)
    assert {"made", "trainer", "looks"} <= datasets
    check_free(PROBLEMS, TECHNIQUES)


def test_a_name_that_is_too_long_for_a_file_is_refused() -> None:
    name = "a" * 200
    parameters = {**changed("moons.title", "x"), name: TECHNIQUES["dropout"]}
    with pytest.raises(SpecError, match=r"^a{20}\.\.\.: 200 letters can't name a problem or t"):
        check_parameters(parameters, PROBLEMS, {**TECHNIQUES, name: TECHNIQUES["dropout"]})


def test_the_name_of_a_grid_is_taken() -> None:
    parameters = changed("weight_l2_grid", TECHNIQUES["weight_l1"])
    with pytest.raises(SpecError, match="weight_l2_grid: this name is taken by a grid of weight_l"):
        check_parameters(
            parameters, PROBLEMS, {**TECHNIQUES, "weight_l2_grid": TECHNIQUES["weight_l1"]}
        )
