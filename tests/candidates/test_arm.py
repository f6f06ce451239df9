import pytest

from regpipe.candidates.arm import apply, baseline
from regpipe.errors import SpecError
from regpipe.language import Problem, Technique
from regpipe.language.layers import Layer
from tests.conftest import PROBLEMS

BASE = baseline("moons", PROBLEMS["moons"])


def technique(**changes: object) -> Technique:
    return Technique(
        title="t",
        family="weight",
        explanation="e",
        problem="moons",
        **changes,
    )


def test_a_baseline_is_the_problem_as_written() -> None:
    assert BASE.name == "moons" and BASE.technique is None
    assert BASE.layers["hidden"] == Layer("Dense", {"units": 500, "activation": "relu"})


def test_an_entry_of_a_known_name_is_merged_into_its_layer() -> None:
    arm = apply("t", technique(network={"hidden": {"activation": "linear"}}), BASE)
    assert arm.layers["hidden"] == Layer("Dense", {"units": 500, "activation": "linear"})
    assert arm.name == "t" and list(arm.layers) == ["hidden", "output"]


def test_new_layers_go_before_and_after_named_ones_also_new_ones() -> None:
    network = {
        "jitter": {"GaussianNoise": {"stddev": 0.1}, "before": "hidden"},
        "mask": {"Dropout": {"rate": 0.4}, "after": "hidden"},
        "more": {"Dropout": {"rate": 0.1}, "after": "mask"},
    }
    arm = apply("t", technique(network=network), BASE)
    assert list(arm.layers) == ["jitter", "hidden", "mask", "more", "output"]
    assert arm.layers["mask"] == Layer("Dropout", {"rate": 0.4})


def test_a_technique_changes_the_training_it_names_and_no_more() -> None:
    arm = apply("t", technique(training={"epochs": 7}), BASE)
    assert arm.training.epochs == 7
    assert arm.training.batch_size == BASE.training.batch_size
    assert BASE.training.epochs == 4000


def test_settings_tell_one_problem_from_another_and_not_its_techniques() -> None:
    shorter = {**PROBLEMS["moons"].model_dump(), "training": {"loss": "mse", "epochs": 3}}
    assert baseline("moons", Problem(**shorter)).settings != BASE.settings
    assert apply("t", technique(training={"epochs": 7}), BASE).settings == BASE.settings


def named(**training: object) -> Problem:
    """Return a problem of somebody's own table, whose classes have names."""
    block = PROBLEMS["moons"].model_dump(exclude={"rows", "split", "training"})
    rows = {"table": "mine", "target": "ill", "classes": [1, 2]}
    return Problem(
        **block,
        rows=rows,
        split={"train": 0.5},
        training={"loss": "mse", "epochs": 3, **training},
    )


def test_weights_of_classes_go_by_their_names() -> None:
    """`1` is the first class of this table, number 0; `--params` makes text of a key."""
    base = baseline("mine", named(class_weight={1: 0.5, "2": 4}))
    assert base.training.class_weight.asked == {0: 0.5, 1: 4}
    kept = apply("t", technique(training={"epochs": 7}), base)
    assert kept.training.class_weight.asked == {0: 0.5, 1: 4}
    other = apply("t", technique(training={"class_weight": {2: 9}}), base)
    assert other.training.class_weight.asked == {1: 9}
    with pytest.raises(SpecError, match=r"mine.training.class_weight: '0' is no class. .* 1, 2"):
        baseline("mine", named(class_weight={0: 1.0}))
    numbered = apply("t", technique(training={"class_weight": {0: 2, "1": 3}}), BASE)
    assert numbered.training.class_weight.asked == {0: 2, 1: 3}
