"""The wiring of a problem; its arm is the baseline of every technique applied to it."""

from kedro.pipeline import Node, Pipeline

from regpipe.pipelines.arm.nodes import resolve_baseline
from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.arm.repeats import repeat_to_the_end
from regpipe.pipelines.problem import nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import bound, parameters, step
from regpipe.rows.samples import draw_samples

BLOCK, PROTOCOL = "params:problem", "params:protocol"


def create_pipeline(name: str, view: View, table: str | None = None) -> Pipeline:
    """Return the pipeline of the problem called `name`, in a namespace of that name.

    Its rows are those of the dataset called `table`, or are drawn, where there is none.
    """
    curves = ["history", "runs", "arm"]
    return Pipeline(
        [
            *_rows(name, table),
            step(bound(resolve_baseline, name=name), BLOCK, "arm", "model", name="resolve_arm"),
            step(repeat_to_the_end, PROTOCOL, "repeats", "train", name="count_repeats"),
            *arm_nodes(view),
            step(nodes.plot_learning_curves, curves, "learning_curves_plot", "plot"),
            step(nodes.plot_samples, ["samples", BLOCK], "rows_plot", "plot"),
        ],
        namespace=name,
        inputs={"trainer": "trainer", **({"table": table} if table else {})},
        parameters=parameters("protocol", problem=name),
        tags=name,
    )


def _rows(name: str, table: str | None) -> list[Node]:
    if table:
        split = bound(nodes.split_table, name=name)
        return [step(split, ["table", BLOCK, PROTOCOL], "samples", "data")]
    return [
        step(draw_samples, [BLOCK, PROTOCOL], "draws", "data"),
        step(nodes.split_samples, ["draws", BLOCK], "samples", "data"),
    ]
