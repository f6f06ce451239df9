"""A small project: two techniques and recipes on moons, tiny settings, and a clock that stands."""

import importlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.pipeline.node import Node
from matplotlib.figure import Figure

from tests.command_lines import PROJECT, make_cheap, share_loops

# Modules that measure seconds, which are the only numbers of a file that differ between two runs.
TIMED = (
    "engine.compiled",
    "engine.keras_loop",
    "pipelines.screen.references",
    "pipelines.answer.others",
)
KEPT = {
    "techniques": ["weight_l2", "dropout", "weight_l2_cnn", "weight_l2_lstm"],
    "recipes": ["weight_l2", "dropout"],
}
PARAMETERS: dict[str, Any] = {
    "protocol": {
        "fixed": {"repeats": 2},
        "fresh": {"repeats": 5, "score_rows": 100},
        "grid": {"repeats": 2},
    },
    "moons": {"training": {"epochs": 3}},
    "workers": 1,
    "screen": {"repeats": 2, "holdouts": 1},
    "cocktail": {"repeats": 2, "trials": 3, "startup": 2, "holdouts": 1},
}


def params(root: Path, **further: Any) -> str:
    """Return the settings as `--params` takes them."""

    def flat(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from flat(item, f"{path}.{key}" if path else key)
        else:
            yield f"{path}={value}"

    return "--params " + ",".join(flat({**PARAMETERS, "data_root": str(root), **further}, ""))


class Stopped:
    """A clock that stands."""

    perf_counter = staticmethod(lambda: 0.0)


def stop_clocks(change: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let no file hold how long something took."""
    for name in TIMED:
        change(importlib.import_module(f"regpipe.{name}"), "time", Stopped)


def write_conf(folder: Path) -> Path:
    """Write the project's configuration with few techniques and recipes, which is read at once."""
    shutil.copytree(PROJECT / "conf", folder)
    for kind, names in KEPT.items():
        path = folder / "base" / f"{kind}.yml"
        blocks = yaml.safe_load(path.read_text(encoding="utf-8"))
        few = blocks[kind] if kind in blocks else blocks
        few = {name: few[name] for name in names}
        path.write_text(yaml.safe_dump({kind: few} if kind in blocks else few), encoding="utf-8")
    (folder / "base" / "mechanisms.yml").write_text("mechanisms: {}\n", encoding="utf-8")
    foundations = folder / "base" / "foundations.yml"
    blocks = yaml.safe_load(foundations.read_text(encoding="utf-8"))
    blocks["starts"] = [{"weight_l2": 0.01}]
    foundations.write_text(yaml.safe_dump(blocks), encoding="utf-8")
    (folder / "local").mkdir(exist_ok=True)
    return folder


def draw_nothing(change: Callable[[Any, str, Any], None] = setattr) -> None:
    """Have nodes that draw make white pictures: to draw takes longer than all the rest."""
    run = Node.run

    def run_unless_it_draws(node: Node, inputs: dict[str, Any]) -> dict[str, Any]:
        if "plot" in node.tags:
            return dict.fromkeys(node.outputs, Figure(figsize=(0.1, 0.1)))
        return run(node, inputs)

    change(Node, "run", run_unless_it_draws)


class Small:
    """Runs pipelines in this process; what TensorFlow traced for one run serves the next."""

    def __init__(self, conf: Path) -> None:
        from kedro.framework.session.service_session import KedroServiceSession
        from kedro.framework.startup import bootstrap_project

        bootstrap_project(PROJECT)
        self._session = KedroServiceSession.create(project_path=PROJECT, conf_source=str(conf))
        self._loops: dict[Any, Any] = {}

    def run(self, *names: str, root: Path, runner: Any = None, **parameters: Any) -> None:
        """Run pipelines on a data folder."""
        from regpipe.kedro_side.runner import IncrementalRunner

        with pytest.MonkeyPatch.context() as patch:
            make_cheap(patch.setattr)
            stop_clocks(patch.setattr)
            share_loops(patch.setattr, self._loops)
            draw_nothing(patch.setattr)
            self._session.run(
                pipeline_names=list(names),
                runner=runner or IncrementalRunner(),
                runtime_params={**PARAMETERS, "data_root": str(root), **parameters},
            )

    def close(self) -> None:
        """End the session."""
        self._session.close()
