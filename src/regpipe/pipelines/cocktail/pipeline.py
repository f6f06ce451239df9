"""The wiring of a cocktail, behind the screen whose best single recipe it is compared with."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.cocktail import nodes
from regpipe.pipelines.screen.pipeline import of_recipe
from regpipe.pipelines.wiring import called


def cocktail_name(problem: str) -> str:
    """Return what the cocktail of a problem is called."""
    return f"{problem}_cocktail"


def create_pipeline(problem: str, recipes: Sequence[str]) -> Pipeline:
    """Return the cocktail of a problem, without the nodes of the problem and of its screen."""
    name = cocktail_name(problem)
    mixtures, comparison, ingredients, technique, answer, plot = (
        f"{name}.{part}"
        for part in (
            *("mixtures", "comparison", "ingredients", "technique", "answer"),
            "ingredients_plot",
        )
    )
    block, known, statistics = f"params:{problem}", "params:recipes", "params:statistics"
    return Pipeline(
        [
            node(
                called(problem, nodes.mix_and_measure),
                [
                    f"{problem}.samples",
                    "trainer",
                    f"{name}.journal",
                    block,
                    known,
                    "params:protocol",
                    "params:cocktail",
                ],
                mixtures,
                name="mix_and_measure",
                tags=["train", "train_grid"],
            ),
            node(
                nodes.compare,
                {
                    "mixtures": mixtures,
                    "baseline_runs": f"{problem}.runs",
                    "problem": block,
                    "statistics": statistics,
                    **{recipe: of_recipe(problem, recipe, "trials") for recipe in recipes},
                },
                comparison,
                name="compare",
                tags="evaluate",
            ),
            node(
                nodes.tabulate_ingredients,
                [mixtures, block, statistics],
                ingredients,
                name="tabulate_ingredients",
                tags="evaluate",
            ),
            node(
                called(problem, nodes.to_technique),
                [mixtures, block, known],
                technique,
                name="to_technique",
                tags="report",
            ),
            node(
                called(problem, nodes.answer),
                [mixtures, comparison, ingredients, block, "params:cocktail", statistics],
                answer,
                name="answer",
                tags="evaluate",
            ),
            node(
                nodes.plot_ingredients,
                [ingredients, block],
                plot,
                name="plot_ingredients",
                tags="plot",
            ),
            node(
                called(problem, nodes.report),
                [
                    *(answer, ingredients, mixtures, plot, technique),
                    *(f"{problem}.samples", block, known),
                ],
                f"{name}.report",
                name="report",
                tags="report",
            ),
        ],
        namespace=f"{problem}.cocktail",
        prefix_datasets_with_namespace=False,
        tags=name,
    )
