"""Is what is run what was published? In a few words, what differs from the blocks as shipped.

What was published is about the rows, the split, the network and the training of the blocks as they
are written; an environment, `conf/local` or `--params` may have changed any of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.grids import arm_at, points
from regpipe.language import Problem, Technique
from regpipe.language.blocks import TABLE
from regpipe.language.reading import parse

Block = Mapping[str, Any]
Shipped = Mapping[str, Block]  # `problem` and `technique`, as they are written
Keys = tuple[str, ...]  # the path to a value in a block
MOST = 3  # differences that are listed; the others are counted
MISSING = object()
WORDS = {
    ("training", "epochs"): "{} epochs instead of {}",
    ("training", "batch_size"): "batches of {} rows instead of {}",
}


def departures(arm: Arm, shipped: Shipped) -> dict[str, str | None]:
    """Return what differs from what was published, of `baseline` and of `technique`.

    None where nothing does. `arm` is the technique's, as it is run.

    Raises:
        SpecError: a block as shipped can't be run.
    """
    block, technique = _read(arm.name, arm.problem, shipped)
    bare = baseline(arm.problem, block)
    return {
        "baseline": _listed(baseline(arm.problem, arm.problem_block), bare),
        "technique": _listed(arm, apply(arm.name, technique, bare)),
    }


def problem_departure(name: str, problem: Problem, block: Block) -> str | None:
    """Return what differs from what was published of a problem's baseline; None where nothing does.

    Raises:
        SpecError: `block`, as shipped, can't be run.
    """
    shipped = parse(Problem, block, name)
    return _listed(baseline(name, problem), baseline(name, shipped))


def grid_departure(name: str, technique: Technique, base: Arm, shipped: Shipped) -> str | None:
    """Return what differs from what was published of a technique's grid; None where nothing does.

    The technique's own values at the paths of the grid don't count: the grid puts others there.

    Raises:
        SpecError: a block as shipped can't be run.
    """
    block, other = _read(name, base.problem, shipped)
    if list(technique.grid.items()) != list(other.grid.items()):
        return "other values of the grid"
    first = points(technique.grid)[0]
    published = arm_at(name, other, baseline(base.problem, block), first)
    return _listed(arm_at(name, technique, base, first), published)


def _read(name: str, home: str, shipped: Shipped) -> tuple[Problem, Technique]:
    return parse(Problem, shipped["problem"], home), parse(Technique, shipped["technique"], name)


def _facts(arm: Arm) -> dict[str, Any]:
    """Return everything that a published number is about."""
    problem = arm.problem_block
    return {
        "task": problem.task,
        "metric": arm.task.metric,
        "rows": problem.rows,
        "split": problem.split.model_dump(mode="json"),
        "standardise": sorted(problem.standardise),
        "input_shape": problem.input_shape,
        "network": {name: {layer.kind: layer.arguments} for name, layer in arm.layers.items()},
        "order": list(arm.layers),
        "training": arm.training.model_dump(mode="json"),
    }


def _listed(run: Arm, published: Arm) -> str | None:
    differences = list(_differences((), _facts(run), _facts(published)))
    if not differences:
        return None
    further = f", and {len(differences) - MOST} more" if len(differences) > MOST else ""
    return ", ".join(differences[:MOST]) + further


def _differences(path: Keys, run: Any, published: Any) -> Iterator[str]:
    """Yield in words what is another at a path, and below it."""
    if run == published:
        return
    if path == ("order",):
        if set(run) == set(published):  # else the layers themselves are listed
            yield "layers in another order"
    elif path == ("rows",) and _source(run) != _source(published):
        yield f"rows of {_source(run)} instead of {_source(published)}"
    elif isinstance(run, dict) and isinstance(published, dict):
        for key in {**published, **run}:
            inner = run.get(key, MISSING), published.get(key, MISSING)
            yield from _differences((*path, str(key)), *inner)
    else:
        yield _worded(path, run, published)


def _source(rows: dict[str, Any]) -> str:
    return "a table" if TABLE in rows else next(iter(rows), "nothing")


def _worded(path: Keys, run: Any, published: Any) -> str:
    """Return a difference in words.

    >>> _worded(("training", "epochs"), 500, 4000)
    '500 epochs instead of 4000'
    >>> _worded(("training", "early_stopping"), {"patience": 5}, None)
    'with early_stopping'
    """
    if path == ("split", "train") and isinstance(run, int) and isinstance(published, int):
        return f"{run} rows trained on instead of {published}"
    if path in WORDS:
        return WORDS[path].format(_text(run), _text(published))
    name = ".".join(path[1:] or path)
    if len(path) == 2 and path[0] == "network":
        name = f"the layer {name}"
    if run is MISSING or run is None:
        return f"without {name}"
    if published is MISSING or published is None:
        return f"with {name}" if isinstance(run, dict) else f"with {name} {_text(run)}"
    return f"{name} {_text(run)} instead of {_text(published)}"


def _text(value: Any) -> str:
    """Return a value in short.

    >>> _text(0.001), _text({"Adam": {"learning_rate": 0.01}}), _text([])
    ('0.001', 'Adam (learning_rate 0.01)', 'nothing')
    """
    if isinstance(value, dict):
        inner = (
            f"{key} ({_text(item)})" if isinstance(item, dict) and item else _pair(key, item)
            for key, item in value.items()
        )
        return ", ".join(inner) or "nothing"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _pair(key: str, item: Any) -> str:
    return str(key) if item in ({}, None) else f"{key} {_text(item)}"
