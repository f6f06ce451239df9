"""The wiring of a problem; its arm is the baseline of every technique applied to it."""

from kedro.pipeline import Node, Pipeline

from regpipe.pipelines.arm.nodes import resolve_baseline
from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.arm.repeats import repeat_to_the_end
from regpipe.pipelines.problem import nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import bound, parameters, step

BLOCK, PROTOCOL = "params:problem", "params:protocol"


def create_pipeline(name: str, view: View, table: str | None = None) -> Pipeline:
    """Return the pipeline of the problem called `name`, in a namespace of that name.

    Its rows are those of the dataset called `table`, or are drawn, where there is none.
    """
    return Pipeline(
        [
            *(_rows_of_table(name) if table else _drawn_rows()),
            step(bound(resolve_baseline, name=name), BLOCK, "arm", "model", name="resolve_arm"),
            step(repeat_to_the_end, PROTOCOL, "repeats", "train", name="count_repeats"),
            *arm_nodes(view),
            *_pictures(),
        ],
        namespace=name,
        inputs={"trainer": "trainer", **({"table": table} if table else {})},
        parameters=parameters("protocol", problem=name),
        tags=name,
    )


def _drawn_rows() -> list[Node]:
    return [
        step(nodes.draw_samples, [BLOCK, PROTOCOL], "draws", "data"),
        step(nodes.split_samples, ["draws", BLOCK], "samples", "data"),
    ]


def _rows_of_table(name: str) -> list[Node]:
    return [
        step(bound(nodes.split_table, name=name), ["table", BLOCK, PROTOCOL], "samples", "data")
    ]


def _pictures() -> list[Node]:
    return [
        step(
            nodes.plot_learning_curves, ["history", "runs", "arm"], "learning_curves_plot", "plot"
        ),
        step(nodes.plot_samples, ["samples", BLOCK], "samples_plot", "plot"),
    ]
