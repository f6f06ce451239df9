"""What the study was run with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regpipe.report.study import Story
from regpipe.report.views.cells import MISSING, plain
from regpipe.statistics.answer import Seeds

PARAMETERS = ("protocol", "statistics", "engine", "workers")


@dataclass(frozen=True)
class Setup:
    """What the study was run with.

    Attributes:
        tables: name -> value, by what they are about; several values where runs differ.
        fits: how many were trained, baselines aside.
        seconds: that training took, baselines included.
        seeds: of every fit: problem, protocol, of its rows, of its weights.
    """

    tables: Mapping[str, Mapping[str, str]]
    fits: str
    seconds: str
    seeds: list[tuple[str, str, str, str]]


def setup(stories: Iterable[Story]) -> Setup:
    """Return what the study was run with."""
    stories = list(stories)
    runs = [story.answer.run for story in stories]
    parameters = [{k: run.parameters[k] for k in PARAMETERS if k in run.parameters} for run in runs]
    tables = {
        "Versions": _together(run.versions for run in runs),
        "Machine": _together(run.machine for run in runs),
        "Parameters": _together(map(_flat, parameters)),
    }
    seconds = _seconds(stories)
    return Setup(
        {title: table for title, table in tables.items() if table},
        f"{sum(len(story.runs) for story in stories):,}",
        f"{plain(seconds)} seconds" if seconds < 600 else f"{seconds / 60:,.0f} minutes",
        _seeds(stories),
    )


def _flat(values: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Return nested values by their paths.

    >>> _flat({"fresh": {"repeats": 30}})
    {'fresh.repeats': 30}
    """
    flat: dict[str, object] = {}
    for key, value in values.items():
        path = f"{before}{key}"
        flat |= _flat(value, f"{path}.") if isinstance(value, Mapping) else {path: value}
    return flat


def _together(tables: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Return one table of all: where they differ, each value once."""
    merged: dict[str, dict[str, None]] = {}
    for table in tables:
        for key, value in table.items():
            merged.setdefault(key, {})[MISSING if value is None else str(value)] = None
    return {key: " or ".join(values) for key, values in merged.items()}


def _seconds(stories: list[Story]) -> float:
    """Return the seconds of all fits; those of a baseline, which its techniques share, once."""
    own = 0.0
    baselines: dict[str, float] = {}
    for story in stories:
        seconds = float(story.runs["seconds"].sum()) if "seconds" in story.runs else 0.0
        own += seconds
        rest = story.answer.run.seconds - seconds
        problem = story.answer.problem
        baselines[problem] = max(rest, baselines.get(problem, 0.0))
    return own + sum(baselines.values())


def _seeds(stories: list[Story]) -> list[tuple[str, str, str, str]]:
    """Return the seeds that the techniques of a problem share, the longest list of them."""
    longest: dict[tuple[str, str], Seeds] = {}
    for story in stories:
        for protocol, seeds in story.answer.run.seeds.items():
            key = (story.answer.problem, protocol)
            if key not in longest or len(seeds.fit_seed) > len(longest[key].fit_seed):
                longest[key] = seeds
    return [
        (*key, _joined(dict.fromkeys(seeds.data_seed)), _joined(seeds.fit_seed))
        for key, seeds in longest.items()
    ]


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
