"""What became of the published claims: of the study, and by itself."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.study import nodes

NAME = "claims"
STUDY = "study"  # whose part they are


def create_pipeline(techniques: Sequence[str], grids: Sequence[str]) -> Pipeline:
    """Return the pipeline that judges what was published, given the answers.

    Args:
        techniques: those whose answers tell of something that was published.
        grids: those whose grids something was published about.
    """
    found = {
        **{f"{name}.summary": f"{name}.summary" for name in techniques},
        **{f"{name}_grid.grid": f"{name}_grid.grid" for name in grids},
    }
    template = Pipeline(
        [
            node(
                nodes.check_claims,
                inputs=found,
                outputs="claims",
                name="check_claims",
                tags="report",
            ),
            node(
                nodes.plot_claims,
                inputs="claims",
                outputs="claims_plot",
                name="plot_claims",
                tags="plot",
            ),
        ]
    )
    return Pipeline(template, namespace=STUDY, inputs=set(found), tags=[NAME, STUDY])
