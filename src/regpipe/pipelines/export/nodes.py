"""Train the winner of a screen on all rows, and predict with it."""

import logging
import warnings
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.errors import unknown
from regpipe.language import Export, Problem, Protocol, TableRows
from regpipe.pipelines.fits import watched
from regpipe.pipelines.training import Trainer
from regpipe.provenance import versions
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive
from regpipe.statistics.verdicts import direction
from regpipe.tables import own_table
from regpipe.tables.columns import Columns
from regpipe.tables.preprocessing import make_preprocessor

if TYPE_CHECKING:
    from regpipe.tables.exported import About

logger = logging.getLogger(__name__)

BASELINE = "baseline"
GAIN = ("difference", "ci_low", "ci_high", "joint_low", "joint_high")


def pick(leaderboard: pd.DataFrame, export: Export) -> str:
    """Return the technique to use: the one asked for, or the best of those that help.

    Where any does once all on the problem are counted, it is the best of those; where none helps at
    all, the network is used as it is.

    Raises:
        SpecError: the one asked for isn't in the screen.
    """
    if export.technique is not None:
        names = [*leaderboard["technique"], BASELINE]
        if export.technique not in names:
            raise unknown("export.technique", "technique of the screen", export.technique, names)
        return export.technique
    for column in ("verdict_joint", "verdict"):
        helping = leaderboard[leaderboard[column].map(direction) == "helps"].sort_values("rank")
        if len(helping):
            return str(helping["technique"].iloc[0])
    return BASELINE


def fit_on_all_rows(
    table: pd.DataFrame,
    leaderboard: pd.DataFrame,
    trainer: Trainer,
    base: Arm,
    protocol: Protocol,
    export: Export,
    **arms: Arm,
) -> Any:
    """Return the winner as a `Predictor`, trained on all rows of the table.

    `arms` are those of the screen's techniques, by name.
    """
    from regpipe.engine.network import build_architecture, trained_model
    from regpipe.report.keras_code import keras_code
    from regpipe.tables.exported import Predictor

    chosen = pick(leaderboard, export)
    arm = base if chosen == BASELINE else arms[chosen]
    prepared = prepare(table, base.problem_block, base.problem)
    shape = prepared.rows.x_train.shape[1:]
    architecture = build_architecture(arm, shape)
    seed = derive(protocol.seed, "export")
    job = Job(arm, architecture, watched(arm, prepared.rows, seed), seed)
    progress.expect(1)
    fit = trainer.fits_of(f"{base.problem}, all rows", [job])[0]
    model = trained_model(architecture, fit.weights)
    about = _about(job, prepared, chosen, _expected(leaderboard, chosen))
    return Predictor(model, prepared.preprocessing, about, keras_code(arm, shape))


@dataclass(frozen=True)
class Prepared:
    """All rows of a table, made into numbers.

    Attributes:
        rows: to train on; they stand for those to test on, too.
        columns: what they hold.
        preprocessing: the fitted `ColumnTransformer`.
        block: the problem's `rows`, with a declaration of each column.
        mean: of the target, where it is standardised; else 0.
        deviation: likewise; else 1.
    """

    rows: Rows
    columns: Columns
    preprocessing: Any
    block: TableRows
    mean: float
    deviation: float


def prepare(table: pd.DataFrame, problem: Problem, name: str) -> Prepared:
    """Return all rows of the table of the problem called `name`."""
    whole = own_table.prepare(table, problem, name)
    preprocessing = make_preprocessor(whole.columns, whole.block.scale).fit(whole.inputs)
    x = preprocessing.transform(whole.inputs).astype("float32")
    scaled = "target" in problem.standardise
    mean, deviation = (
        own_table.mean_and_deviation(whole.target, f"{name}.rows") if scaled else (0.0, 1.0)
    )
    y = ((whole.target - mean) / deviation).astype("float32")[:, None]
    rows = Rows(0, x, y, x, y, x, y, whole.groups, times=whole.times)
    return Prepared(rows, whole.columns, preprocessing, whole.block, mean, deviation)


def predict(predictor: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the network's predictions; what they hold that is new is logged."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        predicted = predictor.predict(rows)
    for warning in told:
        logger.warning("%s", warning.message)
    return pd.concat([rows, predicted.rename(columns=lambda name: _free(name, rows))], axis=1)


def _free(name: str, rows: pd.DataFrame) -> str:
    return _free(f"{name}_", rows) if name in rows else name


def _about(job: Job, prepared: Prepared, chosen: str, expected: dict[str, Any]) -> "About":
    from regpipe.ingredients.class_weight import class_weights
    from regpipe.measures.base_rates import base_rates
    from regpipe.tables.exported import About

    rates, asked = base_rates(job.arm, job.rows), job.arm.training.class_weight
    of_class = class_weights(asked.asked, job.rows.y_train) if asked else {}
    weights = [of_class.get(k, 1.0) for k in range(len(prepared.columns.classes or ()))]
    return About(
        problem=job.arm.problem,
        technique=chosen,
        task=job.arm.problem_block.task,
        target=prepared.block.target,
        columns=prepared.columns,
        table=prepared.block.model_dump(exclude_defaults=True),
        mean=prepared.mean,
        deviation=prepared.deviation,
        rows=len(prepared.rows.x_train),
        expected=expected,
        versions=versions(),
        base_rates=None if rates is None else rates.tolist(),
        class_weight=weights if asked else None,
    )


def _expected(leaderboard: pd.DataFrame, chosen: str) -> dict[str, Any]:
    """Return the screen's scores on test rows: of a network that was trained on fewer rows."""
    if chosen == BASELINE:
        row = leaderboard.iloc[0]
        return {row["metric"]: float(row["fresh_baseline"])}
    row = leaderboard[leaderboard["technique"] == chosen].iloc[0]
    numbers = {key: float(row[key]) for key in GAIN}
    gain = {key: None if isnan(number) else number for key, number in numbers.items()}
    return {
        row["metric"]: float(row["fresh"]),
        "over the baseline": gain,
        **{key: row[key] for key in ("verdict", "verdict_joint")},
    }
