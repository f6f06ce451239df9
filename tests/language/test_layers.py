"""Outputs that aren't the probabilities they are read as, and layers that nothing adapts."""

from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.errors import SpecError
from regpipe.language import Problem, Technique
from regpipe.language.layers import CUT_AT_HALF
from tests.conftest import PROBLEMS, arm_called

LOGITS = {"BinaryCrossentropy": {"from_logits": True}}
SPARSE = "SparseCategoricalCrossentropy"


def problem(name: str, *last: dict[str, Any], loss: Any = None) -> Arm:
    """Return a problem's baseline with other layers in the place of its last one."""
    block = PROBLEMS[name].model_dump(exclude_unset=True)
    block["network"].pop("output")
    block["network"] |= {f"last{place}": layer for place, layer in enumerate(last)}
    block["training"]["loss"] = loss or block["training"]["loss"]
    return baseline(name, Problem(**block))


def dense(activation: str | None = None, units: int = 1) -> dict[str, Any]:
    return {"Dense": {"units": units} | ({"activation": activation} if activation else {})}


@pytest.mark.parametrize(
    ("name", "last", "loss", "says"),
    [
        ("moons", [dense()], LOGITS, r"moons.training.loss: from_logits.*`activation: sigmoid`"),
        ("moons", [dense("sigmoid")], LOGITS, "moons.training.loss: from_logits"),
        ("moons", [dense()], {"binarycrossentropy": {"from_logits": True}}, "from_logits"),
        ("moons", [dense()], {"BinaryFocalCrossentropy": {"from_logits": True}}, "from_logits"),
        ("moons", [dense("tanh")], "hinge", "moons.network.last0: the output is read as .*'tanh'"),
        ("moons", [dense()], "squared_hinge", "a Dense without one gives another"),
        ("moons", [dense()], "mse", "a Dense without one"),
        ("moons", [dense("relu")], None, "'relu'"),
        ("moons", [dense("softmax")], None, "'softmax'"),
        ("moons", [dense(), {"Softmax": {}}], None, "'softmax'"),
        ("moons", [dense("sigmoid"), {"Rescaling": {"scale": 2.0}}], None, "last1.*a Rescaling"),
        ("moons", [dense("sigmoid"), {"ReLU": {}}], None, "last1.*a ReLU"),
        ("moons", [{"ShakeShake": {"units": 1}}], None, "last0.*a ShakeShake"),
        ("moons", [dense(), {"Activation": {"activation": "tanh"}}], None, "last1.*'tanh'"),
        ("moons", [dense("sigmoid")], "squared_hinge", "moons.training.loss: .*'squared_hinge'"),
        ("moons", [dense("sigmoid")], {"SquaredHinge": {}}, "'SquaredHinge'"),
        ("moons", [dense("sigmoid")], "kl_divergence", "'kl_divergence'"),
        ("moons", [dense("sigmoid")], {"MeanSquaredLogarithmicError": {}}, "above another"),
        ("waves", [dense(units=3)], {SPARSE: {"from_logits": True}}, "`activation: softmax`"),
        ("waves", [dense("softmax", 3)], {SPARSE: {"from_logits": True}}, "from_logits"),
        ("waves", [dense(units=3)], None, "waves.network.last0: the outputs are read as the prob"),
        ("waves", [dense("sigmoid", 3)], None, "'sigmoid'"),
        ("codes", [dense(units=64)], LOGITS, "codes.training.loss: from_logits"),
        ("codes", [dense(units=64)], "binary_crossentropy", "numbers from 0 to 1"),
        ("diabetes", [dense("relu")], "binary_crossentropy", "numbers from 0 to 1"),
    ],
)
def test_what_is_no_probability_is_refused(
    name: str, last: list[dict[str, Any]], loss: Any, says: str
) -> None:
    with pytest.raises(SpecError, match=says) as refused:
        problem(name, *last, loss=loss)
    assert len(refused.value.faults) == 1


