"""The wiring of a technique; everything about its baseline comes from the problem's pipeline."""

from kedro.pipeline import Node, Pipeline

from regpipe.candidates.as_published import Shipped
from regpipe.pipelines.arm.nodes import resolve_technique
from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.arm.repeats import plan_repeats, repeat_until_decided
from regpipe.pipelines.technique import nodes
from regpipe.pipelines.views import View, plot_view
from regpipe.pipelines.wiring import bound, parameters, step

PROTOCOL, STATISTICS = "params:protocol", "params:statistics"
TABLES = ("baseline_runs", "runs")


def create_pipeline(name: str, problem: str, view: View, shipped: Shipped, family: int) -> Pipeline:
    """Return the pipeline of the technique called `name`, in a namespace of that name.

    `shipped` are the blocks that what was published is about, `family` the number of techniques on
    its problem.
    """
    resolve, answer = bound(resolve_technique, name=name), bound(nodes.answer, shipped=shipped)
    plan = bound(plan_repeats, family=family)
    asked = ["arm", "samples", "looks", PROTOCOL, STATISTICS]
    beside = ["arm", "architecture", "samples", "trainer", "baseline_runs", "look"]
    compared = [*TABLES, "arm", "look", "looks"]
    answered = [*TABLES, "comparison", "arm", "look", "params:engine"]
    block = "params:technique"
    return Pipeline(
        [
            step(resolve, ["baseline_arm", block], "arm", "model", name="resolve_arm"),
            step(plan, asked, "look", "model"),
            step(repeat_until_decided, beside, "repeats", "train", name="count_repeats"),
            *arm_nodes(view),
            step(nodes.compare, compared, "comparison", "evaluate"),
            step(answer, answered, "summary", "evaluate"),
            step(nodes.plot_samples, "rows_plot", "samples_plot", "plot"),
            *picture_nodes(view),
        ],
        namespace=name,
        inputs={**of_baseline(problem, view), "rows_plot": f"{problem}.rows_plot"},
        parameters=parameters("protocol", "statistics", "engine", technique=name),
        tags=name,
    )


def of_baseline(problem: str, view: View) -> dict[str, str]:
    """Return what the nodes of a technique read of its problem, and what trains them."""
    read = ("arm", "runs", "history", view.predictions)
    return {
        "trainer": "trainer",
        "looks": "looks",
        "samples": f"{problem}.samples",
        **{f"baseline_{what}": f"{problem}.{what}" for what in read},
    }


def picture_nodes(view: View) -> list[Node]:
    """Return the nodes that draw both arms, and what is told of them."""
    histories = ["baseline_history", "history", *TABLES, "baseline_arm", "arm"]
    seen = [f"baseline_{view.predictions}", view.predictions, "samples", *TABLES, "arm"]
    pairs = [*TABLES, "comparison", "arm", STATISTICS]
    return [
        step(nodes.plot_learning_curves, histories, "learning_curves_plot", "plot"),
        step(
            bound(plot_view, picture=view.picture),
            seen,
            f"{view.picture}_plot",
            "plot",
            name=f"plot_{view.picture}",
        ),
        step(nodes.plot_paired_differences, pairs, "paired_differences_plot", "plot"),
        step(nodes.plot_weight_norms, [*TABLES, "arm"], "weight_norms_plot", "plot"),
        step(nodes.plot_card, "summary", "card_plot", "plot"),
    ]
