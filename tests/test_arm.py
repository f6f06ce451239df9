from regpipe.arm import Layer, apply, baseline
from regpipe.spec import Problem, Technique
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
