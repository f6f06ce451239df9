"""The wiring of an arm: architecture -> weights, history -> run table, model, surfaces."""

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.arm import nodes


def create_pipeline() -> Pipeline:
    """Return the template; `arm`, `samples` and the parameters come from outside."""
    return Pipeline(
        [
            node(
                nodes.build_network,
                inputs=["arm", "samples"],
                outputs="architecture",
                name="build_network",
            ),
            node(
                nodes.train,
                inputs=[
                    "arm",
                    "architecture",
                    "samples",
                    "params:protocol",
                    "params:engine",
                ],
                outputs=["weights", "history", "fits"],
                name="train",
                tags="train",
            ),
            node(
                nodes.evaluate,
                inputs=["arm", "architecture", "weights", "fits", "samples"],
                outputs="runs",
                name="evaluate",
            ),
            node(
                nodes.export_model,
                inputs=["architecture", "weights"],
                outputs="model",
                name="export_model",
            ),
            node(
                nodes.predict_surface,
                inputs=["arm", "architecture", "weights", "samples"],
                outputs="surfaces",
                name="predict_surface",
            ),
        ]
    )
