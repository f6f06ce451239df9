"""The wiring of the replay; the histories come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from regpipe.pipelines.stopping_rules import nodes
from regpipe.pipelines.wiring import step

NAME = "stopping_rules"


def create_pipeline(problems: Sequence[str]) -> Pipeline:
    """Return the pipeline that replays rules on the baselines of these problems."""
    histories = {problem: f"{problem}.history" for problem in problems}
    rules = {"rules": "params:stopping_rules", **histories}
    return Pipeline(
        [
            step(nodes.replay_rules, rules, "replays", "evaluate"),
            step(nodes.tabulate, "replays", "rules", "evaluate"),
            step(nodes.plot_tradeoff, "rules", "tradeoff_plot", "plot"),
        ],
        namespace=NAME,
        inputs=set(histories.values()),
        parameters={"params:stopping_rules"},
        tags=NAME,
    )
