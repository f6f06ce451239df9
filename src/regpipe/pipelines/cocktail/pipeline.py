"""The wiring of a cocktail, behind the screen whose best single recipe it is compared with."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from regpipe.pipelines.cocktail import nodes
from regpipe.pipelines.screen.pipeline import of_recipe
from regpipe.pipelines.wiring import TRAINS, bound, step

RECIPES, PROTOCOL = "params:recipes", "params:protocol"
STATISTICS, SIZES = "params:statistics", "params:cocktail"


def cocktail_name(problem: str) -> str:
    """Return what the cocktail of a problem is called."""
    return f"{problem}_cocktail"


def create_pipeline(problem: str, recipes: Sequence[str]) -> Pipeline:
    """Return the cocktail of a problem, without the nodes of the problem and of its screen.

    It mixes the `recipes` that the screen tries.
    """
    name, block = cocktail_name(problem), f"params:{problem}"
    samples, base, baseline_runs = (f"{problem}.{what}" for what in ("samples", "arm", "runs"))
    mixtures, comparison, parts, answer = (
        f"{name}.{what}" for what in ("mixtures", "comparison", "ingredients", "answer")
    )
    block_of_most, arm_of_most = f"{name}.technique", f"{name}.arm"
    picture = f"{name}.ingredients_plot"
    searched = [samples, "trainer", f"{name}.journal", base, RECIPES, PROTOCOL, SIZES]
    asked = [base, samples, "looks", PROTOCOL, STATISTICS, SIZES, "params:screen"]
    tried = tuple(recipes)
    compared = {
        "mixtures": mixtures,
        "baseline_runs": baseline_runs,
        "problem": block,
        "look": f"{name}.look",
        "looks": "looks",
        **{recipe: of_recipe(problem, recipe, "trials") for recipe in recipes},
    }
    shown = {
        "answer": answer,
        "mixtures": mixtures,
        "arm": arm_of_most,
        "samples": samples,
        "recipes": RECIPES,
        "picture": picture,
        "block": block_of_most,
        "origin": "origin",
    }
    return Pipeline(
        [
            step(nodes.plan_repeats, asked, f"{name}.look", "model"),
            step(bound(nodes.mix_and_measure, tried=tried), searched, mixtures, *TRAINS),
            step(nodes.compare, compared, comparison, "evaluate"),
            step(nodes.tabulate_recipes, [mixtures, block, STATISTICS], parts, "evaluate"),
            step(
                bound(nodes.to_technique, tried=tried),
                [mixtures, base, RECIPES],
                [block_of_most, arm_of_most],
                "report",
            ),
            step(
                bound(nodes.answer, name=problem),
                [mixtures, comparison, parts, block, SIZES, STATISTICS],
                answer,
                "evaluate",
            ),
            step(nodes.plot_recipes, [parts, block], picture, "plot"),
            step(nodes.report, shown, f"{name}.report", "report"),
        ],
        namespace=f"{problem}.cocktail",
        prefix_datasets_with_namespace=False,
        tags=name,
    )
