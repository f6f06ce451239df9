"""What many tests need: the blocks of the YAML, a tiny problem, a project to run."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.kedro_side.runner import IncrementalRunner
from regpipe.kedro_side.runner.lock import release, take
from regpipe.language import (
    Engine,
    FixedProtocol,
    FreshProtocol,
    Problem,
    Protocol,
    Technique,
    Training,
)
from regpipe.language.reading import parse
from regpipe.rows.arrays import Rows, rows_of
from regpipe.rows.samples import draw_samples, split_samples
from tests.command_lines import PROJECT, compile_nothing, make_cheap, share_loops

EVERY_BLOCK = "test_every_block.py"
LONG = {"test_readme.py", "test_tracking.py", "test_notebook.py", "test_parity.py"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of a file in one process, which share fixtures; not those of every block.

    What takes long comes first, and those of every block last, so that no process waits for long
    at the end.
    """
    items.sort(key=_turn)
    for item in items:
        if item.path.name != EVERY_BLOCK:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


def _turn(item: pytest.Item) -> int:
    if item.path.name == EVERY_BLOCK:
        return 2
    return int(item.path.name not in LONG and item.path.parent.name != "pipelines")


def blocks(name: str) -> dict[str, Any]:
    """Return the blocks of a file of conf/base."""
    return yaml.safe_load((PROJECT / "conf" / "base" / f"{name}.yml").read_text())


PROBLEMS = {name: Problem(**block) for name, block in blocks("problems").items()}
TECHNIQUES = {name: Technique(**block) for name, block in blocks("techniques").items()}


def arm_called(name: str, **training: Any) -> Arm:
    """Return a baseline or a technique's arm, with some of its training changed."""
    if name in PROBLEMS:
        arm = baseline(name, PROBLEMS[name])
    else:
        problem = TECHNIQUES[name].problem
        arm = apply(name, TECHNIQUES[name], baseline(problem, PROBLEMS[problem]))
    training_block = parse(Training, {**arm.training.model_dump(), **training}, name)
    return replace(arm, training=training_block)


FEW_STEPS = 5  # of a sequence: an LSTM takes long for each


def takes_any_length(arm: Arm) -> bool:
    """Whether a network reads sequences, and no layer of it says how long they are."""
    kinds = {layer.kind for layer in arm.layers.values()}
    return "LSTM" in kinds and not kinds & {"Cropping1D", "RepeatVector", "Reshape"}


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return Protocol(fixed=FixedProtocol(repeats=2), fresh=FreshProtocol(repeats=3, score_rows=200))


@pytest.fixture(scope="session")
def samples_of(protocol: Protocol) -> Callable[[str], pd.DataFrame]:
    def samples(problem: str) -> pd.DataFrame:
        block = PROBLEMS[problem]
        return split_samples(draw_samples(block, protocol), block)

    return samples


@pytest.fixture(scope="session")
def moons(samples_of: Callable[[str], pd.DataFrame]) -> Rows:
    """The published draw of moons."""
    return rows_of(samples_of("moons"), "fixed", arm_called("moons"))[0]


@pytest.fixture(scope="session")
def architecture_of() -> Callable[[Arm], dict[str, Any]]:
    from regpipe.engine.network import build_architecture

    return lambda arm: build_architecture(arm, (2,))


def fit_by(engine: Engine, arm: Arm, architecture: dict[str, Any], rows: Rows, seed: int) -> Any:
    """Train once, as a run does."""
    from regpipe.engine.job import Job
    from regpipe.engine.loops import Loops

    return Loops(engine).fit(Job(arm, architecture, rows, seed))


@pytest.fixture
def keras_without_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphs of Keras' `fit`, not compiled by XLA: that takes longer than a few epochs."""
    from regpipe.backend import keras

    assert keras.backend.backend() == "tensorflow"  # which is loaded by now
    from keras.src.trainers import trainer

    monkeypatch.setattr(trainer, "model_supports_jit", lambda model: False)


@pytest.fixture
def without_xla(monkeypatch: pytest.MonkeyPatch, keras_without_xla: None) -> None:
    """The graphs of both engines, not compiled by XLA."""
    compile_nothing(monkeypatch.setattr)


@pytest.fixture
def made_for_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled loop's graphs as XLA would compile them, which it doesn't."""
    from regpipe.backend import tf

    graph = tf.function
    monkeypatch.setattr(tf, "function", lambda made, jit_compile, **how: graph(made, **how))


@pytest.fixture
def without_iterators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras' own `fit`, on batches that NumPy cuts: an iterator of TensorFlow's takes longer."""
    from regpipe.backend import keras, tf

    assert keras.backend.backend() == "tensorflow"  # which is loaded by now
    from keras.src.backend.tensorflow import trainer

    class Batches(trainer.EpochIterator):
        def __init__(self, distribute_strategy: Any, **given: Any) -> None:
            super().__init__(**given)

        def _get_iterator(self) -> Iterator[Any]:
            for batch in super()._get_iterator():
                yield tf.nest.map_structure(tf.constant, batch)

        def __next__(self) -> Any:
            return next(self._epoch_iterator)

    monkeypatch.setattr(trainer, "TFEpochIterator", Batches)


