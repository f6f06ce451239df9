"""What became of the published claims: of the study, and by itself."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from regpipe.pipelines.study import nodes
from regpipe.pipelines.wiring import step

NAME = "claims"
STUDY = "study"  # whose part they are


def create_pipeline(techniques: Sequence[str], grids: Sequence[str]) -> Pipeline:
    """Return the pipeline that judges what was published, given the answers.

    Args:
        techniques: those whose answers are about something that was published.
        grids: those whose grids something was published about.
    """
    results = {
        **{f"{name}.summary": f"{name}.summary" for name in techniques},
        **{f"{name}_grid.grid": f"{name}_grid.grid" for name in grids},
    }
    return Pipeline(
        [
            step(nodes.check_claims, results, "claims", "report"),
            step(nodes.plot_claims, "claims", "claims_plot", "plot"),
        ],
        namespace=STUDY,
        inputs=set(results),
        tags=[NAME, STUDY],
    )
