"""The wiring of the replay; the histories come from the problems' pipelines."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from regpipe import plots
from regpipe.pipelines.stopping_rules.nodes import replay_rules
from regpipe.pipelines.wiring import step
from regpipe.statistics.stopping import tabulate_rules

NAME = "stopping_rules"


def create_pipeline(problems: Sequence[str]) -> Pipeline:
    """Return the pipeline that replays rules on the baselines of these problems."""
    histories = {problem: f"{problem}.history" for problem in problems}
    rules = {"rules": "params:stopping_rules", **histories}
    return Pipeline(
        [
            step(replay_rules, rules, "replays", "evaluate"),
            step(tabulate_rules, "replays", "rules", "evaluate", name="tabulate"),
            step(plots.stopping_tradeoff, "rules", "tradeoff_plot", "plot", name="plot_tradeoff"),
        ],
        namespace=NAME,
        inputs=set(histories.values()),
        parameters={"params:stopping_rules"},
        tags=NAME,
    )
