"""The wiring of an arm: architecture -> weights, history -> run table, model, predictions."""

from kedro.pipeline import Node

from regpipe.pipelines.arm import nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import EVERY_REPEAT, step

TRAINED = ["weights", "history", "fits"]


def arm_nodes(view: View) -> list[Node]:
    """Return the nodes of an arm; what none of them makes comes from outside."""
    plan = ["arm", "architecture", "samples", "trainer", "repeats", "params:protocol"]
    return [
        network_node(),
        step(nodes.train, plan, TRAINED, "train", EVERY_REPEAT),
        step(nodes.export_model, ["architecture", "weights"], "model", "model"),
        *measuring_nodes(view),
    ]


def network_node() -> Node:
    """Build its network."""
    return step(nodes.build_network, ["arm", "samples"], "architecture", "model")


def measuring_nodes(view: View) -> list[Node]:
    """Measure what was trained, and let it predict."""
    fitted = ["arm", "architecture", "weights", "fits", "samples"]
    return [
        step(nodes.evaluate, fitted, "runs", "evaluate"),
        step(view.predict, fitted, view.predictions, "evaluate"),
    ]
