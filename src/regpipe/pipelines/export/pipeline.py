"""The wiring of an export, behind a screen, and of the predictions that it makes."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.export import nodes
from regpipe.pipelines.screen.pipeline import of_recipe, screen_name
from regpipe.pipelines.wiring import called

SHARED = ("protocol", "export")


def create_pipeline(problem: str, table: str, recipes: Sequence[str]) -> Pipeline:
    """Return the node that trains a screen's winner on all rows of a table."""
    return Pipeline(
        [
            node(
                called(problem, nodes.fit_on_all_rows),
                inputs={
                    "table": table,
                    "leaderboard": f"{screen_name(problem)}.leaderboard",
                    "trainer": "trainer",
                    "problem": f"params:{problem}",
                    **{name: f"params:{name}" for name in SHARED},
                    **{name: of_recipe(problem, name, "technique") for name in recipes},
                },
                outputs=f"{problem}.export",
                name="fit_on_all_rows",
                tags="train",
            )
        ],
        namespace=problem,
        prefix_datasets_with_namespace=False,
        tags=f"{problem}_export",
    )


def create_prediction(problem: str) -> Pipeline:
    """Return the pipeline that predicts new rows by an export that is there."""
    return Pipeline(
        [
            node(
                nodes.predict,
                inputs=[f"{problem}.export", f"{problem}.new"],
                outputs=f"{problem}.predicted",
                name="predict_rows",
                tags="evaluate",
            )
        ],
        namespace=problem,
        prefix_datasets_with_namespace=False,
        tags=f"{problem}_predict",
    )
