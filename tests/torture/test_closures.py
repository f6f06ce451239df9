"""Whatever a node calls is part of what it does: else a change of it would go unnoticed."""

import ast
import inspect
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from kedro.pipeline.node import Node

from regpipe.provenance.closures import SOURCE, closure
from regpipe.provenance.statements import _bound

pytestmark = pytest.mark.torture

STORES = ("TrainerDataset", "TrialJournalDataset", "LooksDataset")
SIZES = {
    "protocol": {
        "fixed": {"repeats": 2},
        "fresh": {"repeats": 2, "score_rows": 100},
        "grid": {"repeats": 2},
    },
    "screen": {"repeats": 2, "holdouts": 1, "recipes": ["weight_l2", "dropout"]},
    "cocktail": {"repeats": 2, "trials": 3, "startup": 2, "holdouts": 1},
}


def test_what_a_node_calls_is_in_its_closure(
    run: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: dict[tuple[str, str], str] = {}
    run_node = Node.run

    def traced(node: Node, inputs: dict[str, Any]) -> Any:
        called: set[CodeType] = set()
        profile = partial(note, called)
        threading.setprofile(profile)
        sys.setprofile(profile)
        try:
            return run_node(node, inputs)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
            known = {place for path in paths(node, inputs) for place in closure(path)}
            for module, name in filter(None, map(place_of, called.copy())):  # threads go on
                if not known & {(module, name), (module, "")}:
                    missed[module, name] = node.name

    monkeypatch.setattr(Node, "run", traced)
    pipelines = ("weight_l2", "weight_l2_grid", "moons_screen", "moons_cocktail", "stopping_rules")
    for name in pipelines:
        run(name, data_root=tmp_path, **SIZES)
    assert not missed


def note(called: set[CodeType], frame: FrameType, event: str, _: Any) -> None:
    """Note what is called: millions of times, most of them in TensorFlow."""
    if event == "call":
        called.add(frame.f_code)


def place_of(code: CodeType) -> tuple[str, str] | None:
    """Return the module of a function of ours, and the name that holds it there."""
    file = Path(code.co_filename)
    is_function = code.co_flags & inspect.CO_OPTIMIZED  # not a module's or a class's body
    if not (is_function and file.suffix == ".py" and SOURCE in file.parents):
        return None
    parts = file.relative_to(SOURCE.parent).with_suffix("").parts
    name = code.co_qualname.partition(".")[0]
    if name == "<lambda>":  # of a statement that binds a name
        body = ast.parse(file.read_bytes()).body
        (name,) = next(_bound(one) for one in body if code.co_firstlineno <= (one.end_lineno or 0))
    return ".".join(parts).removesuffix(".__init__"), name


def paths(node: Node, inputs: dict[str, Any]) -> set[str]:
    """Return what counts for a node: its function, and the classes of what it is given."""
    function = node.func.func if isinstance(node.func, partial) else node.func
    found = {f"{function.__module__}.{function.__qualname__}"}
    found |= {f"regpipe.kedro_side.datasets.{store}" for store in STORES}
    kinds = {type(value) for value in inputs.values()}
    ours = {kind for kind in kinds if kind.__module__.startswith("regpipe.")}
    return found | {f"{kind.__module__}.{kind.__qualname__}" for kind in ours}
