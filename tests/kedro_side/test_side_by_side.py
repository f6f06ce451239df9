"""Nodes that don't wait for each other run at the same time."""

import threading
import time
from collections.abc import Callable

import pytest
from kedro.pipeline import Pipeline, node
from kedro.pipeline.node import Node

from regpipe.engine import halt
from regpipe.kedro_side.runner.side_by_side import run_side_by_side


def made(name: str, inputs: list[str], *tags: str) -> Node:
    return node(lambda *_: 0, inputs or None, name, name=name, tags=tags)


# Two that train and one that doesn't, each followed by a picture.
PIPELINE = Pipeline(
    [
        *(made(f"fits{i}", [], "train") for i in range(4)),
        *(made(f"picture{i}", [f"fits{i}"], "plot") for i in range(4)),
        made("page", [f"picture{i}" for i in range(4)]),
    ]
)


def run(pipeline: Pipeline, act: Callable[[str], None]) -> list[str]:
    ended: list[str] = []
    main = threading.get_ident()

    def end(node: Node) -> None:
        assert threading.get_ident() == main
        ended.append(node.name)

    run_side_by_side(pipeline, lambda node: act(node.name), end)
    return ended


def test_two_train_at_a_time_and_one_draws() -> None:
    counting, now, most = threading.Lock(), {"fits": 0, "other": 0}, {"fits": 0, "other": 0}
    together = threading.Event()

    def act(name: str) -> None:
        kind = "fits" if name.startswith("fits") else "other"
        with counting:
            now[kind] += 1
            most[kind] = max(most[kind], now[kind])
            if now == {"fits": 2, "other": 1}:
                together.set()
        if name in ("fits1", "fits2", "picture0"):
            assert together.wait(10), "they don't run side by side"
        with counting:
            now[kind] -= 1

    ended = run(PIPELINE, act)
    assert most == {"fits": 2, "other": 1}
    assert sorted(ended) == sorted(node.name for node in PIPELINE.nodes)
    assert all(ended.index(f"fits{i}") < ended.index(f"picture{i}") for i in range(4))
    assert ended[-1] == "page"


def test_what_was_begun_is_finished_first() -> None:
    """A chain whose first part is done goes on before another one begins."""
    chains = [(made(f"a{i}", [], "train"), made(f"b{i}", [f"a{i}"], "train")) for i in range(6)]
    ended = run(Pipeline([node for chain in chains for node in chain]), lambda _: time.sleep(0.01))
    assert max(ended.index(f"b{i}") - ended.index(f"a{i}") for i in range(6)) <= 4


def test_what_trainings_wait_for_comes_before_pictures() -> None:
    rows = made("rows", [])
    drawn = [made(f"picture{i}", ["rows"], "plot") for i in range(3)]
    network = made("network", ["rows"])
    fits = made("fits", ["network"], "train")
    ended = run(Pipeline([rows, *drawn, network, fits]), lambda _: None)
    assert ended[:2] == ["rows", "network"] and len(ended) == 6


def test_where_one_fails_no_other_is_begun_and_training_ends() -> None:
    begun: list[str] = []
    halted = threading.Event()

    def act(name: str) -> None:
        begun.append(name)
        if name == "fits0":
            raise ValueError("fits0 failed")
        for _ in range(1000):
            time.sleep(0.01)
            try:
                halt.check()
            except halt.Halted:
                halted.set()
                raise

    with pytest.raises(ValueError, match="fits0 failed"):
        run(PIPELINE, act)
    assert halted.is_set()
    assert sorted(begun) == ["fits0", "fits1"]
    halt.check()  # the next run trains again
