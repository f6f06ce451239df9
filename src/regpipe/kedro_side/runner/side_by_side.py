"""Nodes that don't wait for each other run at the same time: two that train, and one that doesn't.

While a network compiles, which takes one core, another one trains; while both train, what is done
already is measured and drawn. One at a time, since Python runs one thread at a time, and Matplotlib
must not be used by several. Numbers don't depend on it: the seed of each fit is its own.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from regpipe.engine import halt
from regpipe.pipelines.wiring import TRAIN

TRAINING = 2  # at a time, in this process


def run_side_by_side(
    pipeline: Pipeline,
    run: Callable[[Node], object],
    ended: Callable[[Node], None],
    training: int = TRAINING,
) -> None:
    """Run all nodes of a pipeline, each after those whose outputs it reads.

    Args:
        pipeline: the nodes.
        run: runs a node, in any thread.
        ended: is told of each node, in this thread.
        training: how many of those that train run at a time.

    Raises:
        BaseException: what a node raised, or what interrupted this thread. No other node is begun,
            and those that train end after the fits that they are in.
    """
    left, done = in_order(pipeline), set[Node]()
    running: dict[Future[object], Node] = {}
    with halt.ended_with(ThreadPoolExecutor(training + 1, "node")) as pool:
        while left or running:
            ready = [node for node in left if pipeline.node_dependencies[node] <= done]
            for node in to_begin(ready, running.values(), training):
                left.remove(node)
                running[pool.submit(run, node)] = node
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                node = running.pop(future)
                future.result()
                done.add(node)
                ended(node)


def in_order(pipeline: Pipeline) -> list[Node]:
    """Return first the nodes that trainings wait for, so that pictures are drawn beside those.

    Of both, what was begun is finished before anything else is begun.
    """
    deepest_first = [node for group in reversed(pipeline.grouped_nodes) for node in group]
    training = [node.name for node in deepest_first if _trains(node)]
    awaited = {node.name for node in pipeline.to_nodes(*training).nodes} if training else set()
    return sorted(deepest_first, key=lambda node: node.name not in awaited)


def to_begin(ready: Sequence[Node], running: Collection[Node], training: int) -> list[Node]:
    """Return those of the nodes that are ready for which there is room."""
    begun = []
    for trains, at_once in ((True, training), (False, 1)):
        room = at_once - sum(_trains(node) is trains for node in running)
        begun += [node for node in ready if _trains(node) is trains][:room]
    return begun


def _trains(node: Node) -> bool:
    return TRAIN in node.tags
