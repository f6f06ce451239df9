"""One pipeline for each block of YAML: a new technique is a block there and nothing here."""

import warnings

from kedro.pipeline import Pipeline

from regpipe.blocks import read_blocks
from regpipe.pipelines import problem, technique


def register_pipelines() -> dict[str, Pipeline]:
    """Return every problem's and every technique's pipeline by name.

    A technique's pipeline contains its problem's, so that the baseline is always there. A block
    without a problem that exists is left to the check of the parameters, which says what is wrong.
    """
    # A technique reads its baseline's tables from the problem's namespace, hence the dots.
    warnings.filterwarnings("ignore", "One or more dataset names contain", UserWarning)
    problems, techniques = read_blocks()
    pipelines = {name: problem.create_pipeline(name) for name in problems}
    for name, block in techniques.items():
        home = block.get("problem") if isinstance(block, dict) else None
        if isinstance(home, str) and home in problems and name not in problems:
            pipelines[name] = pipelines[home] + technique.create_pipeline(name, home)
    return {"__default__": sum(pipelines.values(), Pipeline([])), **pipelines}
