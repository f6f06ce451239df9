"""Train the winner of a screen on all rows, and predict with it."""

from typing import Any

import pandas as pd

from regpipe import progress
from regpipe.arm import apply, baseline
from regpipe.engine.job import Job
from regpipe.errors import unknown
from regpipe.fit_store import FitStore
from regpipe.pipelines.arm.jobs import watched
from regpipe.pipelines.training import Trainer
from regpipe.problems.samples import Rows
from regpipe.provenance import versions
from regpipe.seeds import derive
from regpipe.spec import Engine, Export, Problem, Protocol, Technique

BASELINE = "baseline"


def pick(leaderboard: pd.DataFrame, export: Export) -> str:
    """Return the technique to use: the one asked for, or the best of those that help.

    Where any does after Holm's correction, it is the best of those; where none helps at all, the
    network is used as it is.

    Raises:
        SpecError: the one asked for isn't in the screen.
    """
    if export.technique is not None:
        names = [*leaderboard["technique"], BASELINE]
        if export.technique not in names:
            raise unknown("export.technique", "technique of the screen", export.technique, names)
        return export.technique
    for column in ("verdict_holm", "verdict"):
        helping = leaderboard[leaderboard[column] == "helps"].sort_values("rank")
        if len(helping):
            return str(helping["technique"].iloc[0])
    return BASELINE


def fit_on_all_rows(
    table: pd.DataFrame,
    leaderboard: pd.DataFrame,
    fit_store: FitStore,
    problem: Problem,
    protocol: Protocol,
    export: Export,
    engine: Engine,
    workers: int,
    *,
    name: str,
    **techniques: Technique,
) -> Any:
    """Return the winner as a `Predictor`, trained on all rows of the table."""
    from regpipe.exported import About, Predictor
    from regpipe.network import build_architecture, trained_model
    from regpipe.problems.columns import describe
    from regpipe.problems.own_table import encode
    from regpipe.problems.preprocessing import as_declared, make_preprocessor
    from regpipe.report.keras_code import keras_code

    rows = problem.own_table
    assert rows is not None
    chosen = pick(leaderboard, export)
    arm = baseline(name, problem)
    if chosen != BASELINE:
        arm = apply(chosen, techniques[chosen], arm)
    columns = describe(table, rows, problem.task, f"{name}.rows")
    declared = as_declared(table, columns, f"{name}.rows")
    preprocessing = make_preprocessor(columns).fit(declared)
    x = preprocessing.transform(declared).astype("float32")
    y = encode(table[rows.target], columns).astype("float32")
    scaled = "target" in problem.standardise
    mean, deviation = (float(y.mean()), float(y.std()) or 1.0) if scaled else (0.0, 1.0)
    y = ((y - mean) / deviation)[:, None]
    seed = derive(protocol.seed, "export")
    whole = watched(arm, Rows(0, x, y, x, y, x, y), seed)
    architecture = build_architecture(arm, x.shape[1:])
    job = Job(arm, architecture, whole, seed)
    progress.expect(1)
    fit = Trainer(engine, workers, fit_store).fits_of(f"{name}, all rows", [job])[0]
    model = trained_model(architecture, fit.weights)
    about = About(
        problem=name,
        technique=chosen,
        task=problem.task,
        target=rows.target,
        columns=columns,
        mean=mean,
        deviation=deviation,
        rows=len(table),
        expected=_expected(leaderboard, chosen),
        versions=versions(),
    )
    return Predictor(model, preprocessing, about, keras_code(arm, x.shape[1:]))


def predict(predictor: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what the network says of them."""
    said = predictor.predict(rows)
    return pd.concat([rows, said.rename(columns=lambda name: _free(name, rows))], axis=1)


def _free(name: str, rows: pd.DataFrame) -> str:
    return _free(f"{name}_", rows) if name in rows else name


def _expected(leaderboard: pd.DataFrame, chosen: str) -> dict[str, Any]:
    """Return what the screen found on test rows: of a network that was trained on fewer rows."""
    if chosen == BASELINE:
        row = leaderboard.iloc[0]
        return {row["metric"]: float(row["fresh_baseline"])}
    row = leaderboard[leaderboard["technique"] == chosen].iloc[0]
    gain = {key: float(row[key]) for key in ("difference", "ci_low", "ci_high")}
    return {
        row["metric"]: float(row["fresh"]),
        "over the baseline": gain,
        "verdict": row["verdict"],
    }
