"""Recipes: techniques that know no layer by its name, and mixtures of them."""

from typing import Any

import pandas as pd
import pytest

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.mixtures import MixtureSpace, mixable
from regpipe.candidates.recipes import (
    candidate_values,
    check_recipe,
    hidden_layers,
    is_for,
    left_out,
    mix,
    neutral_value,
    only,
    parse_recipes,
    space_of,
    suiting,
    technique_of,
)
from regpipe.errors import SpecError
from regpipe.language import Problem, Recipe
from regpipe.report.study import Screening
from regpipe.report.views.screening import omission
from tests.conftest import PROBLEMS, blocks

RECIPES = parse_recipes(blocks("recipes")["recipes"])
BASES = {name: baseline(name, problem) for name, problem in PROBLEMS.items()}


@pytest.mark.parametrize("name", RECIPES)
def test_every_dose_of_every_recipe_makes_an_arm_of_every_problem(name: str) -> None:
    recipe = RECIPES[name]
    for base in BASES.values():
        if base.task.name in recipe.tasks:
            check_recipe(name, recipe, base)
    arms = [
        apply(name, technique_of(name, recipe, BASES["moons"], value), BASES["moons"])
        for value in candidate_values(recipe)
    ]
    assert len({repr((arm.layers, arm.training)) for arm in arms}) == len(arms)


def test_a_recipe_reaches_every_hidden_layer_and_no_other() -> None:
    assert hidden_layers(BASES["football"]) == ["hidden1", "hidden2", "hidden3"]
    l2 = technique_of("weight_l2", RECIPES["weight_l2"], BASES["football"], 0.05)
    expected = {"kernel_regularizer": {"l2": 0.05}}
    assert l2.network == {f"hidden{k}": expected for k in (1, 2, 3)}
    dropout = technique_of("dropout", RECIPES["dropout"], BASES["football"], 0.3)
    layers = list(apply("dropout", dropout, BASES["football"]).layers)
    assert layers == [
        *("hidden1", "dropout_hidden1", "hidden2", "dropout_hidden2"),
        *("hidden3", "dropout_hidden3", "output"),
    ]


def test_class_weights_are_for_problems_judged_by_what_counts_classes() -> None:
    block = blocks("recipes")["recipes"]["class_weights"]
    for metric in ("accuracy", "auc", "balanced_accuracy", "f1", "mcc"):
        problem = {**blocks("problems")["moons"], "metric": metric}
        base = baseline("moons", Problem(**problem))
        asked = metric not in ("accuracy", "auc")
        assert is_for(block, problem) is RECIPES["class_weights"].is_for(base.task) is asked
        assert ("class_weights" in mixable(RECIPES, base)) is asked
    assert not is_for(block, blocks("problems")["moons"])
    assert is_for(blocks("recipes")["recipes"]["dropout"], blocks("problems")["moons"])


def test_a_mixture_does_all_that_its_recipes_do() -> None:
    chosen = {"weight_l2": 0.01, "weight_l1": 0.001, "moving_average": 0.9, "weight_decay": 0.1}
    mixture = {name: (RECIPES[name], value) for name, value in chosen.items()}
    mixed = mix("cocktail", mixture, BASES["moons"])
    assert mixed["network"]["hidden"]["kernel_regularizer"] == {"l2": 0.01, "l1": 0.001}
    adam = {"weight_decay": 0.1, "use_ema": True, "ema_momentum": 0.9}
    assert mixed["training"]["optimizer"] == {"AdamW": adam}


def test_all_that_mixes_goes_together_on_every_problem() -> None:
    for base in BASES.values():
        chosen = {
            name: (recipe, candidate_values(recipe)[0])
            for name, recipe in RECIPES.items()
            if recipe.mixes and base.task.name in recipe.tasks
        }
        for names in MixtureSpace(
            {n: recipe for n, (recipe, _) in chosen.items()}, base
        ).slots.values():
            for name in names[1:]:
                del chosen[name]
        if chosen:
            technique = technique_of("weight_l2", RECIPES["weight_l2"], base)
            together = technique.model_copy(update=mix("cocktail", chosen, base))
            assert apply("cocktail", together, base).layers


def with_training(**training: Any) -> Arm:
    """Return the baseline of moons with a training of its own."""
    block = PROBLEMS["moons"].model_dump(exclude_unset=True)
    return baseline("mine", Problem(**{**block, "training": {**block["training"], **training}}))


STOPS = {"validation_split": 0.3, "early_stopping": {"restore_best_weights": True}}
FALLS = {"CosineDecay": {"initial_learning_rate": 0.01, "decay_steps": 100}}


@pytest.mark.parametrize(
    ("own", "out"),
    [
        ({}, []),
        (STOPS, ["weight_average", "snapshot_ensemble", "moving_average"]),
        ({"validation_split": 0.3, "early_stopping": {}}, ["weight_average", "snapshot_ensemble"]),
        ({"optimizer": {"Adam": {"learning_rate": FALLS}}}, ["snapshot_ensemble"]),
        (
            {"optimizer": {"Adam": {"use_ema": True}}},
            ["weight_average", "snapshot_ensemble", "moving_average"],
        ),
    ],
)
def test_what_does_not_suit_a_training_is_left_out_and_said(
    own: dict[str, Any], out: list[str]
) -> None:
    base = with_training(**own)
    assert sorted(left_out(RECIPES, base)) == sorted(out)
    known = {name for name, recipe in RECIPES.items() if recipe.is_for(base.task)}
    assert set(suiting(RECIPES, base)) == known - set(out)
    assert not set(mixable(RECIPES, base)) & set(out)
    empty = pd.DataFrame()
    text = omission(Screening(empty, empty, left_out(RECIPES, base)))
    assert all(f"{name} (" in text for name in out) and "Expected" not in text
    assert bool(text) == bool(out)


