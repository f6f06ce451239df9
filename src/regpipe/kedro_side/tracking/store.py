"""The tracking store: reached, or refused in a sentence; given the runs that it hasn't yet.

The only place where MLflow is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from regpipe.kedro_side.tracking.runs import DIGEST, Run
from regpipe.places.files import at_hand
from regpipe.provenance.origin import masked

EXPERIMENT = "regpipe/{problem}"
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
PARENT = "mlflow.parentRunId"
LONGEST_PARAM = 6000  # characters
PARAMS_AT_ONCE, METRICS_AT_ONCE = 100, 900  # MLflow takes 1000 things at once, 100 of them params


class TrackingError(Exception):
    """A tracking store that can't be used: what was asked for, and what is wrong with it."""


class Store:
    """A tracking store that answers, with an experiment for each problem."""

    def __init__(self, uri: str) -> None:
        """Reach it; a database that isn't there yet is created.

        Raises:
            TrackingError: MLflow isn't installed, or the store doesn't answer.
        """
        self._uri = uri
        self._experiments: dict[str, str] = {}
        try:
            from mlflow import MlflowClient
        except ImportError as error:
            raise TrackingError(
                f"MLflow can't be imported ({error}). Install it with: pip install -e '.[mlflow]'"
            ) from None
        try:
            _reach(uri)
            self._client = MlflowClient(uri)
            self._client.search_experiments(max_results=1)
        except Exception as error:  # MLflow's, SQLAlchemy's, a missing driver, ...
            raise TrackingError(
                f"{masked(uri)} doesn't answer: {reason(error)}. Expected a running MLflow server, "
                "such as http://127.0.0.1:5000, or a database, such as sqlite:///data/mlflow.db."
            ) from None

    def experiment(self, problem: str) -> str:
        """Return the id of a problem's experiment, which is created where it isn't there yet.

        Raises:
            TrackingError: it was deleted.
        """
        if problem not in self._experiments:
            name = EXPERIMENT.format(problem=problem)
            there = self._client.get_experiment_by_name(name)
            if there is not None and there.lifecycle_stage == "deleted":
                raise TrackingError(
                    f"the experiment '{name}' of {masked(self._uri)} is deleted. Restore it with: "
                    f"mlflow experiments restore -x {there.experiment_id}"
                )
            made = there.experiment_id if there else self._create(name)
            self._experiments[problem] = made
        return self._experiments[problem]

    def keep(self, run: Run) -> bool:
        """Send a run and those inside it, unless the store has them; return whether it hadn't.

        One that was sent in part, as where a user pressed Ctrl-C, is deleted and sent anew.
        """
        experiment = self.experiment(run.tags["problem"])
        same = f"tags.`{DIGEST}` = '{run.tags[DIGEST]}'"
        for there in self._client.search_runs([experiment], same):
            if there.info.status == "FINISHED":
                return False
            self._delete(experiment, there.info.run_id)
        self._send(experiment, run, {})
        return True

    def _create(self, name: str) -> str:
        """Create an experiment; artifacts lie beside an SQLite file, not wherever a run began."""
        place = None
        if self._uri.startswith("sqlite:"):
            place = (_sqlite_file(self._uri).parent / "mlartifacts" / name).as_uri()
        return self._client.create_experiment(name, artifact_location=place)

    def _delete(self, experiment: str, run_id: str) -> None:
        inside = self._client.search_runs([experiment], f"tags.`{PARENT}` = '{run_id}'")
        for one in (*[run.info.run_id for run in inside], run_id):
            self._client.delete_run(one)

    def _send(self, experiment: str, run: Run, parent: dict[str, str]) -> None:
        made = self._client.create_run(experiment, run.begin, {**run.tags, **parent}, run.name)
        run_id = made.info.run_id
        for params, metrics in _batches(run):
            self._client.log_batch(run_id, metrics, params)
        for file in run.files:
            with at_hand(file) as here:
                self._client.log_artifact(run_id, str(here))
        for nested in run.nested:
            self._send(experiment, nested, {PARENT: run_id})
        self._client.set_terminated(run_id, "FINISHED", run.end)


@contextmanager
def patience(retries: int, seconds: int) -> Iterator[None]:
    """Keep MLflow quiet, and from trying for minutes; what a user has set stays.

    Args:
        retries: of each request to a server, besides the first try.
        seconds: that each of them may take.
    """
    ours = {
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(retries),
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(seconds),
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",  # as .telemetry does Kedro's
    }
    added = [key for key in ours if key not in os.environ]
    os.environ.update({key: ours[key] for key in added})
    try:
        yield
    finally:
        for key in added:
            os.environ.pop(key, None)


def located(uri: str, project: Path) -> str:
    """Return the URI with the path of an SQLite file made absolute, from the project's folder.

    >>> located("sqlite:///data/mlflow.db", Path("/home/me/regpipe"))
    'sqlite:////home/me/regpipe/data/mlflow.db'
    """
    if not uri.startswith("sqlite:///"):
        return uri
    return f"sqlite:///{project / _sqlite_file(uri)}"


def reason(error: BaseException) -> str:
    """Return why a store doesn't answer: the operating system's word for it, if there is one."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    deepest = [e for e in chain if isinstance(e, OSError) and type(e).__module__ == "builtins"]
    text = str(deepest[-1] if deepest else error).strip().partition("\n")[0]
    return (text or type(error).__name__)[:300].rstrip(".")


def _sqlite_file(uri: str) -> Path:
    return Path(uri.removeprefix("sqlite:///"))


def _reach(uri: str) -> None:
    """Connect to a database once; MLflow itself would try ten times, for 100 seconds."""
    kind = urlsplit(uri).scheme.partition("+")[0]
    if kind not in DATABASES:
        return
    import sqlalchemy

    if kind == "sqlite":
        _sqlite_file(uri).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(uri)
    try:
        sqlalchemy.inspect(engine).get_table_names()  # a file is only read once it is asked
    finally:
        engine.dispose()


def _batches(run: Run) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield a run's parameters and metrics, as many at once as MLflow takes."""
    from mlflow.entities import Metric, Param

    params = [Param(key, str(value)[:LONGEST_PARAM]) for key, value in run.params.items()]
    metrics = [Metric(p.key, p.value, p.time, p.step) for p in run.points]
    while params or metrics:
        yield params[:PARAMS_AT_ONCE], metrics[:METRICS_AT_ONCE]
        params, metrics = params[PARAMS_AT_ONCE:], metrics[METRICS_AT_ONCE:]
