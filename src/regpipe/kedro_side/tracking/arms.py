"""Which arms and grids a run was asked for, and what their files hold."""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from pydantic import BaseModel

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.kedro_side.runner.records import config_of, file_of
from regpipe.kedro_side.tracking.runs import (
    DIGEST,
    Params,
    Run,
    choices,
    flat,
    gains,
    means,
    run_of,
    settings_of,
    with_fits,
)
from regpipe.language import Problem, Protocol, Statistics, Technique
from regpipe.language.reading import parse
from regpipe.provenance import digest
from regpipe.report.sentence import sentence
from regpipe.statistics.answer import Answer
from regpipe.statistics.grid import Choice

# What has to be made of an arm or a grid for it to be sent. Half of it would be sent now, and all
# of it by a later run, as something else.
WHOLE = {
    "baseline": {"runs", "history", "model"},
    "technique": {"runs", "history", "model", "summary"},
    "grid": {"runs", "grid", "choice"},
}
ARTIFACTS = ("runs", "architecture", "model", "comparison", "summary", "grid", "choice")
NOTE = "mlflow.note.content"  # what MLflow shows as a run's description

Contents = tuple[dict[str, str], Params, Params]  # tags, parameters, numbers


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

    def files(self, name: str) -> list[Path]:
        """Return the artifacts of an arm or a grid: tables, answers, pictures, the model."""
        parts = {n: n.removeprefix(f"{name}.") for n in self._files if n.startswith(f"{name}.")}
        return [
            self._files[n]
            for n, part in parts.items()
            if (part in ARTIFACTS or part.endswith("_plot")) and self._files[n].is_file()
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
    table = results.load(f"{name}.runs")
    paths: list[str] = []
    if kind == "baseline":
        tags, params, numbers = _baseline(name, table, results)
    elif kind == "technique":
        tags, params, numbers = _technique(name, table, results)
    else:
        tags, params, numbers, paths = _grid(name, results)
    content = digest([name, params, numbers, table.to_csv(index=False)])
    run = run_of(
        name,
        {"kind": kind, **tags, DIGEST: content},
        params,
        numbers,
        table,
        results.saved(f"{name}.runs"),
        results.files(name),
    )
    history = None if kind == "grid" else partial(results.load, f"{name}.history")
    return with_fits(run, table, history, paths)


def _baseline(name: str, table: pd.DataFrame, results: Results) -> Contents:
    problem = parse(Problem, results.parameters[name], name)
    arm = baseline(name, problem)
    tags = {"technique": "baseline", "problem": name, "title": problem.title}
    params = {**settings_of(arm, problem), **_settings(results, "fixed", "fresh")}
    return tags, params, means(table, arm.task.metric)


def _technique(name: str, table: pd.DataFrame, results: Results) -> Contents:
    technique, problem, arm = _applied(name, results)
    answer: Answer = results.load(f"{name}.summary")
    tags = {
        **_about(name, technique),
        "verdict": answer.fresh.verdict,
        NOTE: f"{technique.explanation}\n\n{sentence(answer)}",
    }
    params = {
        **settings_of(arm, problem),
        **_settings(results, "fixed", "fresh"),
        **flat({"statistics": _block(Statistics, results, "statistics")}),
    }
    return tags, params, {**means(table, arm.task.metric), **gains(answer)}


def _grid(name: str, results: Results) -> tuple[dict[str, str], Params, Params, list[str]]:
    """Return the same of a grid, and the paths of what differs from one of its fits to the next."""
    block = name.removesuffix("_grid")
    technique, problem, arm = _applied(block, results)
    choice: Choice = results.load(f"{name}.choice")
    params = {**settings_of(arm, problem), **_settings(results, "fixed", "fresh", "grid")}
    paths = list(technique.grid)
    shared = {key: value for key, value in params.items() if key not in paths}
    return _about(block, technique), shared, choices(choice), paths


def _applied(name: str, results: Results) -> tuple[Technique, Problem, Arm]:
    technique = parse(Technique, results.parameters[name], name)
    home = technique.problem
    problem = parse(Problem, results.parameters[home], home)
    return technique, problem, apply(name, technique, baseline(home, problem))


def _about(name: str, technique: Technique) -> dict[str, str]:
    return {
        "technique": name,
        "problem": technique.problem,
        "title": technique.title,
        "family": technique.family,
        NOTE: technique.explanation,
    }


def _settings(results: Results, *protocols: str) -> Params:
    """Return the settings that all arms share, of these protocols."""
    protocol = _block(Protocol, results, "protocol")
    used = {key: value for key, value in protocol.items() if key in ("seed", *protocols)}
    return flat({"protocol": used, "engine": results.parameters["engine"]})


def _block(model: type[BaseModel], results: Results, name: str) -> Params:
    """Return the keys of a block that a user has set; Kedro may have typed it already."""
    return parse(model, results.parameters[name], name).model_dump(mode="json", exclude_unset=True)
