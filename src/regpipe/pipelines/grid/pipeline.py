"""The wiring of a technique's grid."""

from kedro.pipeline import Pipeline, node

from regpipe.candidates.as_published import Shipped
from regpipe.pipelines.grid import nodes
from regpipe.pipelines.wiring import called

BLOCKS = ["params:problem", "params:technique"]
RUN = ["trainer", *BLOCKS, "params:protocol"]


def create_pipeline(technique: str, problem: str, shipped: Shipped) -> Pipeline:
    """Return the pipeline `<technique>_grid`, in a namespace of that name.

    `shipped` are the blocks that what was published is about.
    """
    shared = ("protocol", "statistics")
    template = Pipeline(
        [
            node(
                called(technique, nodes.train_coarse),
                inputs=["samples", *RUN],
                outputs="coarse",
                name="train_coarse",
                tags=["train", "train_grid"],
            ),
            node(
                called(technique, nodes.train_finer),
                inputs=["coarse", "samples", *RUN],
                outputs="runs",
                name="train_finer",
                tags=["train", "train_grid"],
            ),
            node(
                called(technique, nodes.tabulate, shipped=shipped),
                inputs=["runs", *BLOCKS, "params:statistics"],
                outputs="grid",
                name="tabulate",
                tags="evaluate",
            ),
            node(
                called(technique, nodes.choose),
                inputs=["runs", "baseline_runs", *BLOCKS, "params:statistics"],
                outputs="choice",
                name="choose",
                tags="evaluate",
            ),
            node(
                nodes.plot_grid,
                inputs=["grid", "baseline_runs", *BLOCKS],
                outputs="grid_plot",
                name="plot_grid",
                tags="plot",
            ),
        ]
    )
    name = f"{technique}_grid"
    return Pipeline(
        template,
        namespace=name,
        inputs={
            "samples": f"{problem}.samples",
            "baseline_runs": f"{problem}.runs",
            "trainer": "trainer",
        },
        parameters={
            "params:problem": f"params:{problem}",
            "params:technique": f"params:{technique}",
            **{f"params:{key}": f"params:{key}" for key in shared},
        },
        tags=name,
    )
