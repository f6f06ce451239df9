"""The wiring of the study: one story of each technique, and all of them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.looks import Look
from regpipe.pipelines.study import nodes

NAME = "study"
PICTURES = ("samples", "learning_curves", "paired_differences", "weight_norms")


@dataclass(frozen=True)
class Part:
    """What the study tells of one problem.

    Attributes:
        look: how its networks are looked at.
        techniques: the pipeline of each, without the problem's nodes.
        grids: by technique, those that something was published about; likewise.
    """

    look: Look
    techniques: dict[str, Pipeline] = field(default_factory=dict)
    grids: dict[str, Pipeline] = field(default_factory=dict)


def create_pipeline(
    problems: Mapping[str, Pipeline], parts: Mapping[str, Part], further: Sequence[Pipeline]
) -> Pipeline:
    """Return the pipeline of the study.

    In a picture of it, each problem is one box, with the boxes of its techniques inside. Datasets
    are called what they are called elsewhere.

    Args:
        problems: the pipeline of each problem.
        parts: of each problem.
        further: other pipelines that are part of it, without nodes of problems.
    """
    boxes = [
        Pipeline(
            [*part.techniques.values(), *part.grids.values(), *_stories(name, part)],
            namespace=name,
            prefix_datasets_with_namespace=False,
        )
        for name, part in parts.items()
    ]
    told = [f"{name}.stories" for name, part in parts.items() if part.techniques]
    pipelines = [*problems.values(), *boxes, *further, *([_whole(told)] if told else [])]
    # One set of all nodes: adding up so many pipelines one by one would take seconds.
    return Pipeline({node for pipeline in pipelines for node in pipeline.nodes})


def _whole(stories: list[str]) -> Pipeline:
    """Return what is told of all problems together."""
    template = Pipeline(
        [
            node(nodes.gather, inputs=stories, outputs="stories", name="gather", tags="report"),
            node(nodes.rank, inputs="stories", outputs="leaderboard", name="rank", tags="report"),
            node(
                nodes.plot_forest,
                inputs="leaderboard",
                outputs="forest_plot",
                name="plot_forest",
                tags="plot",
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
                tags="report",
            ),
        ]
    )
    shared = {"variance.shares", "variance.variance_plot", *stories}
    return Pipeline(template, namespace=NAME, inputs=shared, tags=NAME)


def _stories(problem: str, part: Part) -> list[Node]:
    """Return the nodes that gather what is told of a problem's techniques."""
    if not part.techniques:
        return []
    gather = node(
        nodes.gather,
        inputs=[f"{name}.story" for name in part.techniques],
        outputs=f"{problem}.stories",
        name="collect",
        tags=["report", NAME],
    )
    return [gather, *(_story(name, problem, part) for name in part.techniques)]


def _story(name: str, problem: str, part: Part) -> Node:
    """Return the node that gathers what is told of a technique, in the technique's namespace."""
    pictures = {
        f"{picture}_plot": f"{name}.{picture}_plot" for picture in (*PICTURES, part.look.picture)
    }
    if name in part.grids:
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
        tags=["report", NAME],
    )
