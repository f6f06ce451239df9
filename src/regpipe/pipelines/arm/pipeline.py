"""The wiring of an arm: architecture -> weights, history -> run table, model, predictions."""

from kedro.pipeline import Node, node

from regpipe.pipelines.arm import nodes
from regpipe.pipelines.looks import Look


def arm_nodes(look: Look) -> list[Node]:
    """Return the nodes of an arm; what none of them makes comes from outside."""
    return [
        node(
            nodes.build_network,
            inputs=["arm", "samples"],
            outputs="architecture",
            name="build_network",
            tags="model",
        ),
        node(
            nodes.train,
            inputs=[
                "arm",
                "architecture",
                "samples",
                "trainer",
                "repeats",
                "params:protocol",
            ],
            outputs=["weights", "history", "fits"],
            name="train",
            tags=["train", "every_repeat"],
        ),
        node(
            nodes.evaluate,
            inputs=["arm", "architecture", "weights", "fits", "samples"],
            outputs="runs",
            name="evaluate",
            tags="evaluate",
        ),
        node(
            nodes.export_model,
            inputs=["architecture", "weights"],
            outputs="model",
            name="export_model",
            tags="model",
        ),
        node(
            look.predict,
            inputs=["arm", "architecture", "weights", "fits", "samples"],
            outputs=look.predictions,
            name=look.predict.__name__,
            tags="evaluate",
        ),
    ]
