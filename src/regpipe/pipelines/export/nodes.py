"""Hand out the model of an answer, trained on all rows, and predict with it."""

import logging
import warnings
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.mixtures import MixtureSpace
from regpipe.candidates.references import load
from regpipe.errors import SpecError
from regpipe.language import Export, Protocol
from regpipe.measures.base_rates import base_rates, class_weights_of
from regpipe.pipelines.answer.cuts import rates_of_cut
from regpipe.pipelines.answer.networks import mixtures_of
from regpipe.pipelines.answer.report import code_of
from regpipe.pipelines.answer.whole import Prepared, prepare, whole_repeat
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.search import Candidate, Evaluator
from regpipe.pipelines.training import Trainer
from regpipe.provenance.versions import versions
from regpipe.rows.encodings import make_encoding
from regpipe.statistics.examined import Examined
from regpipe.statistics.winners import ModelAnswer, Side
from regpipe.tables.about import NETWORK, About

logger = logging.getLogger(__name__)


def fit_on_all_rows(
    table: pd.DataFrame,
    trainer: Trainer,
    space: MixtureSpace,
    answer: ModelAnswer,
    examined: Examined,
    protocol: Protocol,
    export: Export,
) -> Any:
    """Return the model of an answer, or of the side that is asked for, as a `Predictor`.

    It is trained on all rows: a network was when it was chosen, another model is fitted anew.
    """
    from regpipe.tables.exported import Predictor

    base, side = space.base, export.side or answer.side
    prepared = prepare(table, base.problem_block, base.problem)
    repeat = whole_repeat(prepared, protocol)
    make = _network if side == NETWORK else _other
    found = make(prepared, repeat, trainer, space, answer)
    calibration = examined.calibration if side == answer.side else None
    about = About(
        problem=base.problem,
        model=found.name,
        chosen=found.chosen,
        task=base.problem_block.task,
        target=prepared.block.target,
        columns=prepared.columns,
        table=prepared.block,
        mean=prepared.mean,
        deviation=prepared.deviation,
        rows=len(prepared.rows.x_train),
        expected=_expected(answer, side, examined),
        versions=versions(),
        base_rates=None if found.rates is None else found.rates.tolist(),
        class_weight=None if found.weights is None else found.weights.tolist(),
        temperature=calibration.temperature if calibration else 1.0,
    )
    code = code_of(side, answer, space, prepared, repeat)
    return Predictor(found.model, found.preprocessing, about, code)


@dataclass(frozen=True)
class _Found:
    """A model that is trained on all rows.

    Attributes:
        name: `network`, or that of another model.
        chosen: what was chosen of it.
        model: a `keras.Model`, or an estimator.
        preprocessing: what makes its inputs of the table's columns, fitted.
        rates: by which it says a class; None for the likeliest.
        weights: of each class, by which it was trained; None for none.
    """

    name: str
    chosen: dict[str, Any]
    model: Any
    preprocessing: Any
    rates: np.ndarray | None
    weights: np.ndarray | None


def _network(
    prepared: Prepared, repeat: Repeat, trainer: Trainer, space: MixtureSpace, answer: ModelAnswer
) -> _Found:
    from regpipe.engine.network import trained_model

    chosen = answer.network
    candidate = mixtures_of(space, prepared.rows).candidate(chosen.mixture)
    rows = candidate.sees(repeat.rows)
    evaluator = Evaluator(space.base.problem, trainer)
    weights = evaluator.weights_of(candidate, repeat, rows, chosen.seeds)
    return _Found(
        NETWORK,
        chosen.model_dump(),
        trained_model(candidate.architecture, weights),
        _preprocessing(prepared, candidate),
        rates_of_cut(chosen.cut, base_rates(candidate.arm, rows)),
        class_weights_of(candidate.arm, rows),
    )


def _other(
    prepared: Prepared, repeat: Repeat, trainer: Trainer, space: MixtureSpace, answer: ModelAnswer
) -> _Found:
    from regpipe.measures.references import fit_peer

    chosen = answer.other
    (peer,) = load({chosen.model: chosen.block.model_dump()})
    fitted = fit_peer(peer, chosen.setting, repeat.rows, space.base.problem_block, repeat.seed)
    return _Found(
        chosen.model,
        chosen.model_dump(mode="json"),
        fitted.model,
        prepared.preprocessing,
        rates_of_cut(chosen.cut, fitted.rates),
        fitted.weights,
    )


def _preprocessing(prepared: Prepared, candidate: Candidate) -> Any:
    """Return what makes a network's inputs of the table's columns, fitted."""
    from sklearn.pipeline import make_pipeline

    kind = candidate.arm.inputs
    if kind == "standard":
        return prepared.preprocessing
    written = make_encoding(kind, candidate.numbers).fit(prepared.rows.x_train.astype(float))
    return make_pipeline(prepared.preprocessing, written)


def _expected(answer: ModelAnswer, side: Side, examined: Examined) -> dict[str, Any]:
    """Return what an answer told: of models that were trained on fewer rows."""
    found = answer.compared["answer" if side == answer.side else side]
    low, high = map(_known, (found.mean_ci_low, found.mean_ci_high))
    told = {"metric": answer.metric, "mean": found.mean, "ci_low": low, "ci_high": high}
    if side != answer.side:
        return told
    calibration = examined.calibration
    return told | {
        "calibration": calibration.model_dump() if calibration else None,
        "columns": {one.column: _known(one.importance) for one in examined.columns},
    }


def _known(number: float) -> float | None:
    """Return a number as JSON has it, which has no NaN."""
    return None if isnan(number) else number


def predict(predictor: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the model's predictions; what they hold that is new is logged.

    Raises:
        SpecError: there are no rows, or the model refuses them.
    """
    if rows.empty:
        raise SpecError("these rows: there are none. Expected one or more below the header.")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        predicted = predictor.predict(rows)
    for warning in told:
        logger.warning("%s", warning.message)
    return pd.concat([rows, predicted.rename(columns=lambda name: _free(name, rows))], axis=1)


def _free(name: str, rows: pd.DataFrame) -> str:
    return _free(f"{name}_", rows) if name in rows else name
