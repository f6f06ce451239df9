"""The wiring of an export, behind an answer, and of the predictions that it makes."""

from kedro.pipeline import Node, Pipeline

from regpipe.pipelines.answer.pipeline import answer_name
from regpipe.pipelines.export import nodes
from regpipe.pipelines.wiring import step


def create_pipeline(problem: str, table: str) -> Pipeline:
    """Return the node that hands out the model of an answer, trained on all rows of a table."""
    space, answer, examined = (
        f"{answer_name(problem)}.{what}" for what in ("space", "answer", "examined")
    )
    read = [table, "trainer", space, answer, examined, "params:protocol", "params:export"]
    fit = step(nodes.fit_on_all_rows, read, f"{problem}.export", "train")
    return _in_namespace(problem, fit, f"{problem}_export")


def create_prediction(problem: str) -> Pipeline:
    """Return the pipeline that predicts new rows by an export that is there."""
    read = [f"{problem}.export", f"{problem}.new"]
    predict = step(nodes.predict, read, f"{problem}.predicted", "evaluate", name="predict_rows")
    return _in_namespace(problem, predict, f"{problem}_predict")


def _in_namespace(problem: str, only: Node, tag: str) -> Pipeline:
    return Pipeline([only], namespace=problem, prefix_datasets_with_namespace=False, tags=tag)