@pytest.mark.parametrize(
    ("name", "last", "loss"),
    [
        ("moons", [dense("sigmoid")], {"BinaryCrossentropy": {"from_logits": False}}),
        ("moons", [dense("hard_sigmoid")], "mse"),
        ("moons", [dense(), {"Activation": {"activation": "sigmoid"}}], "hinge"),
        ("moons", [dense("sigmoid"), {"Dropout": {"rate": 0.1}}], {"BinaryFocalCrossentropy": {}}),
        ("moons", [dense("sigmoid"), {"Reshape": {"target_shape": [1]}}], "huber"),
        ("waves", [dense(units=3), {"Softmax": {}}], None),
        ("waves", [dense("softmax", 3)], {SPARSE: {"ignore_class": 5}}),
        ("codes", [dense("sigmoid", 64)], "binary_crossentropy"),
        ("codes", [dense("tanh", 64)], "mse"),
        ("diabetes", [dense("softplus")], "poisson"),
    ],
)
def test_what_is_one_is_taken(name: str, last: list[dict[str, Any]], loss: Any) -> None:
    assert problem(name, *last, loss=loss).layers


SINGLE = ("binary_crossentropy", "mse", "mae", "huber", "log_cosh", "poisson", "hinge")
OTHERS = ("squared_hinge", "kl_divergence", "mean_squared_logarithmic_error", "cosine_similarity")


@pytest.mark.parametrize("loss", [*SINGLE, *OTHERS])
def test_a_loss_is_taken_where_the_best_output_tells_the_likelier_class(loss: str) -> None:
    """Whatever the share of class 1, the loss is lowest on that share's side of 0.5."""
    from regpipe.engine.keras_objects import make_loss

    outputs = np.linspace(0.005, 0.995, 100, dtype="float32")[:, None]
    of_0, of_1 = (make_loss(loss)(np.full_like(outputs, y), outputs) for y in (0, 1))
    best = {
        share: outputs[np.argmin((1 - share) * of_0 + share * of_1), 0]
        for share in (0.1, 0.3, 0.45, 0.55, 0.7, 0.9)
    }
    right = all((output > 0.5) == (share > 0.5) for share, output in best.items())
    assert right == (loss.replace("_", "") in CUT_AT_HALF)


def technique(**changes: Any) -> Technique:
    about = {"title": "t", "family": "other", "explanation": "e", "problem": "moons"}
    return Technique(**about, **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"training": {"loss": LOGITS}}, "t.training.loss: from_logits"),
        ({"training": {"loss": "squared_hinge"}}, "t.training.loss: a class is told"),
        ({"network": {"output": {"activation": "tanh"}}}, "t.network.output: .*'tanh'"),
        (
            {"network": {"more": {"LayerNormalization": {}, "after": "output"}}},
            "t.network.more: .*a LayerNormalization",
        ),
        (
            {"network": {"scale": {"Normalization": {}, "before": "hidden"}}},
            r"t.network.scale: a Normalization has to be adapted.*`standardise: \[features\]`",
        ),
        (
            {"network": {"bins": {"Discretization": {"num_bins": 3}, "before": "hidden"}}},
            "t.network.bins: a Discretization .* Expected bin_boundaries",
        ),
        (
            {"network": {"look": {"StringLookup": {}, "before": "hidden"}}},
            "t.network.look: a StringLookup .* Expected vocabulary",
        ),
    ],
)
def test_so_is_what_a_technique_makes_of_it(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        apply("t", technique(**changes), arm_called("moons"))


def test_a_layer_that_is_given_what_it_would_find_is_taken() -> None:
    scale = {"Normalization": {"mean": [0.5, 0.2], "variance": [1.0, 2.0]}, "before": "hidden"}
    assert "scale" in apply("t", technique(network={"scale": scale}), arm_called("moons")).layers


@pytest.mark.parametrize(
    ("loss", "passes"),
    [
        ("binary_crossentropy", True),
        ({"BinaryCrossentropy": {"label_smoothing": 0.1}}, True),
        ("mse", True),
        ("binary_focal_crossentropy", False),
        ("mae", False),
    ],
)
def test_balanced_accuracy_wants_outputs_that_keep_the_base_rate(loss: Any, passes: bool) -> None:
    block = PROBLEMS["moons"].model_dump()
    block |= {"metric": "balanced_accuracy", "training": {**block["training"], "loss": loss}}
    if passes:
        baseline("moons", Problem(**block))
    else:
        with pytest.raises(
            SpecError, match="moons.training.loss: where balanced accuracy or a cost"
        ):
            baseline("moons", Problem(**block))
