"""A part of a pipeline reads what an earlier run left: is it there, and would this one make it?"""

from typing import TYPE_CHECKING, Any

from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from regpipe.candidates.arm import Arm, arm_of, baseline_of
from regpipe.candidates.check import OF_A_PROBLEM
from regpipe.kedro_side import blocks
from regpipe.kedro_side.runner.records import (
    config_of,
    content_of,
    file_of,
    files_of,
    read_records,
)
from regpipe.language import Protocol, Statistics
from regpipe.language.reading import parse
from regpipe.pipelines.study.pipeline import CLAIMS, STORIES, STORY
from regpipe.pipelines.study.pipeline import NAME as STUDY
from regpipe.places.files import exists
from regpipe.places.place import Place
from regpipe.rows.draws import DRAWN, draws_of
from regpipe.seeds import derive

if TYPE_CHECKING:
    import pandas as pd

# What a training leaves to the rest of a pipeline, by which it would pass for one of other blocks.
TRAINED = {"arm", "architecture", "weights", "history", "fits", "runs", "comparison"}


def missing_inputs(pipeline: Pipeline, catalog: DataCatalog) -> dict[str, str]:
    """Return the inputs that aren't there, and the pipeline that makes each of them.

    Those that no pipeline makes, as a table of the user's own, are not among them.
    """
    made = _made_by_others(pipeline)
    return {name: maker for name, maker in made.items() if not catalog.exists(name)}


def changed_inputs(pipeline: Pipeline, catalog: DataCatalog) -> dict[str, str]:
    """Return the inputs that aren't as a run left them, and the pipeline that makes each of them.

    A pipeline that makes them by itself would make them again.
    """
    made = _made_by_others(pipeline)
    records = read_records(catalog) if made else {}  # else damage to them would be told twice
    return {
        name: maker
        for name, maker in made.items()
        if name in records
        and content_of(files_of(config_of(catalog, name))) != records[name].content
    }


def _made_by_others(pipeline: Pipeline) -> dict[str, str]:
    made = {}
    for name in sorted(name for name in pipeline.inputs() if "." in name):
        if maker := maker_of(name):
            made[name] = maker
    return made


def maker_of(name: str) -> str | None:
    """Return a pipeline that makes a dataset, the smallest; None if none does."""
    block = block_of(name)
    # To build the study takes a second, so only what it makes is looked for there.
    made_there = block == STUDY or name.endswith((f".{STORY}", f".{STORIES}"))
    of_all = (CLAIMS, STUDY) if made_there else ()
    for maker in (block, *(f"{block}_{what}" for what in OF_A_PROBLEM), *of_all):
        if maker in pipelines and name in pipelines[maker].all_outputs():
            return maker
    return None


def block_of(name: str) -> str:
    """Return of which block, or of which pipeline, a dataset is.

    >>> block_of("moons.fits"), block_of("moons/dropout.trials"), block_of("moons_screen.tuning")
    ('moons', 'moons', 'moons_screen')
    """
    return name.partition(".")[0].partition("/")[0]


def absent_files(pipeline: Pipeline, catalog: DataCatalog) -> dict[str, Place]:
    """Return where the files should be that a pipeline reads, that nothing makes, and that lack.

    Such are a table of the user's own, and rows to predict.
    """
    files = {name: file_of(config_of(catalog, name)) for name in sorted(pipeline.inputs())}
    return {name: file for name, file in files.items() if file and not exists(file)}


def of_another_run(pipeline: Pipeline, catalog: DataCatalog) -> list[str]:
    """Return the arms whose trainings are read, and aren't those that this run would make.

    Their blocks were others then, or the seeds, the number of repeats, the rows that score them or
    the statistics by which they are judged.
    """
    read = [name.partition(".") for name in pipeline.inputs()]
    names = sorted({arm for arm, _, what in read if what in TRAINED})
    parameters = catalog.load("parameters")
    others = {name for name in names if _is_another(name, parameters, catalog)}
    looked = {arm for arm, _, what in read if what == "look"}
    others |= {arm for arm in looked if _is_another_look(f"{arm}.look", parameters, catalog)}
    return sorted(others)


def _is_another_look(name: str, parameters: dict[str, Any], catalog: DataCatalog) -> bool:
    if not catalog.exists(name):
        return False
    look, protocol = catalog.load(name), parse(Protocol, parameters["protocol"], "protocol")
    statistics = parse(Statistics, parameters["statistics"], "statistics")
    before = (look.protocol.seed, look.protocol.fresh, look.statistics)
    return before != (protocol.seed, protocol.fresh, statistics)


def _is_another(name: str, parameters: dict[str, Any], catalog: DataCatalog) -> bool:
    asked = _asked_for(name, parameters)
    if asked is None or not catalog.exists(f"{name}.arm"):
        return False
    if catalog.load(f"{name}.arm") != asked:
        return True
    if not catalog.exists(f"{name}.fits"):
        return False
    protocol = parse(Protocol, parameters["protocol"], "protocol")
    drawn = draws_of(asked.problem_block) is DRAWN
    return not _follow(catalog.load(f"{name}.fits"), protocol, asked, drawn)


def _follow(fits: "pd.DataFrame", protocol: Protocol, arm: Arm, drawn: bool) -> bool:
    """Whether the fits of an arm are as many as a protocol asks for, of its seeds and rows.

    A baseline may have more: each technique is compared over its own repeats.
    """
    fixed, fresh = (fits[fits["protocol"] == name] for name in ("fixed", "fresh"))
    numbers = protocol.fresh.analyses or [protocol.fresh.ceiling]
    if arm.technique and (len(fixed) != protocol.fixed.repeats or len(fresh) not in numbers):
        return False
    if drawn and (fresh["test_rows"] != protocol.fresh.score_rows).any():
        return False
    return bool((fixed["fit_seed"].head(1) == derive(protocol.seed, "fixed fit", 0)).all())


def _asked_for(name: str, parameters: dict[str, Any]) -> Arm | None:
    """Return an arm as this run's parameters have it; None of what is no problem or technique."""
    problems, techniques = blocks.read_blocks()
    if name in problems:
        return baseline_of(name, parameters)
    return arm_of(name, parameters) if name in techniques else None
