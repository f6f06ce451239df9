"""What a data folder holds in the end, to be compared bit for bit.

Four kinds of content differ between two runs that made the same, and nothing else may:

- when: the time at which a verdict was told (`looks.csv`), a trial began and ended (`trials.log`),
  a page was written, and by which command;
- who: the process that had the folder last (`lock`), or made a trial;
- what was ended: a search that was killed keeps the trial that it was in, as failed (`trials.log`),
  of which only the trials that count are compared; and asks for no fit again of trials that were
  finished (`made.json`, the fits of a search);
- what was told meanwhile: where it is made again, a look counts itself among those before it
  (`taken` in `look.json` and `summary.json`). What decides is its place, which stays.
"""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regpipe.whole import BEGUN

WRITTEN = re.compile(r'<p class="kicker"><time.*?</p>')  # when and by which command, on a page
SEARCHED = (".mixtures", ".networks")  # what a search leaves


def contents(root: Path) -> dict[str, Any]:
    """Return what each file of a data folder holds, without what may differ."""
    files = {
        str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if _is_file(path)
    }
    return {name: _reader(path)(path) for name, path in files.items()}


def _reader(path: Path) -> Callable[[Path], Any]:
    return _page if path.suffix == ".html" else READ.get(path.name, Path.read_bytes)


def _page(path: Path) -> str:
    return WRITTEN.sub("", path.read_text(encoding="utf-8"))


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the files that are only in one of two folders, or differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def fits(root: Path) -> dict[str, int]:
    """Return the stored fits of a data folder by their inodes: another one was trained anew."""
    found = root.glob("06_models/fits/??/*.npz")
    return {path.name: path.stat().st_ino for path in found if not BEGUN.fullmatch(path.name)}


def _is_file(path: Path) -> bool:
    return path.is_symlink() or (path.is_file() and path.name != "lock")


def _looks(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:  # in whatever order they were told
        return sorted(list((row | {"told": ""}).values()) for row in csv.DictReader(file))


def _made(path: Path) -> dict[str, Any]:
    records = json.loads(path.read_text(encoding="utf-8"))  # in whatever order
    for name in records:
        if name.endswith(SEARCHED):
            records[name]["fits"] = None
        if name.endswith((".look", ".summary", ".report", ".pages")):
            records[name]["content"] = None
    return records


def _asked(path: Path) -> Any:
    return _without_taken(json.loads(path.read_text(encoding="utf-8")))


def _without_taken(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_taken(part) for key, part in value.items() if key != "taken"}


def _trials(path: Path) -> list[Any]:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    storage = JournalStorage(JournalFileBackend(str(path)))
    return [
        [study.study_name, trial.state.name, trial.values, trial.params, trial.user_attrs]
        for study in storage.get_all_studies()
        for trial in storage.get_all_trials(study._study_id)
        if trial.state.name in ("COMPLETE", "PRUNED")
    ]


READ: dict[str, Callable[[Path], Any]] = {
    "look.json": _asked,
    "summary.json": _asked,
    "looks.csv": _looks,
    "made.json": _made,
    "trials.log": _trials,
}
