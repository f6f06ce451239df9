"""The wiring of the split: draws and baselines come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from regpipe import plots
from regpipe.pipelines.variance import nodes
from regpipe.pipelines.wiring import TRAINS, step

NAME = "variance"
READ = ("arm", "architecture", "samples")


def create_pipeline(problems: Sequence[str]) -> Pipeline:
    """Return the pipeline that splits the variance of each problem's baseline."""
    shares = [f"{problem}_shares" for problem in problems]
    return Pipeline(
        [
            *(made for problem in problems for made in _split(problem)),
            step(nodes.gather, shares, "shares", "evaluate"),
            step(plots.variance, "shares", "variance_plot", "plot", name="plot_variance"),
        ],
        namespace=NAME,
        inputs={"trainer", *(f"{problem}.{what}" for problem in problems for what in READ)},
        parameters={"params:protocol", *(f"params:{problem}" for problem in problems)},
        tags=NAME,
    )


def _split(problem: str) -> list[Node]:
    trained = [*(f"{problem}.{what}" for what in READ), "trainer", "params:protocol"]
    fits, shares, block = f"{problem}_fits", f"{problem}_shares", f"params:{problem}"
    return [
        step(nodes.train_nested, trained, fits, *TRAINS, name=f"train_{problem}"),
        step(nodes.split, [fits, block], shares, "evaluate", name=f"split_{problem}"),
    ]
