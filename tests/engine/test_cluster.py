"""Fits of a cluster are those of threads, to the bit, and what is lost is told in a line."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset

from regpipe.engine.fit_store import FitStore
from regpipe.engine.job import Job
from regpipe.errors import SpecError
from regpipe.pipelines.training import Trainer
from tests.conftest import arm_called

# In threads of this process, which has TensorFlow already; `make torture` has processes.
OPTIONS = {"processes": False, "n_workers": 2, "dashboard_address": ":0"}


@pytest.fixture
def cluster() -> Iterator[Any]:
    from regpipe.engine.cluster.bundles import Cluster

    made = Cluster("compiled", "hash", OPTIONS)
    yield made
    made.close()


@pytest.fixture
def jobs_of(moons: Any, architecture_of: Callable[..., Any]) -> Callable[..., list[Job]]:
    def jobs(n: int, name: str = "dropout") -> list[Job]:
        arm = arm_called(name, epochs=5)
        return [Job(arm, architecture_of(arm), moons, seed) for seed in range(n)]

    return jobs


def test_fits_are_those_of_threads(
    cluster: Any, jobs_of: Callable[..., list[Job]], without_xla: None
) -> None:
    from regpipe.engine.loops import Loops

    jobs = [*jobs_of(12), *jobs_of(3, "weight_l2"), *jobs_of(9)]
    there, here = dict(cluster.fit_all(jobs)), dict(Loops("compiled").fit_all(jobs))
    assert there.keys() == here.keys() == set(range(len(jobs)))
    for place, fit in here.items():
        for name, weight in fit.weights.items():
            np.testing.assert_array_equal(there[place].weights[name], weight)
        for name, numbers in fit.history.items():
            np.testing.assert_array_equal(there[place].history[name], numbers)


def test_a_bundle_is_of_one_kind_and_rows_that_only_score_stay_here(
    cluster: Any, jobs_of: Callable[..., list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles: list[list[Job]] = []

    def submit(train: Any, how: Any, about: Any, bundle: bytes, **wish: Any) -> Any:
        bundles.append(pickle.loads(bundle))
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster._client, "submit", submit)
    jobs = [*jobs_of(25), *jobs_of(4, "weight_l2")]
    for begin in (0, 25):
        with pytest.raises(KeyboardInterrupt):
            list(cluster.fit_all(jobs[begin:]))
    assert [len(bundle) for bundle in bundles] == [13, 4]
    assert all(len(job.rows.x_score) == 0 < len(job.rows.x_train) for job in bundles[1])
    assert bundles[1][0].key("compiled") == jobs[25].key("compiled")


def test_a_worker_that_would_train_otherwise_is_refused(
    cluster: Any, jobs_of: Callable[..., list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_about", {**cluster._about, "keras": "9.0"})
    with pytest.raises(SpecError, match=r"^dask: the worker at inproc://.* has keras 3.* instead"):
        list(cluster.fit_all(jobs_of(1)))


def test_a_scheduler_that_goes_away_is_told_and_what_came_before_is_there(
    cluster: Any, jobs_of: Callable[..., list[Job]], without_xla: None
) -> None:
    fits = cluster.fit_all([*jobs_of(1), *jobs_of(40, "weight_l2")])
    assert next(fits)
    cluster._client.cluster.close()
    with pytest.raises(SpecError, match=r"^dask: the scheduler at inproc://.* has gone\. What was"):
        list(fits)


def test_what_it_trains_is_stored_and_asked_of_nobody_again(
    cluster: Any, jobs_of: Callable[..., list[Job]], tmp_path: Path, without_xla: None
) -> None:
    trainer = Trainer("compiled", OPTIONS, FitStore(tmp_path))
    assert trainer.threads == 2  # so many searches go on side by side
    asked = trainer.in_threads(lambda seed: trainer.fits_of("dropout", jobs_of(seed)), [1, 3])
    assert len(trainer.store.sizes()) == 3
    nobody = Trainer("compiled", {"address": "tcp://127.0.0.1:9"}, FitStore(tmp_path))
    for fit, stored in zip(asked[1], nobody.fits_of("dropout", jobs_of(3)), strict=True):
        for name, weight in fit.weights.items():
            np.testing.assert_array_equal(stored.weights[name], weight)


@pytest.mark.parametrize(
    ("settings", "nodes"), [({"workers": "dask"}, 64), ({"workers": 1}, 1), ({"workers": 2}, 2)]
)
def test_many_nodes_wait_for_a_cluster(settings: dict[str, Any], nodes: int) -> None:
    from regpipe.kedro_side.runner.incremental import training_at_once

    assert training_at_once(DataCatalog({"parameters": MemoryDataset(settings)})) == nodes


def test_an_option_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from regpipe.engine.cluster.client import client_of

    def local_cluster(**options: Any) -> None:
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr("distributed.LocalCluster", local_cluster)
    with pytest.raises(SpecError, match=r"^dask: no workers can be started with .*'nworkers': 2"):
        client_of('{"nworkers": 2}')


def test_that_there_are_no_workers_yet_is_told(caplog: pytest.LogCaptureFixture) -> None:
    from regpipe.engine.cluster.bundles import Cluster

    Cluster("compiled", "hash", {**OPTIONS, "n_workers": 0}).close()
    assert any("has no workers yet. Fits wait" in said for said in caplog.messages)


def test_where_nobody_answers_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from regpipe.engine.cluster import client
    from regpipe.engine.cluster.bundles import Cluster

    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with pytest.raises(SpecError, match="^dask: no scheduler answers at tcp://127.0.0.1:9 "):
        Cluster("compiled", "hash", {"address": "tcp://127.0.0.1:9"})
