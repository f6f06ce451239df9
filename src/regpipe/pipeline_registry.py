"""One pipeline for each block of YAML: a new technique is a block there and nothing here."""

import warnings

from kedro.pipeline import Pipeline

from regpipe.blocks import read_blocks, replayed_problems
from regpipe.pipelines.grid.pipeline import create_pipeline as create_grid
from regpipe.pipelines.looks import look_of
from regpipe.pipelines.problem.pipeline import create_pipeline as create_problem
from regpipe.pipelines.stopping_rules.pipeline import NAME as STOPPING_RULES
from regpipe.pipelines.stopping_rules.pipeline import create_pipeline as create_stopping_rules
from regpipe.pipelines.technique.pipeline import create_pipeline as create_technique


def register_pipelines() -> dict[str, Pipeline]:
    """Return every problem's and every technique's pipeline by name, and those of the grids.

    A technique's pipeline contains its problem's, so that the baseline is always there. The default
    is every problem and every technique; the grids, which take long, are run by name. A block
    without a problem that exists is left to the check of the parameters, which says what is wrong.
    """
    # A technique reads its baseline's tables from the problem's namespace, hence the dots.
    warnings.filterwarnings("ignore", "One or more dataset names contain", UserWarning)
    problems, techniques = read_blocks()
    looks = {name: look_of(block) for name, block in problems.items()}
    pipelines = {name: create_problem(name, look) for name, look in looks.items()}
    grids = {}
    for name, block in techniques.items():
        home = block.get("problem") if isinstance(block, dict) else None
        if isinstance(home, str) and home in problems and name not in problems:
            pipelines[name] = pipelines[home] + create_technique(name, home, looks[home])
            if block.get("grid"):
                grids[f"{name}_grid"] = pipelines[home] + create_grid(name, home)
    # One set of all nodes: adding up so many pipelines one by one would take seconds.
    everything = {node for pipeline in pipelines.values() for node in pipeline.nodes}
    return {"__default__": Pipeline(everything), **pipelines, **grids, **_stopping_rules(pipelines)}


def _stopping_rules(pipelines: dict[str, Pipeline]) -> dict[str, Pipeline]:
    """Return the pipeline that replays stopping rules, if its problems are there."""
    problems = replayed_problems()
    if not problems or not set(problems) <= set(pipelines):
        return {}
    histories = sum((pipelines[name] for name in problems), Pipeline([]))
    return {STOPPING_RULES: histories + create_stopping_rules(problems)}
