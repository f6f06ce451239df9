"""The wiring of a cocktail, behind the screen whose best single recipe it is compared with."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.cocktail import nodes
from regpipe.pipelines.naming import called

SHARED = ("recipes", "protocol", "cocktail", "statistics", "engine", "workers")


def cocktail_name(problem: str) -> str:
    """Return what the cocktail of a problem is called."""
    return f"{problem}_cocktail"


def create_pipeline(problem: str, recipes: Sequence[str]) -> Pipeline:
    """Return the cocktail of a problem, without the nodes of the problem and of its screen."""
    name = cocktail_name(problem)
    trials = {recipe: f"{problem}.{recipe}.trials" for recipe in recipes}
    template = Pipeline(
        [
            node(
                called(problem, nodes.mix_and_measure),
                inputs=[
                    f"{problem}.samples",
                    "fit_store",
                    "journal",
                    "params:problem",
                    "params:recipes",
                    "params:protocol",
                    "params:cocktail",
                    "params:engine",
                    "params:workers",
                ],
                outputs="mixtures",
                name="mix_and_measure",
                tags="train_grid",
            ),
            node(
                nodes.compare,
                inputs={
                    "mixtures": "mixtures",
                    "baseline_runs": f"{problem}.runs",
                    "problem": "params:problem",
                    "statistics": "params:statistics",
                    **trials,
                },
                outputs="comparison",
                name="compare",
            ),
            node(
                nodes.tabulate_ingredients,
                inputs=["mixtures", "params:problem", "params:statistics"],
                outputs="ingredients",
                name="tabulate_ingredients",
            ),
            node(
                called(problem, nodes.to_technique),
                inputs=["mixtures", "params:problem", "params:recipes"],
                outputs="technique",
                name="to_technique",
            ),
            node(
                called(problem, nodes.answer),
                inputs=[
                    "mixtures",
                    "comparison",
                    "ingredients",
                    "params:problem",
                    "params:cocktail",
                    "params:statistics",
                ],
                outputs="answer",
                name="answer",
            ),
            node(
                nodes.plot_ingredients,
                inputs=["ingredients", "params:problem"],
                outputs="ingredients_plot",
                name="plot_ingredients",
            ),
            node(
                called(problem, nodes.report),
                inputs=[
                    "answer",
                    "ingredients",
                    "mixtures",
                    "ingredients_plot",
                    "technique",
                    f"{problem}.samples",
                    "params:problem",
                    "params:recipes",
                ],
                outputs="report",
                name="report",
            ),
        ]
    )
    return Pipeline(
        template,
        namespace=name,
        inputs={"fit_store", f"{problem}.samples", f"{problem}.runs", *trials.values()},
        parameters={
            "params:problem": f"params:{problem}",
            **{f"params:{key}": f"params:{key}" for key in SHARED},
        },
        tags=name,
    )
