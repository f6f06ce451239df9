"""One pipeline for each block of YAML: a new technique is a block there and nothing here."""

import warnings

from kedro.pipeline import Pipeline

from regpipe.blocks import read_blocks, replayed_problems
from regpipe.pipelines.grid.pipeline import create_pipeline as create_grid
from regpipe.pipelines.looks import look_of
from regpipe.pipelines.problem.pipeline import create_pipeline as create_problem
from regpipe.pipelines.stopping_rules.pipeline import NAME as STOPPING_RULES
from regpipe.pipelines.stopping_rules.pipeline import create_pipeline as create_stopping_rules
from regpipe.pipelines.study.pipeline import NAME as STUDY
from regpipe.pipelines.study.pipeline import create_pipeline as create_study
from regpipe.pipelines.technique.pipeline import create_pipeline as create_technique
from regpipe.pipelines.variance.pipeline import NAME as VARIANCE
from regpipe.pipelines.variance.pipeline import create_pipeline as create_variance


def register_pipelines() -> dict[str, Pipeline]:
    """Return every problem's and every technique's pipeline by name, and those of the grids.

    A technique's pipeline contains its problem's, so that the baseline is always there. The default
    is the study: every problem and every technique, the grids that something was published about,
    and what they say together; the other grids, which take long, are run by name. A block without a
    problem that exists is left to the check of the parameters, which says what is wrong.
    """
    # A technique reads its baseline's tables from the problem's namespace, hence the dots.
    warnings.filterwarnings("ignore", "One or more dataset names contain", UserWarning)
    problems, techniques = read_blocks()
    looks = {name: look_of(block) for name, block in problems.items()}
    pipelines = {name: create_problem(name, look) for name, look in looks.items()}
    grids, homes = {}, {}
    for name, block in techniques.items():
        home = block.get("problem") if isinstance(block, dict) else None
        if isinstance(home, str) and home in problems and name not in problems:
            pipelines[name] = pipelines[home] + create_technique(name, home, looks[home])
            homes[name] = home
            if block.get("grid"):
                grids[f"{name}_grid"] = pipelines[home] + create_grid(name, home)
    rules, variance = _stopping_rules(pipelines), _variance(pipelines, list(problems))
    claimed = [name for name in homes if techniques[name].get("grid_published")]
    parts = [
        *pipelines.values(),
        *rules.values(),
        *variance.values(),
        create_study(homes, looks, claimed),
    ]
    parts += [grids[f"{name}_grid"] for name in claimed]
    # One set of all nodes: adding up so many pipelines one by one would take seconds.
    study = Pipeline({node for pipeline in parts for node in pipeline.nodes})
    return {"__default__": study, STUDY: study, **pipelines, **grids, **rules, **variance}


def _stopping_rules(pipelines: dict[str, Pipeline]) -> dict[str, Pipeline]:
    """Return the pipeline that replays stopping rules, if its problems are there."""
    problems = replayed_problems()
    if not problems or not set(problems) <= set(pipelines):
        return {}
    histories = sum((pipelines[name] for name in problems), Pipeline([]))
    return {STOPPING_RULES: histories + create_stopping_rules(problems)}


def _variance(pipelines: dict[str, Pipeline], problems: list[str]) -> dict[str, Pipeline]:
    """Return the pipeline that tells where the noise comes from; it needs the problems' rows."""
    rows = [pipelines[name].to_outputs(f"{name}.samples") for name in problems]
    return {VARIANCE: sum(rows, Pipeline([])) + create_variance(problems)}
