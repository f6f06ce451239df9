"""The wiring of a screen: for each recipe what a technique has, behind a search for its value."""

from collections.abc import Mapping

from kedro.pipeline import Pipeline

from regpipe import plots
from regpipe.pipelines.arm.pipeline import TRAINED, measuring_nodes, network_node
from regpipe.pipelines.screen import nodes
from regpipe.pipelines.screen.references import fit_references
from regpipe.pipelines.screen.tuning import tune
from regpipe.pipelines.study import nodes as study_nodes
from regpipe.pipelines.study.pipeline import story_of
from regpipe.pipelines.technique.pipeline import TABLES, of_baseline, picture_nodes
from regpipe.pipelines.views import View
from regpipe.pipelines.wiring import TRAINS, bound, parameters, step

PROTOCOL, STATISTICS, SCREEN = "params:protocol", "params:statistics", "params:screen"
RECIPES, REFERENCES = "params:recipes", "params:references"
WHOLE = ("leaderboard", "tuning", "references", "left_out", "forest_plot", "reference_runs")


def screen_name(problem: str) -> str:
    """Return what the screen of a problem is called."""
    return f"{problem}_screen"


def of_recipe(problem: str, recipe: str, what: str) -> str:
    """Return what a dataset of a recipe is called: its files lie in a folder of the problem's."""
    return f"{problem}/{recipe}.{what}"


def create_pipeline(problem: str, view: View, recipes: Mapping[str, bool]) -> Pipeline:
    """Return the screen of a problem, without the problem's own nodes.

    Args:
        problem: its name.
        view: of its networks.
        recipes: by their names, whether they have a strength to choose.
    """
    parts = [_recipe(problem, name, tuned, view) for name, tuned in recipes.items()]
    pipelines = [*parts, _whole(problem, list(recipes))]
    return Pipeline({node for pipeline in pipelines for node in pipeline.nodes})


def _recipe(problem: str, name: str, tuned: bool, view: View) -> Pipeline:
    """Return the nodes of a recipe, in a namespace inside the problem's."""
    space, bare = bound(nodes.make_space, name=name), "baseline_runs"
    planned = ["space", "samples", "looks", PROTOCOL, STATISTICS, SCREEN]
    tuned_by = ["space", "samples", "trainer", bare, "look", SCREEN]
    chosen_by = ["trials", bare, "space", PROTOCOL, SCREEN, STATISTICS]
    trained = ["space", "trials", "samples", "trainer", PROTOCOL]
    answered = [*TABLES, "arm", "look", "looks", SCREEN, "params:engine"]
    story = story_of("", view, "grid_plot" if tuned else None)
    story["samples_plot"] = "rows_plot"
    make_story = bound(study_nodes.make_story, called=f"{problem}_{name}", tuned=tuned)
    values = [
        step(nodes.tabulate, ["trials", "space", STATISTICS], "grid", "evaluate"),
        step(nodes.plot_values, ["grid", bare, "space"], "grid_plot", "plot"),
    ]
    template = Pipeline(
        [
            step(space, ["baseline_arm", "params:recipe"], "space", "model"),
            step(nodes.plan_repeats, planned, "look", "model"),
            step(tune, tuned_by, "trials", *TRAINS),
            step(nodes.choose_arm, ["space", "trials"], "arm", "model"),
            step(nodes.train_chosen, trained, TRAINED, *TRAINS),
            step(nodes.choose, chosen_by, "choice", "evaluate"),
            network_node(),
            *measuring_nodes(view),
            step(nodes.answer, answered, ["comparison", "summary"], "evaluate"),
            step(make_story, story, "story", "report"),
            *(values if tuned else ()),
            *picture_nodes(view),
        ]
    )
    blocks = parameters("protocol", "statistics", "screen", "engine", recipe=f"recipes.{name}")
    return Pipeline(
        template,
        namespace=f"{problem}.{name}",
        inputs={**of_baseline(problem, view), "rows_plot": f"{problem}.rows_plot"},
        outputs={made: of_recipe(problem, name, made) for made in template.all_outputs()},
        parameters=blocks,
        tags=screen_name(problem),
    )


def _whole(problem: str, recipes: list[str]) -> Pipeline:
    """Return what is shown of all recipes together, and of models without a network."""
    screen = screen_name(problem)
    board, tuning, references, left_out, forest, runs = (f"{screen}.{what}" for what in WHOLE)
    stories = [of_recipe(problem, name, "story") for name in recipes]
    choices = {name: of_recipe(problem, name, "choice") for name in recipes}
    arm, block = f"{problem}.arm", f"params:{problem}"
    tables = {"leaderboard": board, "tuning": tuning, "references": references}
    further = {"left_out": left_out, "problem": block, "origin": "origin", "forest_plot": forest}
    shown = tables | further | {story: story for story in stories}
    made = [f"{screen}.report", f"{screen}.pages"]
    samples, look = f"{problem}.samples", f"{screen}.look"
    asked = [arm, samples, "looks", PROTOCOL, STATISTICS, SCREEN, REFERENCES]
    fitted = [samples, arm, REFERENCES, SCREEN, PROTOCOL]
    suiting = [arm, samples, RECIPES, REFERENCES, SCREEN]
    compared = [runs, f"{problem}.runs", block, look, "looks"]
    return Pipeline(
        [
            step(nodes.rank, stories, board, "report"),
            step(nodes.gather_tuning, choices, tuning, "report"),
            step(nodes.leave_out, suiting, left_out, "model"),
            step(nodes.plan_references, asked, look, "model"),
            step(fit_references, fitted, runs, *TRAINS),
            step(nodes.rank_references, compared, references, "evaluate"),
            step(plots.forest, board, forest, "plot", name="plot_forest"),
            step(bound(nodes.report, name=problem), shown, made, "report"),
        ],
        namespace=f"{problem}.screen",  # beside the recipes, so that viz has one box for all
        prefix_datasets_with_namespace=False,
        tags=screen,
    )
