"""The wiring of an arm: architecture -> weights, history -> run table, model, predictions."""

from kedro.pipeline import Node

from regpipe.pipelines.arm import nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import EVERY_REPEAT, step

TRAINED = ["weights", "history", "fits"]


def arm_nodes(view: View) -> list[Node]:
    """Return the nodes of an arm; what none of them makes comes from outside."""
    return [*network_nodes(), *training_nodes(), *measuring_nodes(view)]


def network_nodes() -> list[Node]:
    """Build its network."""
    return [step(nodes.build_network, ["arm", "samples"], "architecture", "model")]


def training_nodes() -> list[Node]:
    """Train it at every repeat, and hand out one of the networks."""
    plan = ["arm", "architecture", "samples", "trainer", "repeats", "params:protocol"]
    return [
        step(nodes.train, plan, TRAINED, "train", EVERY_REPEAT),
        step(nodes.export_model, ["architecture", "weights"], "model", "model"),
    ]


def measuring_nodes(view: View) -> list[Node]:
    """Measure what was trained, and let it predict."""
    fitted = ["arm", "architecture", "weights", "fits", "samples"]
    return [
        step(nodes.evaluate, fitted, "runs", "evaluate"),
        step(view.predict, fitted, view.predictions, "evaluate"),
    ]
