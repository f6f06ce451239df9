"""The wiring of a technique; everything about its baseline comes from the problem's pipeline."""

from kedro.pipeline import Node, Pipeline, node

from regpipe.candidates.as_published import Shipped
from regpipe.pipelines.arm.nodes import resolve_technique
from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.arm.repeats import repeat_until_decided
from regpipe.pipelines.looks import Look
from regpipe.pipelines.problem.nodes import plot_samples
from regpipe.pipelines.technique import nodes, pictures
from regpipe.pipelines.wiring import called


def create_pipeline(name: str, problem: str, look: Look, shipped: Shipped) -> Pipeline:
    """Return the pipeline of the technique called `name`, in a namespace of that name.

    `shipped` are the blocks that what was published is about.
    """
    shared = ("protocol", "statistics", "engine")
    return Pipeline(
        [*arm_nodes(look), *_answer(name, shipped), *picture_nodes(look)],
        namespace=name,
        inputs={
            "samples": f"{problem}.samples",
            "baseline_runs": f"{problem}.runs",
            "baseline_history": f"{problem}.history",
            f"baseline_{look.predictions}": f"{problem}.{look.predictions}",
            "trainer": "trainer",
        },
        parameters={
            "params:problem": f"params:{problem}",
            "params:technique": f"params:{name}",
            **{f"params:{key}": f"params:{key}" for key in shared},
        },
        tags=name,
    )


def _answer(name: str, shipped: Shipped) -> list[Node]:
    """Apply the technique, compare its arm with the baseline, and write the answer."""
    return [
        node(
            called(name, resolve_technique),
            inputs=["params:problem", "params:technique"],
            outputs="arm",
            name="resolve_arm",
            tags="model",
        ),
        node(
            repeat_until_decided,
            inputs=[
                "arm",
                "architecture",
                "samples",
                "trainer",
                "params:problem",
                "params:protocol",
                "params:statistics",
            ],
            outputs="repeats",
            name="count_repeats",
            tags="train",
        ),
        node(
            nodes.compare,
            inputs=[
                "baseline_runs",
                "runs",
                "params:problem",
                "params:protocol",
                "params:statistics",
            ],
            outputs="comparison",
            name="compare",
            tags="evaluate",
        ),
        node(
            called(name, nodes.answer, shipped=shipped),
            inputs=[
                "baseline_runs",
                "runs",
                "comparison",
                "params:problem",
                "params:technique",
                "params:protocol",
                "params:statistics",
                "params:engine",
            ],
            outputs="summary",
            name="answer",
            tags="evaluate",
        ),
    ]


def picture_nodes(look: Look, technique: str = "params:technique") -> list[Node]:
    """Return the nodes that draw both arms; `technique` is the dataset of its block."""
    tables = ["baseline_runs", "runs"]
    return [
        node(
            plot_samples,
            inputs=["samples", "params:problem"],
            outputs="samples_plot",
            name="plot_samples",
            tags="plot",
        ),
        node(
            pictures.plot_learning_curves,
            inputs=[
                *("baseline_history", "history", *tables, "arm"),
                *("params:problem", technique),
            ],
            outputs="learning_curves_plot",
            name="plot_learning_curves",
            tags="plot",
        ),
        node(
            look.plot,
            inputs=[
                f"baseline_{look.predictions}",
                look.predictions,
                "samples",
                *tables,
                "params:problem",
                technique,
            ],
            outputs=f"{look.picture}_plot",
            name=look.plot.__name__,
            tags="plot",
        ),
        node(
            pictures.plot_paired_differences,
            inputs=[
                *tables,
                "comparison",
                "params:problem",
                technique,
                "params:statistics",
            ],
            outputs="paired_differences_plot",
            name="plot_paired_differences",
            tags="plot",
        ),
        node(
            pictures.plot_weight_norms,
            inputs=[*tables, "params:problem", technique],
            outputs="weight_norms_plot",
            name="plot_weight_norms",
            tags="plot",
        ),
    ]
