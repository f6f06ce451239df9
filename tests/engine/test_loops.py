"""The numbers don't depend on how many threads train."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.job import Job
from regpipe.rows.arrays import input_shape, rows_of
from tests.conftest import arm_called


@pytest.fixture
def jobs_of(samples_of: Callable[[str], Any]) -> Callable[..., list[Job]]:
    from regpipe.engine.network import build_architecture

    def jobs(arm: Arm) -> list[Job]:
        samples = samples_of(arm.problem)
        architecture = build_architecture(arm, input_shape(arm, samples))
        draws = rows_of(samples, "fresh", arm)
        return [Job(arm, architecture, rows, seed) for seed in (1, 2) for rows in draws]

    return jobs


@pytest.mark.parametrize(
    "arm",
    [
        arm_called("dropout", epochs=30),
        arm_called("early_stopping_patient", epochs=30),
        arm_called("dropout_cnn", epochs=1),  # its convolutions use all cores by themselves
    ],
    ids=lambda arm: arm.name,
)
def test_one_thread_and_several_give_the_same_fits_in_order(
    arm: Arm, jobs_of: Callable[..., list[Job]]
) -> None:
    from regpipe.engine.loops import Loops

    jobs = jobs_of(arm)
    alone, together = (list(Loops("compiled", threads=n).fit_all(jobs)) for n in (1, 3))
    assert len(alone) == len(together) == len(jobs)
    assert len({fit.history["loss"][-1] for _, fit in alone}) == len(jobs)
    assert [place for place, _ in together] == list(range(len(jobs)))
    for (_, one), (_, other) in zip(alone, together, strict=True):
        assert (one.outcome, one.best_epoch) == (other.outcome, other.best_epoch)
        for name in one.weights:
            np.testing.assert_array_equal(one.weights[name], other.weights[name])
        for name in one.history:
            np.testing.assert_array_equal(one.history[name], other.history[name])


def test_an_error_of_one_thread_ends_them_all(
    jobs_of: Callable[..., list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.engine.loops import Loops

    def broken(loops: Loops, job: Job) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr(Loops, "fit", broken)
    with pytest.raises(MemoryError, match="no more"):
        list(Loops("compiled", threads=2).fit_all(jobs_of(arm_called("moons"))))


def test_all_jobs_of_a_kind_share_a_compile(jobs_of: Callable[..., list[Job]]) -> None:
    from regpipe.engine.loops import Loops

    jobs, loops = jobs_of(arm_called("moons", epochs=2)), Loops("compiled", threads=2)
    list(loops.fit_all(jobs))
    list(loops.fit_all(jobs_of(arm_called("moons", epochs=2, optimizer="sgd"))))
    list(loops.fit_all(jobs))
    assert loops.compiles == 2


@pytest.mark.usefixtures("without_xla")
def test_patiences_share_a_compile(jobs_of: Callable[..., list[Job]]) -> None:
    from regpipe.engine.loops import Loops

    loops, rule = Loops("compiled"), {"monitor": "val_loss", "min_delta": 10.0}
    arms = [arm_called("moons", epochs=9, early_stopping={**rule, "patience": n}) for n in (1, 4)]
    assert [loops.fit(jobs_of(arm)[0]).epochs for arm in arms] == [2, 5]
    assert loops.compiles == 1
