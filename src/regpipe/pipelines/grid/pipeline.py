"""The wiring of a technique's grid."""

from kedro.pipeline import Pipeline

from regpipe.candidates.as_published import Shipped
from regpipe.pipelines.grid import nodes
from regpipe.pipelines.wiring import TRAINS, bound, parameters, step

BLOCK, STATISTICS = "params:technique", "params:statistics"


def create_pipeline(technique: str, problem: str, shipped: Shipped) -> Pipeline:
    """Return the pipeline `<technique>_grid`, in a namespace of that name.

    `shipped` are the blocks that what was published is about.
    """
    name = f"{technique}_grid"
    coarse = bound(nodes.train_coarse, name=technique)
    finer = bound(nodes.train_finer, name=technique)
    table = bound(nodes.tabulate, name=technique, shipped=shipped)
    choice = bound(nodes.choose, name=technique)
    plan = ["samples", "trainer", "baseline_arm", BLOCK, "params:protocol"]
    compared = ["baseline_arm", BLOCK, STATISTICS]
    return Pipeline(
        [
            step(coarse, plan, "coarse", *TRAINS),
            step(finer, ["coarse", *plan], "runs", *TRAINS),
            step(table, ["runs", *compared], "grid", "evaluate"),
            step(choice, ["runs", "baseline_runs", *compared], "choice", "evaluate"),
            step(
                nodes.plot_grid,
                ["grid", "baseline_runs", "baseline_arm", BLOCK],
                "grid_plot",
                "plot",
            ),
        ],
        namespace=name,
        inputs={
            "samples": f"{problem}.samples",
            "baseline_arm": f"{problem}.arm",
            "baseline_runs": f"{problem}.runs",
            "trainer": "trainer",
        },
        parameters=parameters("protocol", "statistics", technique=technique),
        tags=name,
    )
