"""The wiring of a screen: for each recipe what a technique has, behind a search for its dose."""

from collections.abc import Mapping

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.arm.pipeline import arm_nodes
from regpipe.pipelines.looks import Look
from regpipe.pipelines.screen import nodes, tuning
from regpipe.pipelines.study.nodes import tell
from regpipe.pipelines.study.pipeline import PICTURES
from regpipe.pipelines.technique.pipeline import picture_nodes
from regpipe.pipelines.wiring import called

SHARED = ("protocol", "statistics", "screen", "engine")
GRID = "train_grid"
ELSEWHERE = ("train", "export_model")  # the first in another way, the second by `<problem>_export`


def screen_name(problem: str) -> str:
    """Return what the screen of a problem is called."""
    return f"{problem}_screen"


def of_recipe(problem: str, recipe: str, what: str) -> str:
    """Return what a dataset of a recipe is called: its files lie in a folder of the problem's."""
    return f"{problem}/{recipe}.{what}"


def create_pipeline(problem: str, look: Look, recipes: Mapping[str, bool]) -> Pipeline:
    """Return the screen of a problem, without the problem's own nodes.

    Args:
        problem: its name.
        look: how its networks are looked at.
        recipes: by their names, whether they have a strength to choose.
    """
    parts = [_recipe(problem, name, tuned, look) for name, tuned in recipes.items()]
    pipelines = [*parts, _whole(problem, list(recipes))]
    return Pipeline({node for pipeline in pipelines for node in pipeline.nodes})


def _recipe(problem: str, name: str, tuned: bool, look: Look) -> Pipeline:
    """Return the nodes of a recipe, in a namespace inside the problem's."""
    template = Pipeline(
        [
            *_search(problem, name),
            *(n for n in arm_nodes(look) if n.name not in ELSEWHERE),
            *_answer(name, look, tuned),
            *(_doses() if tuned else ()),
            *(n for n in picture_nodes(look, "technique") if n.name != "plot_samples"),
        ]
    )
    return Pipeline(
        template,
        namespace=f"{problem}.{name}",
        outputs={made: of_recipe(problem, name, made) for made in template.all_outputs()},
        inputs={
            "samples": f"{problem}.samples",
            "problem_samples_plot": f"{problem}.samples_plot",
            "baseline_runs": f"{problem}.runs",
            "baseline_history": f"{problem}.history",
            f"baseline_{look.predictions}": f"{problem}.{look.predictions}",
            "trainer": "trainer",
        },
        parameters={
            "params:problem": f"params:{problem}",
            "params:recipe": f"params:recipes.{name}",
            **{f"params:{key}": f"params:{key}" for key in SHARED},
        },
        tags=screen_name(problem),
    )


def _search(problem: str, name: str) -> list[Node]:
    """Choose a dose in each repeat, and train with it."""
    return [
        node(
            called(name, tuning.tune, problem_name=problem),
            inputs=[
                "samples",
                "trainer",
                "params:problem",
                "params:recipe",
                "params:protocol",
                "params:screen",
            ],
            outputs="trials",
            name="tune",
            tags=["train", GRID],
        ),
        node(
            called(name, nodes.settle, problem_name=problem),
            inputs=["trials", "params:problem", "params:recipe"],
            outputs=["technique", "arm"],
            name="settle",
            tags="model",
        ),
        node(
            nodes.count_repeats,
            inputs=["params:screen", "params:protocol"],
            outputs="repeats",
            name="count_repeats",
            tags="train",
        ),
        node(
            called(name, nodes.train_chosen, problem_name=problem),
            inputs=[
                "arm",
                "architecture",
                "trials",
                "samples",
                "trainer",
                "repeats",
                "params:problem",
                "params:recipe",
                "params:protocol",
            ],
            outputs=["weights", "history", "fits"],
            name="train_chosen",
            tags=["train", GRID],
        ),
        node(
            called(name, nodes.choose, problem_name=problem),
            inputs=[
                "trials",
                "baseline_runs",
                "params:problem",
                "params:recipe",
                "params:statistics",
            ],
            outputs="choice",
            name="choose",
            tags="evaluate",
        ),
    ]


def _answer(name: str, look: Look, tuned: bool) -> list[Node]:
    """Compare with the baseline, write the answer, and gather what is told of it."""
    pictures = {f"{picture}_plot": f"{picture}_plot" for picture in (*PICTURES, look.picture)}
    pictures["samples_plot"] = "problem_samples_plot"
    if tuned:
        pictures["grid_plot"] = "grid_plot"
    return [
        node(
            nodes.compare,
            inputs=["baseline_runs", "runs", "params:problem", "params:statistics"],
            outputs="comparison",
            name="compare",
            tags="evaluate",
        ),
        node(
            called(name, nodes.answer),
            inputs=[
                "baseline_runs",
                "runs",
                "comparison",
                "technique",
                "params:problem",
                "params:protocol",
                "params:statistics",
                "params:screen",
                "params:engine",
            ],
            outputs="summary",
            name="answer",
            tags="evaluate",
        ),
        node(
            tell,
            inputs={
                "arm": "arm",
                "architecture": "architecture",
                "summary": "summary",
                "runs": "runs",
                "problem": "params:problem",
                "technique": "technique",
                **pictures,
            },
            outputs="story",
            name="tell",
            tags="report",
        ),
    ]


def _doses() -> list[Node]:
    """Show what each dose gives."""
    return [
        node(
            nodes.tabulate,
            inputs=["trials", "params:problem", "params:recipe", "params:statistics"],
            outputs="grid",
            name="tabulate",
            tags="evaluate",
        ),
        node(
            nodes.plot_doses,
            inputs=["grid", "baseline_runs", "params:problem", "params:recipe"],
            outputs="grid_plot",
            name="plot_doses",
            tags="plot",
        ),
    ]


def _whole(problem: str, recipes: list[str]) -> Pipeline:
    """Return what is told of all recipes together, and of models without a network."""
    screen = screen_name(problem)
    stories = [of_recipe(problem, name, "story") for name in recipes]
    choices = {name: of_recipe(problem, name, "choice") for name in recipes}
    leaderboard, tuning, references, left_out, forest, runs = (
        f"{screen}.{name}"
        for name in (
            *("leaderboard", "tuning", "references", "left_out"),
            *("forest_plot", "reference_runs"),
        )
    )
    block, statistics = f"params:{problem}", "params:statistics"
    return Pipeline(
        [
            node(nodes.rank, stories, leaderboard, name="rank", tags="report"),
            node(nodes.gather_tuning, choices, tuning, name="gather_tuning", tags="report"),
            node(
                called(problem, nodes.leave_out),
                [block, "params:recipes"],
                left_out,
                name="leave_out",
                tags="model",
            ),
            node(
                called(problem, nodes.train_references),
                [f"{problem}.samples", block, "params:screen"],
                runs,
                name="train_references",
                tags=["train", GRID],
            ),
            node(
                nodes.rank_references,
                [runs, f"{problem}.runs", block, statistics],
                references,
                name="rank_references",
                tags="evaluate",
            ),
            node(nodes.plot_forest, leaderboard, forest, name="plot_forest", tags="plot"),
            node(
                called(problem, nodes.report),
                [leaderboard, tuning, references, forest, left_out, block, *stories],
                f"{screen}.report",
                name="report",
                tags="report",
            ),
        ],
        namespace=f"{problem}.screen",  # beside the recipes, so that viz has one box for all
        prefix_datasets_with_namespace=False,
        tags=screen,
    )
