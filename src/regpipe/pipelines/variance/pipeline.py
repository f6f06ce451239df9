"""The wiring of the split: the draws come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.naming import called
from regpipe.pipelines.variance import nodes

NAME = "variance"


def create_pipeline(problems: Sequence[str]) -> Pipeline:
    """Return the pipeline that splits the variance of each problem's baseline."""
    shares = [f"{problem}_shares" for problem in problems]
    template = Pipeline(
        [
            *(step for problem in problems for step in _split(problem)),
            node(nodes.gather, inputs=shares, outputs="shares", name="gather", tags="evaluate"),
            node(
                nodes.plot_variance,
                inputs="shares",
                outputs="variance_plot",
                name="plot_variance",
                tags="plot",
            ),
        ]
    )
    shared = ("protocol", "engine", "workers")
    return Pipeline(
        template,
        namespace=NAME,
        inputs={"fit_store", *(f"{problem}.samples" for problem in problems)},
        parameters={f"params:{key}" for key in (*shared, *problems)},
        tags=NAME,
    )


def _split(problem: str) -> list[Node]:
    return [
        node(
            called(problem, nodes.train_nested),
            inputs=[
                f"{problem}.samples",
                "fit_store",
                f"params:{problem}",
                "params:protocol",
                "params:engine",
                "params:workers",
            ],
            outputs=f"{problem}_fits",
            name=f"train_{problem}",
            tags=["train", "train_grid"],
        ),
        node(
            nodes.split,
            inputs=[f"{problem}_fits", f"params:{problem}"],
            outputs=f"{problem}_shares",
            name=f"split_{problem}",
            tags="evaluate",
        ),
    ]
