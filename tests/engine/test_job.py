"""A fit is known by what decides what it becomes, and by nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from regpipe.engine import job as jobs
from regpipe.engine.job import Job
from regpipe.language.layers import Layer
from regpipe.provenance import closures
from regpipe.rows.arrays import Rows, hold_out
from tests.conftest import arm_called


@pytest.fixture
def job(moons: Rows) -> Job:
    return Job(arm_called("weight_l2"), {}, moons, seed=1)


def test_names_settings_and_the_way_it_is_scored_do_not_matter(job: Job) -> None:
    renamed = replace(job.arm, technique="another", problem="other", settings="x", loss="mse")
    scored = replace(job.rows, x_score=job.rows.x_score[:3], data_seed=9)
    same = replace(job, arm=renamed, rows=scored, architecture={"name": "another"})
    assert same.key("compiled") == job.key("compiled")


def changed_layer(job: Job, **arguments: Any) -> Job:
    hidden = job.arm.layers["hidden"]
    layers = {**job.arm.layers, "hidden": Layer(hidden.kind, {**hidden.arguments, **arguments})}
    return replace(job, arm=replace(job.arm, layers=layers))


def changed_training(job: Job, **training: Any) -> Job:
    return replace(job, arm=arm_called("weight_l2", **training))


@pytest.mark.parametrize(
    "change",
    [
        lambda job: replace(job, seed=2),
        lambda job: changed_layer(job, kernel_regularizer={"l2": 0.002}),
        lambda job: changed_layer(job, units=501),
        lambda job: changed_training(job, epochs=3999),
        lambda job: changed_training(job, optimizer={"Adam": {"learning_rate": 0.01}}),
        lambda job: replace(job, rows=hold_out(job.rows, 0.3, 1)),
        lambda job: replace(job, rows=replace(job.rows, y_train=1 - job.rows.y_train)),
        lambda job: replace(job, rows=replace(job.rows, x_val=job.rows.x_val[1:])),
        lambda job: replace(job, arm=arm_called("moons")),
    ],
)
def test_whatever_changes_the_fit_changes_the_key(job: Job, change: Any) -> None:
    assert change(job).key("compiled") != job.key("compiled")


def test_engine_and_code_change_the_key(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {job.key("compiled"), job.key("keras")}
    monkeypatch.setattr(jobs, "code_digest", lambda *parts: "other code")
    keys.add(job.key("compiled"))
    assert len(keys) == 3


@pytest.mark.parametrize("counts", [True, False])
def test_versions_of_what_computes_count(
    job: Job, monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    library = "tensorflow" if counts else "pydantic"
    assert (library in jobs.LIBRARIES) is counts
    before, installed = job.key("compiled"), closures.version_of
    closures.code_digest.cache_clear()
    monkeypatch.setattr(
        closures, "version_of", lambda name: "9.9" if name == library else installed(name)
    )
    assert (job.key("compiled") != before) is counts
    closures.code_digest.cache_clear()


def test_layers_in_another_order_are_another_network(job: Job) -> None:
    backwards = dict(reversed(job.arm.layers.items()))
    turned = replace(job, arm=replace(job.arm, layers=backwards))
    assert turned.key("compiled") != job.key("compiled")
