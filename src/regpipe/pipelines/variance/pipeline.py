"""The wiring of the split: the draws come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline, node

from regpipe.pipelines.variance import nodes
from regpipe.pipelines.wiring import called

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
    return Pipeline(
        template,
        namespace=NAME,
        inputs={"trainer", *(f"{problem}.samples" for problem in problems)},
        parameters={"params:protocol", *(f"params:{problem}" for problem in problems)},
        tags=NAME,
    )


def _split(problem: str) -> list[Node]:
    return [
        node(
            called(problem, nodes.train_nested),
            inputs=[
                f"{problem}.samples",
                "trainer",
                f"params:{problem}",
                "params:protocol",
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
