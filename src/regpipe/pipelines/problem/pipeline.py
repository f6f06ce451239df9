"""The wiring of a problem; its arm is the baseline of every technique applied to it."""

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.arm.nodes import resolve_baseline
from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.arm.repeats import repeat_to_the_end
from regpipe.pipelines.looks import Look
from regpipe.pipelines.problem import nodes
from regpipe.pipelines.wiring import called


def create_pipeline(name: str, look: Look, table: str | None = None) -> Pipeline:
    """Return the pipeline of the problem called `name`, in a namespace of that name.

    Its rows are those of the dataset called `table`, or are drawn, where there is none.
    """
    own = [
        *arm_nodes(look),
        *(_rows_of_table(name) if table else _drawn_rows()),
        node(
            called(name, resolve_baseline),
            inputs="params:problem",
            outputs="arm",
            name="resolve_arm",
            tags="model",
        ),
        node(
            repeat_to_the_end,
            inputs="params:protocol",
            outputs="repeats",
            name="count_repeats",
            tags="train",
        ),
        node(
            nodes.plot_learning_curves,
            inputs=["history", "runs", "params:problem"],
            outputs="learning_curves_plot",
            name="plot_learning_curves",
            tags="plot",
        ),
        node(
            nodes.plot_samples,
            inputs=["samples", "params:problem"],
            outputs="samples_plot",
            name="plot_samples",
            tags="plot",
        ),
    ]
    return Pipeline(
        own,
        namespace=name,
        inputs={"trainer": "trainer", **({"table": table} if table else {})},
        parameters={
            "params:problem": f"params:{name}",
            "params:protocol": "params:protocol",
        },
        tags=name,
    )


def _drawn_rows() -> list[Node]:
    return [
        node(
            nodes.draw_samples,
            inputs=["params:problem", "params:protocol"],
            outputs="draws",
            name="draw_samples",
            tags="data",
        ),
        node(
            nodes.split_samples,
            inputs=["draws", "params:problem"],
            outputs="samples",
            name="split_samples",
            tags="data",
        ),
    ]


def _rows_of_table(name: str) -> list[Node]:
    return [
        node(
            called(name, nodes.split_table),
            inputs=["table", "params:problem", "params:protocol"],
            outputs="samples",
            name="split_table",
            tags="data",
        )
    ]