def test_a_recipe_asked_for_by_name_is_told_where_it_is_for_other_problems() -> None:
    base, named = baseline("diabetes", PROBLEMS["diabetes"]), ["dropout", "class_weights"]
    assert list(only(RECIPES, named)) == ["class_weights", "dropout"]
    assert only(RECIPES, None) == RECIPES
    judged = "judged by one of balanced_accuracy, f1, mcc, cost"
    reason = f"it is for binary and multiclass problems {judged}"
    assert left_out(RECIPES, base, named) == {"class_weights": reason}
    assert left_out(RECIPES, base, ["noise_labels"]) == {
        "noise_labels": "it is for binary and multiclass problems"
    }
    assert not left_out(RECIPES, base)
    told = with_training(**STOPS)
    assert list(left_out(RECIPES, told, ["moving_average", "dropout"])) == ["moving_average"]


def test_a_network_without_hidden_layers_has_no_recipes() -> None:
    block = PROBLEMS["moons"].model_dump(exclude_unset=True)
    block["network"].pop("hidden")
    base = baseline("mine", Problem(**block))
    assert not suiting(RECIPES, base)
    assert "no hidden layer" in left_out(RECIPES, base)["weight_l2"]


def test_a_recipe_keeps_what_the_problem_asks_of_its_optimizer() -> None:
    base = with_training(optimizer={"adam": {"learning_rate": FALLS}})
    for name in ("weight_decay", "moving_average"):
        technique = technique_of(name, RECIPES[name], base)
        (arguments,) = apply(name, technique, base).training.optimizer.values()
        assert arguments["learning_rate"] == FALLS and len(arguments) > 1


def test_what_has_a_strength_can_be_there_and_do_nothing() -> None:
    assert neutral_value(RECIPES["dropout"]) == pytest.approx(0, abs=1e-20)
    assert neutral_value(RECIPES["max_norm"]) == 1e30
    assert neutral_value(RECIPES["mixup"]) == pytest.approx(0, abs=1e-20)
    assert neutral_value(RECIPES["label_smoothing"]) == 0
    elu = {"after_each": {"ELU": {"alpha": 0.5}}, "strength": {"after_each.ELU.alpha": [0.5, 1]}}
    assert neutral_value(RECIPES["dropout"].model_copy(update=elu)) is None
    for name in ("snapshot_ensemble", "batch_norm", "unit_norm"):
        assert neutral_value(RECIPES[name]) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"strength": {"after_each.Dropout.rat": [0.1, 0.2]}}, "Did you mean 'rate'"),
        ({"after_each": {"Dropot": {"rate": 0.1}}, "strength": {}}, "Did you mean 'Dropout'"),
        ({"strength": {"after_each.Dropout.rate": [0.1, 1.5]}}, "rate"),
    ],
)
def test_a_recipe_that_makes_no_arm_is_refused(changes: dict[str, Any], expected: str) -> None:
    block = {**RECIPES["dropout"].model_dump(), **changes}
    with pytest.raises(SpecError, match=expected):
        check_recipe("dropout", Recipe(**block), BASES["moons"])


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"each": {"units": 8}, "strength": {"each.units": [8, 16]}}, [8, 16]),
        (
            {
                "training": {"snapshot_ensemble": {"cycles": 3}},
                "strength": {"training.snapshot_ensemble.cycles": [3, 5]},
            },
            [3, 5],
        ),
    ],
)
def test_a_strength_that_changes_the_size_of_networks_is_refused_by_a_screen(
    changes: dict[str, Any], values: list[float]
) -> None:
    from regpipe.engine.network import build_architecture
    from regpipe.pipelines.screen.tuning import check_alike
    from regpipe.pipelines.search import Candidate

    about = {"title": "t", "family": "other", "explanation": "e"}
    recipe = Recipe(**about, **changes)
    space = space_of("r", recipe, BASES["moons"])
    assert space.values == values
    made = [Candidate(arm, build_architecture(arm, (2,))) for arm in space.arms]
    check_alike("r", made[:1])
    with pytest.raises(SpecError, match="recipes.r.strength: its values make networks of differe"):
        check_alike("r", made)


def test_values_beyond_the_strongest_lie_away_from_what_does_nothing() -> None:
    beyond = {
        name: list(space_of(name, RECIPES[name], BASES["circles"]).beyond)
        for name in ("weight_l2", "dropout", "max_norm", "moving_average", "weight_average")
    }
    assert beyond == {
        "weight_l2": [10.0, 100.0],
        "dropout": [0.9, 0.98182],  # rates stay below 1
        "max_norm": [0.125, 0.0625],
        "moving_average": [0.9999, 0.99999],
        "weight_average": [0.125, 0.0625],
    }


def test_where_it_is_not_known_what_is_stronger_nothing_lies_beyond() -> None:
    for name in ("early_stopping", "unit_norm"):
        space = space_of(name, RECIPES[name], BASES["circles"])
        assert (space.strongest, space.beyond) == (None, {})
