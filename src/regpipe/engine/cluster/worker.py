"""What runs on a worker of a cluster: it trains bundles as who asks would, or refuses."""

import pickle
import platform
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from regpipe.engine.fit import Fit
from regpipe.engine.job import CODE, LIBRARIES
from regpipe.errors import SpecError
from regpipe.language import Engine, Random
from regpipe.provenance.closures import code_digest
from regpipe.provenance.versions import version_of

if TYPE_CHECKING:
    from regpipe.engine.loops import Loops

_one_at_a_time = Lock()  # fits of `model.fit`, whose threads share their seeds
_making = Lock()  # threads of a worker begin together, and would make, and compile, two


def _loops(engine: Engine, random: Random) -> "Loops":
    with _making:
        return _made(engine, random)


@cache
def _made(engine: Engine, random: Random) -> "Loops":
    from distributed import get_worker

    from regpipe.engine.loops import Loops

    return Loops(engine, random, threads=get_worker().state.nthreads)


def train(
    how: tuple[Engine, Random], expected: Mapping[str, str | None], bundle: bytes
) -> tuple[str, bytes]:
    """Train a bundle of jobs; return the worker's address, and the fits.

    Both are pickled, so that the scheduler only hands them on: it would take jobs apart.

    Raises:
        SpecError: this worker would train otherwise than who asks: it came later than others.
    """
    from distributed import get_worker

    worker = get_worker().address
    check(worker, about(), expected)
    loops = _loops(*how)
    with _one_at_a_time if how[0] == "keras" else nullcontext():
        fits: list[Fit] = [loops.fit(job) for job in pickle.loads(bundle)]
    return worker, pickle.dumps(fits)


def about() -> dict[str, str | None]:
    """Return what decides what becomes of a fit."""
    libraries = {name: version_of(name) for name in LIBRARIES}
    code = code_digest(CODE, LIBRARIES)[:12]
    return {"Python": platform.python_version(), **libraries, "regpipe's code": code}


def check(worker: str, theirs: Mapping[str, str | None], ours: Mapping[str, str | None]) -> None:
    """Raise SpecError if what decides is another on a worker than with who asks."""
    if differing := [name for name in ours if theirs.get(name) != ours[name]]:
        said = ", ".join(f"{name} {theirs.get(name)} instead of {ours[name]}" for name in differing)
        raise SpecError(f"dask: the worker at {worker} has {said}. Expected the same everywhere.")
