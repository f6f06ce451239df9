"""The wiring of the study: one story of each technique, all of them together, and the claims."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kedro.pipeline import Node, Pipeline

from regpipe import plots
from regpipe.candidates.as_published import Shipped
from regpipe.pipelines.study import nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import bound, parameters, step

NAME = "study"
CLAIMS = "claims"  # a part of it, and a pipeline by itself
STORY, STORIES = "story", "stories"  # what it makes in the namespaces of techniques and problems
PICTURES = ("samples", "learning_curves", "paired_differences", "weight_norms", "card")


@dataclass(frozen=True)
class ProblemPart:
    """What the study shows of one problem.

    Attributes:
        view: of its networks.
        techniques: the pipeline of each, without the problem's nodes.
        grids: by technique, those that something was published about; likewise.
    """

    view: View
    techniques: dict[str, Pipeline] = field(default_factory=dict)
    grids: dict[str, Pipeline] = field(default_factory=dict)


def create_pipeline(
    problems: Mapping[str, Pipeline], parts: Mapping[str, ProblemPart], further: Sequence[Pipeline]
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
    stories = [f"{name}.{STORIES}" for name, part in parts.items() if part.techniques]
    pipelines = [*problems.values(), *boxes, *further, *([_whole(stories)] if stories else [])]
    # One set of all nodes: adding up so many pipelines one by one would take seconds.
    return Pipeline({node for pipeline in pipelines for node in pipeline.nodes})


def create_claims(techniques: Sequence[str], grids: Sequence[str]) -> Pipeline:
    """Return the pipeline that judges what was published, given the answers.

    Args:
        techniques: those whose answers are about something that was published.
        grids: those whose grids something was published about.
    """
    results = {
        **{f"{name}.summary": f"{name}.summary" for name in techniques},
        **{f"{name}_grid.grid": f"{name}_grid.grid" for name in grids},
    }
    return Pipeline(
        [
            step(nodes.check_claims, results, "claims", "report"),
            step(nodes.plot_claims, "claims", "claims_plot", "plot"),
        ],
        namespace=NAME,
        inputs=set(results),
        tags=[CLAIMS, NAME],
    )


def create_mechanisms(
    claims: Mapping[str, Any],
    arms: Mapping[str, Shipped],
    techniques: Collection[str],
    curves: Collection[str],
) -> Pipeline:
    """Return the pipeline that judges claims about what happens inside of networks.

    Args:
        claims: their blocks.
        arms: those that they are about or beside, and their problems: the blocks as shipped.
        techniques: those of them that are no baselines.
        curves: those whose histories are asked for.
    """
    asked = {"runs": arms, "look": techniques, "history": curves}
    left = {f"{arm}.{what}": f"{arm}.{what}" for what, names in asked.items() for arm in names}
    told = {"statistics": "params:statistics"} | {f"{arm}.block": f"params:{arm}" for arm in arms}
    judge = bound(nodes.judge_mechanisms, claims=claims, shipped=arms)
    return Pipeline(
        [step(judge, told | left, "mechanisms", "report")],
        namespace=NAME,
        inputs=set(left),
        parameters=parameters("statistics", *arms),
        tags=[CLAIMS, NAME],
    )


def story_of(prefix: str, view: View, grid: str | None = None) -> dict[str, str]:
    """Return what `make_story` takes; `prefix` stands before the technique's datasets."""
    pictures = (f"{picture}_plot" for picture in (*PICTURES, view.picture))
    inputs = {
        name: f"{prefix}{name}" for name in ("arm", "architecture", "summary", "runs", *pictures)
    }
    return inputs | ({"grid_plot": grid} if grid else {})


def _whole(stories: list[str]) -> Pipeline:
    """Return what is shown of all problems together."""
    shared = {"origin", "variance.shares", "variance.variance_plot", *stories}
    page = {
        "stories": "stories",
        "table": "leaderboard",
        "claims": "claims",
        "shares": "variance.shares",
        "mechanisms": "mechanisms",
        "origin": "origin",
        "claims_plot": "claims_plot",
        "forest_plot": "forest_plot",
        "variance_plot": "variance.variance_plot",
    }
    return Pipeline(
        [
            step(nodes.gather, stories, "stories", "report"),
            step(nodes.rank, "stories", "leaderboard", "report"),
            step(plots.forest, "leaderboard", "forest_plot", "plot", name="plot_forest"),
            step(nodes.report, page, ["report", "pages"], "report"),
        ],
        namespace=NAME,
        inputs=shared,
        tags=NAME,
    )


def _stories(problem: str, part: ProblemPart) -> list[Node | Pipeline]:
    """Return the nodes that gather the stories of a problem's techniques."""
    if not part.techniques:
        return []
    # Not read by the story, whose box would take what its grid makes of what it makes itself.
    read = [f"{name}.{STORY}" for name in part.techniques]
    read += [f"{name}_grid.grid_plot" for name in part.grids]
    shown = {name: name for name in read}
    collect = step(nodes.collect, shown, f"{problem}.{STORIES}", "report", NAME)
    return [collect, *(_story(name, part) for name in part.techniques)]


def _story(name: str, part: ProblemPart) -> Pipeline:
    """Return the node that makes a technique's story, in the technique's namespace."""
    # Read here, the model is inside of the technique's box in kedro-viz, and not in a row of all.
    inputs = story_of(f"{name}.", part.view) | {"model": f"{name}.model"}
    return Pipeline(
        [step(nodes.make_story, inputs, f"{name}.{STORY}", "report", NAME)],
        namespace=name,
        prefix_datasets_with_namespace=False,
    )
