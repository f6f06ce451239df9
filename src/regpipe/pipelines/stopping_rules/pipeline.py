"""The wiring of the replay; the histories come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from regpipe.pipelines.stopping_rules import nodes

NAME = "stopping_rules"


def create_pipeline(problems: Sequence[str]) -> Pipeline:
    """Return the pipeline that replays rules on the baselines of these problems."""
    histories = {problem: f"{problem}.history" for problem in problems}
    template = Pipeline(
        [
            node(
                nodes.replay_rules,
                inputs={"rules": "params:stopping_rules", **histories},
                outputs="replays",
                name="replay_rules",
                tags="evaluate",
            ),
            node(
                nodes.tabulate, inputs="replays", outputs="rules", name="tabulate", tags="evaluate"
            ),
            node(
                nodes.plot_tradeoff,
                inputs="rules",
                outputs="tradeoff_plot",
                name="plot_tradeoff",
                tags="plot",
            ),
        ]
    )
    return Pipeline(
        template,
        namespace=NAME,
        inputs=set(histories.values()),
        parameters={"params:stopping_rules"},
        tags=NAME,
    )