@pytest.fixture
def fit_eagerly(monkeypatch: pytest.MonkeyPatch, without_iterators: None) -> None:
    """Step by step, too: a graph takes longer to make than a few epochs."""
    from regpipe.backend import keras

    owner = next(kind for kind in keras.Model.__mro__ if "compile" in vars(kind))
    compiles = vars(owner)["compile"]

    def compile_eagerly(*args: Any, **given: Any) -> None:
        compiles(*args, **{**given, "run_eagerly": True})

    monkeypatch.setattr(owner, "compile", compile_eagerly)


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch, without_xla: None, fit_eagerly: None) -> None:
    """Both engines without graphs: what a graph is made of is called at each step instead."""
    import tensorflow as tf

    from regpipe.engine.compiled import CompiledLoop
    from regpipe.engine.strengths import Strength

    clip = tf.clip_by_value

    def clip_by_tensors(x: Any, *bounds: Any) -> Any:
        # Without a graph, TensorFlow would take a strength for the float that it looks like.
        return clip(x, *(tf.convert_to_tensor(b) if isinstance(b, Strength) else b for b in bounds))

    monkeypatch.setattr(tf, "clip_by_value", clip_by_tensors)
    monkeypatch.setattr(CompiledLoop, "_program", lambda loop, _: loop._train_chunk)


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Run pipelines of this project in this process, with tiny settings unless told otherwise.

    Nothing is compiled by XLA, and pictures are white unless they are to be `drawn`.
    """
    from kedro.framework.session.service_session import KedroServiceSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(PROJECT)
    session = KedroServiceSession.create(project_path=PROJECT)
    request.addfinalizer(session.close)
    loops: dict[Any, Any] = {}

    def run_pipelines(
        *names: str,
        data_root: Path,
        part: dict[str, list[str]] | None = None,
        incremental: bool = False,
        drawn: bool = False,
        **parameters: Any,
    ) -> None:
        tiny: dict[str, Any] = {
            "data_root": str(data_root),
            "protocol": {"fixed": {"repeats": 2}, "fresh": {"repeats": 2, "score_rows": 100}},
            **{name: {"training": {"epochs": 2 if name == "digits" else 5}} for name in PROBLEMS},
        }
        with pytest.MonkeyPatch.context() as patch:
            make_cheap(patch.setattr, drawn)
            share_loops(patch.setattr, loops)
            session.run(
                pipeline_names=list(names),
                **part or {},
                runner=IncrementalRunner() if incremental else None,
                runtime_params={**tiny, **parameters},
            )

    return run_pipelines


@contextmanager
def another_run(folder: Path) -> Iterator[None]:
    """Have another thread take a data folder, as a run of weight_l2 would."""
    taken, over = threading.Event(), threading.Event()

    def hold() -> None:
        take(folder, "weight_l2")
        taken.set()
        over.wait()
        release(folder)

    other = threading.Thread(target=hold)
    other.start()
    taken.wait()
    try:
        yield
    finally:
        over.set()
        other.join()


@pytest.fixture(scope="session")
def tiny_run(run: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a tiny run of weight_l2 and of everything it needs."""
    root = tmp_path_factory.mktemp("data")
    run("weight_l2", data_root=root, incremental=True)
    return root


def copy_project(folder: Path) -> Path:
    """Copy what is configured; the code is the same, which Python has compiled."""
    shutil.copytree(PROJECT / "conf", folder / "conf")
    (folder / "conf" / "local").mkdir(exist_ok=True)
    for part in ("pyproject.toml", ".telemetry"):
        shutil.copy(PROJECT / part, folder / part)
    (folder / "src").mkdir()
    (folder / "src" / "regpipe").symlink_to(PROJECT / "src" / "regpipe")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project whose configuration a test may change."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def without_slow_libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which a process ends where it imports what takes seconds to import.

    (Keras, too, which imports TensorFlow.)
    """
    folder = tmp_path_factory.mktemp("blocked")
    for library in ("tensorflow", "sklearn", "scipy", "matplotlib"):
        (folder / f"{library}.py").write_text(f"raise SystemExit('{library} was imported')")
    return {**os.environ, "PYTHONPATH": str(folder)}


def summary_of(root: Path, technique: str) -> dict[str, Any]:
    """Return the answer that a run left about a technique."""
    return json.loads((root / "08_reporting" / technique / "summary.json").read_text())
