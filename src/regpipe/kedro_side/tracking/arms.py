"""Which arms and grids a run was asked for, and what their files hold."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from pydantic import BaseModel

from regpipe.candidates.arm import Arm, arm_of, baseline_of
from regpipe.kedro_side.runner.records import config_of, file_of
from regpipe.kedro_side.tracking.runs import (
    DIGEST,
    Params,
    Run,
    choices,
    fits_of,
    flat,
    gains,
    means,
    milliseconds,
    points,
    settings_of,
)
from regpipe.language import Protocol, Statistics
from regpipe.language.reading import parse
from regpipe.places.files import exists
from regpipe.places.place import Place
from regpipe.provenance.digests import digest
from regpipe.report.sentence import sentence
from regpipe.statistics.answer import Answer
from regpipe.statistics.overlap import without_units

# What has to be made of an arm or a grid for it to be sent. Half of it would be sent now, and all
# of it by a later run, as something else.
WHOLE = {
    "baseline": {"runs", "history", "model"},
    "technique": {"runs", "history", "model", "summary"},
    "grid": {"runs", "grid", "choice"},
}
ARTIFACTS = ("runs", "architecture", "model", "comparison", "summary", "grid", "choice")
NOTE = "mlflow.note.content"  # what MLflow shows as a run's description


def asked_for(
    pipeline: Pipeline, problems: Mapping[str, Any], techniques: Mapping[str, Any]
) -> dict[str, str]:
    """Return the kind of each arm and grid that a pipeline makes in full, by name.

    A kind is `baseline`, `technique` or `grid`.
    """
    kinds = {
        **dict.fromkeys(problems, "baseline"),
        **dict.fromkeys(techniques, "technique"),
        **{f"{name}_grid": "grid" for name in techniques},
    }
    made = pipeline.all_outputs()
    return {
        name: kind
        for name, kind in kinds.items()
        if {f"{name}.{part}" for part in WHOLE[kind]} <= made
    }


class Results:
    """What a run left in its catalog."""

    def __init__(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Find out where the outputs of a pipeline lie; nothing is loaded yet."""
        outputs = sorted(pipeline.all_outputs())
        files = {name: file_of(config_of(catalog, name)) for name in outputs}
        self._files = {name: file for name, file in files.items() if file}
        self.load = catalog.load
        self.parameters: dict[str, Any] = catalog.load("parameters")

    def files(self, name: str) -> list[Place]:
        """Return the artifacts of an arm or a grid: tables, answers, pictures, the model."""
        parts = {n: n.removeprefix(f"{name}.") for n in self._files if n.startswith(f"{name}.")}
        return [
            self._files[n]
            for n, part in parts.items()
            if (part in ARTIFACTS or part.endswith("_plot")) and exists(self._files[n])
        ]

    def saved(self, name: str) -> int:
        """Return when a dataset was saved, in milliseconds."""
        file = self._files.get(name)
        return round(1000 * (file.stat().st_mtime if file else time.time()))


def read_run(name: str, kind: str, results: Results) -> Run:
    """Return what MLflow gets of the arm or grid called `name`.

    Its tag `regpipe.digest` stays the same as long as its fits, what they were made with and the
    answer do.
    """
    table = without_units(results.load(f"{name}.runs"))
    history: partial[pd.DataFrame] | None = partial(results.load, f"{name}.history")
    paths: list[str] = []
    if kind == "baseline":
        arm = baseline_of(name, results.parameters)
        params = settings_of(arm) | _settings(results, "fixed", "fresh")
        tags, numbers = _about(arm), means(table, arm.task.metric)
    elif kind == "technique":
        arm = arm_of(name, results.parameters)
        answer: Answer = results.load(f"{name}.summary")
        params = settings_of(arm) | _settings(results, "fixed", "fresh")
        params |= flat({"statistics": _block(Statistics, results, "statistics")})
        tags = _about(arm, sentence(answer)) | {"verdict": answer.fresh.verdict}
        numbers = means(table, arm.task.metric) | gains(answer)
    else:
        arm, history = arm_of(name.removesuffix("_grid"), results.parameters), None
        params = settings_of(arm) | _settings(results, "fixed", "fresh", "grid")
        assert arm.technique_block is not None
        paths = list(arm.technique_block.grid)  # what differs from one of its fits to the next
        params = {key: value for key, value in params.items() if key not in paths}
        tags, numbers = _about(arm), choices(results.load(f"{name}.choice"))
    tags |= {"kind": kind, DIGEST: digest([name, params, numbers, table.to_csv(index=False)])}
    numbers |= {"fits": len(table), "seconds": table["seconds"].sum()}
    # As long as its fits took one after another; when each began isn't recorded.
    end = results.saved(f"{name}.runs")
    begin = end - sum(map(milliseconds, table["seconds"]))
    run = Run(name, tags, params, points(numbers, end), begin, end, results.files(name))
    return replace(run, nested=fits_of(run, table, history, paths))


def _about(arm: Arm, *sentences: str) -> dict[str, str]:
    """Return the tags that name an arm, and of a technique describe it."""
    tags = {"technique": arm.technique or "baseline", "problem": arm.problem, "title": arm.title}
    if block := arm.technique_block:
        note = "\n\n".join([block.explanation, *sentences])
        tags |= {"family": block.family, NOTE: note}
    return tags


def _settings(results: Results, *protocols: str) -> Params:
    """Return the settings that all arms share, of these protocols."""
    protocol = _block(Protocol, results, "protocol")
    used = {key: value for key, value in protocol.items() if key in ("seed", *protocols)}
    return flat({"protocol": used, "engine": results.parameters["engine"]})


def _block(model: type[BaseModel], results: Results, name: str) -> Params:
    """Return the keys of a block that a user has set; Kedro may have typed it already."""
    return parse(model, results.parameters[name], name).model_dump(mode="json", exclude_unset=True)
