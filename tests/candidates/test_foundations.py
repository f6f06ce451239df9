"""What regularizers stand on: another network, which counts as no technique."""

from typing import Any

import pytest

from regpipe.candidates.arm import Arm, baseline
from regpipe.candidates.foundations import found, parse_foundations, suited
from regpipe.candidates.mixtures import MixtureSpace, mixable, starting
from regpipe.candidates.recipes import parse_recipes
from regpipe.engine.loops import Loops
from regpipe.errors import SpecError
from regpipe.language import Problem
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.mixing import Mixtures
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called, blocks

SHIPPED = parse_foundations(blocks("foundations")["foundations"])
RECIPES = parse_recipes(blocks("recipes")["recipes"])
STARTS = blocks("foundations")["starts"]


def of(*kinds: str, training: dict[str, Any] | None = None) -> Arm:
    """Return a network of such layers, with an output behind them."""
    layers: dict[str, Any] = {f"layer{k}": {kind: {"units": 8}} for k, kind in enumerate(kinds)}
    return baseline(
        "mine",
        Problem.model_validate(
            {
                "title": "Mine",
                "task": "binary",
                "rows": {"make_moons": {"n_samples": 20, "noise": 0.1, "random_state": 1}},
                "split": {"train": 10},
                "network": {**layers, "output": {"Dense": {"units": 1, "activation": "sigmoid"}}},
                "training": {"loss": "binary_crossentropy", "epochs": 3, **(training or {})},
            }
        ),
    )


def built(base: Arm, *names: str) -> Arm:
    return found("mine", {name: (SHIPPED[name], None) for name in names}, base)


def test_the_last_hidden_layer_is_repeated_or_left_out() -> None:
    arm = built(of("Dense", "Dense"), "wide")
    assert list(arm.layers) == ["layer0", "layer1", "layer1_2", "output"]
    assert {layer.arguments["units"] for layer in list(arm.layers.values())[:-1]} == {128}
    assert arm.layers["output"].arguments["units"] == 1
    assert list(built(of("Dense", "Dense", "Dense"), "small").layers) == ["layer0", "output"]
    assert arm.technique is None and arm.name == "mine"


def test_training_and_inputs_are_changed_and_the_rest_stays() -> None:
    base = of("Dense", training={"optimizer": {"Adam": {"beta_1": 0.8}}})
    arm = found("mine", {"learning_rate": (SHIPPED["learning_rate"], 0.01)}, base)
    assert arm.training.optimizer == {"Adam": {"beta_1": 0.8, "learning_rate": 0.01}}
    arm = built(base, "large_batches", "quantile", "cosine")
    assert arm.training.batch_size == 128 and arm.training.epochs == 3
    assert arm.inputs == "quantile" and arm.training.cosine.fall == 1.0
    assert base.inputs == "standard" and arm.layers == base.layers


def test_what_does_not_suit_a_network_is_left_out() -> None:
    assert set(suited(SHIPPED, of("Dense"))) == set(SHIPPED)
    scheduled = {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10}}
    own = of("Dense", training={"optimizer": {"Adam": {"learning_rate": scheduled}}})
    assert "cosine" not in suited(SHIPPED, own)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"title": "t", "explanation": "e", "slot": "s"}, "expected `each`, `training`, `layers`"),
        ({"title": "t", "explanation": "e", "layers": 2}, "slot"),
        ({"title": "t", "explanation": "e", "slot": "s", "layers": 0}, "layers"),
        ({"title": "t", "explanation": "e", "slot": "s", "inputs": "log"}, "inputs"),
    ],
)
def test_a_block_that_changes_nothing_or_the_impossible_is_refused(
    block: dict[str, Any], says: str
) -> None:
    with pytest.raises(SpecError, match="foundations.mine") as refused:
        parse_foundations({"mine": block})
    assert says in str(refused.value)


def test_a_foundation_that_is_null_is_left_out() -> None:
    assert not parse_foundations({"wide": None})


def test_what_is_tried_first_suits_and_has_values_that_are_searched() -> None:
    base = arm_called("moons")
    parts = {**suited(SHIPPED, base), **mixable(RECIPES, base)}
    starts = starting(STARTS, parts)
    assert starts[0] == {} and len(starts) == 1 + len(STARTS)
    given = [{"weight_l2": 0.02}, {"learning_rate": None}, {"nothing_such": None}, {"wide": None}]
    assert starting(given, parts) == (
        {},
        {"weight_l2": 0.01},
        {"learning_rate": 0.003},
        {"wide": None},
    )


def test_one_slot_has_one_foundation_and_those_that_can_do_nothing_are_always_there() -> None:
    base = of("Dense")
    space = MixtureSpace(mixable(RECIPES, base), base, SHIPPED)
    assert space.slots["kind"] == ["wide", "small", "large_batches", "piecewise"]
    arm = space.arm({"wide": None})
    assert (
        arm.training.cosine.fall == 0 and arm.training.optimizer["AdamW"]["learning_rate"] == 1e-3
    )
    alone = space.alone({"wide": None, "weight_l2": 0.01})
    assert alone.training.cosine is None and alone.training.optimizer == "adam"
    assert alone.layers["layer0_2"].arguments["kernel_regularizer"] == {"l2": 0.01}


@pytest.mark.usefixtures("without_xla")
def test_rates_schedules_and_recipes_share_a_compile(moons: Rows) -> None:
    base = arm_called("moons", epochs=2)
    space = MixtureSpace(mixable(RECIPES, base), base, SHIPPED)
    made, loops = Mixtures(space, (2,), (True, True)), Loops("compiled")
    for mixture in (
        {},
        {"learning_rate": 0.01},
        {"cosine": None},
        {"robust": None, "dropout": 0.2},
    ):
        candidate = made.candidate(mixture)
        loops.fit(candidate.job(Repeat("fresh", 0, moons, 5), candidate.sees(moons)))
    assert loops.compiles == 1
