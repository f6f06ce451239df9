"""The wiring of an export, behind a screen, and of the predictions that it makes."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from regpipe.pipelines.export import nodes
from regpipe.pipelines.screen.pipeline import of_recipe, screen_name
from regpipe.pipelines.wiring import step


def create_pipeline(problem: str, table: str, recipes: Sequence[str]) -> Pipeline:
    """Return the node that trains a screen's winner on all rows of a table."""
    read = {
        "table": table,
        "leaderboard": f"{screen_name(problem)}.leaderboard",
        "trainer": "trainer",
        "base": f"{problem}.arm",
        "protocol": "params:protocol",
        "export": "params:export",
        **{name: of_recipe(problem, name, "arm") for name in recipes},
    }
    fit = step(nodes.fit_on_all_rows, read, f"{problem}.export", "train")
    return _in_namespace(problem, fit, f"{problem}_export")


def create_prediction(problem: str) -> Pipeline:
    """Return the pipeline that predicts new rows by an export that is there."""
    read = [f"{problem}.export", f"{problem}.new"]
    predict = step(nodes.predict, read, f"{problem}.predicted", "evaluate", name="predict_rows")
    return _in_namespace(problem, predict, f"{problem}_predict")


def _in_namespace(problem: str, only: Node, tag: str) -> Pipeline:
    return Pipeline([only], namespace=problem, prefix_datasets_with_namespace=False, tags=tag)
