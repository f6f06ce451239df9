"""The wiring of the study: one story of each technique, and all of them together."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.looks import Look
from regpipe.pipelines.study import nodes

NAME = "study"
PICTURES = ("learning_curves", "paired_differences", "weight_norms")


def create_pipeline(
    homes: Mapping[str, str], looks: Mapping[str, Look], grids: Sequence[str]
) -> Pipeline:
    """Return the pipeline that tells the study.

    Args:
        homes: the problem of each technique.
        looks: how the networks of each problem are looked at.
        grids: the techniques whose grid is part of the study.
    """
    told = [_story(name, home, looks[home], name in grids) for name, home in homes.items()]
    stories = [f"{name}.story" for name in homes]
    tables = {name: f"{name}_grid.grid" for name in grids}
    template = Pipeline(
        [
            node(nodes.gather, inputs=stories, outputs="stories", name="gather"),
            node(nodes.rank, inputs="stories", outputs="leaderboard", name="rank"),
            node(
                nodes.check_claims,
                inputs={"stories": "stories", **tables},
                outputs="claims",
                name="check_claims",
            ),
            node(nodes.plot_claims, inputs="claims", outputs="claims_plot", name="plot_claims"),
            node(
                nodes.plot_forest, inputs="leaderboard", outputs="forest_plot", name="plot_forest"
            ),
            node(
                nodes.report,
                inputs={
                    "stories": "stories",
                    "table": "leaderboard",
                    "claims": "claims",
                    "shares": "variance.shares",
                    "claims_plot": "claims_plot",
                    "forest_plot": "forest_plot",
                    "variance_plot": "variance.variance_plot",
                },
                outputs="report",
                name="report",
            ),
        ]
    )
    shared = {"variance.shares", "variance.variance_plot", *stories, *tables.values()}
    return Pipeline(template, namespace=NAME, inputs=shared, tags=NAME) + Pipeline(told)


def _story(name: str, problem: str, look: Look, has_grid: bool) -> Node:
    """Return the node that gathers what is told of a technique, in the technique's namespace."""
    pictures = {
        f"{picture}_plot": f"{name}.{picture}_plot" for picture in (*PICTURES, look.picture)
    }
    if has_grid:
        pictures["grid_plot"] = f"{name}_grid.grid_plot"
    return node(
        nodes.tell,
        inputs={
            "arm": f"{name}.arm",
            "architecture": f"{name}.architecture",
            "summary": f"{name}.summary",
            "runs": f"{name}.runs",
            "problem": f"params:{problem}",
            "technique": f"params:{name}",
            **pictures,
        },
        outputs=f"{name}.story",
        name="tell",
        namespace=name,
        tags=NAME,
    )
