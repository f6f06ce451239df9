"""Train what isn't in the store yet."""

import logging
from collections.abc import Sequence

from regpipe import progress
from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.fit_store import FitStore
from regpipe.spec import Engine

logger = logging.getLogger(__name__)


def fits_of(
    name: str, jobs: Sequence[Job], engine: Engine, workers: int, store: FitStore
) -> list[Fit]:
    """Return the fit of each job; those that aren't stored yet are trained, and stored.

    `name` is what the progress calls them. TensorFlow is imported only if something is trained.
    """
    keys = [job.key(engine) for job in jobs]
    fits = {key: fit for key in keys if (fit := store.load(key)) is not None}
    missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in fits}
    progress.expect(len(missing) - len(jobs))
    logger.debug("%s: %d fits, %d of them stored", name, len(jobs), len(jobs) - len(missing))
    if missing:
        from regpipe.engine.workers import cores, fit_all

        # model.fit draws from seeds that all threads share.
        threads = 1 if engine == "keras" else workers or cores()
        trained = fit_all(list(missing.values()), engine, threads)
        for key, fit in zip(missing, trained, strict=True):
            store.save(key, fit)
            fits[key] = fit
            progress.advance(name)
    return [fits[key] for key in keys]
