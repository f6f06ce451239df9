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
from regpipe.pipelines.study.pipeline import Part
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
    parts = {name: Part(look_of(block)) for name, block in problems.items()}
    bases = {name: create_problem(name, part.look) for name, part in parts.items()}
    pipelines, grids = dict(bases), {}
    for name, block in techniques.items():
        home = block.get("problem") if isinstance(block, dict) else None
        if isinstance(home, str) and home in parts and name not in problems:
            part = parts[home]
            part.techniques[name] = create_technique(name, home, part.look)
            pipelines[name] = bases[home] + part.techniques[name]
            if block.get("grid"):
                grid = create_grid(name, home)
                grids[f"{name}_grid"] = bases[home] + grid
                if block.get("grid_published"):
                    part.grids[name] = grid
    further = {VARIANCE: create_variance(list(problems))}
    replayed = replayed_problems()
    if replayed and set(replayed) <= set(problems):
        further[STOPPING_RULES] = create_stopping_rules(replayed)
    study = create_study(bases, parts, list(further.values()))
    whole = {name: _with_inputs(pipeline, bases) for name, pipeline in further.items()}
    return {"__default__": study, STUDY: study, **pipelines, **grids, **whole}


def _with_inputs(pipeline: Pipeline, bases: dict[str, Pipeline]) -> Pipeline:
    """Return a pipeline with the nodes of the problems that make what it reads."""
    everything = Pipeline({node for base in bases.values() for node in base.nodes})
    return everything.to_outputs(*(pipeline.inputs() & everything.all_outputs())) + pipeline
