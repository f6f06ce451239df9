"""What kedro-viz shows of nodes that a run leaves out, since they are up to date."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.utils import find_kedro_project

STATISTICS, EVENTS = "stats.json", "kedro_pipeline_events.json"


class VizHooks:
    """Keeps the statistics and the status that kedro-viz wrote down in earlier runs.

    Each run writes both files anew, of those nodes alone that it ran.
    """

    def __init__(self) -> None:
        self._before: dict[str, Any] = {}

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Read what earlier runs left."""
        self._before = {name: _read(name) for name in (STATISTICS, EVENTS)}

    @hook_impl(wrapper=True, tryfirst=True)
    def after_pipeline_run(self) -> Iterator[None]:
        """Put it beside what kedro-viz has written now."""
        yield
        for name, merged in ((STATISTICS, _statistics), (EVENTS, _events)):
            before, now = self._before.get(name), _read(name)
            if before and now is not None and type(before) is type(now):
                _write(name, merged(before, now))

    on_pipeline_error = after_pipeline_run


def _statistics(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {**before, **now}


def _events(before: list[Any], now: list[Any]) -> list[Any]:
    """Return the events of a run after those of earlier ones about other nodes and datasets."""
    told = {_about(event) for event in now}
    kept = [event for event in before if "node_id" in event and _about(event) not in told]
    return [*now[:1], *kept, *now[1:]]  # the first says that a run begins


def _about(event: dict[str, Any]) -> Any:
    return event.get("node_id")


def _place(name: str) -> Path:
    return (find_kedro_project(Path.cwd()) or Path.cwd()) / ".viz" / name


def _read(name: str) -> Any:
    with suppress(OSError, ValueError):  # without kedro-viz there is none
        return json.loads(_place(name).read_text(encoding="utf-8"))
    return None


def _write(name: str, content: Any) -> None:
    with suppress(OSError):  # no more than what is shown depends on it
        _place(name).write_text(json.dumps(content, indent=2), encoding="utf-8")
