"""The way of an own table, on the five tables that scikit-learn brings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from regpipe.candidates.arm import baseline
from regpipe.language import FreshProtocol, Problem, Protocol, Screen
from regpipe.language.reading import parse
from regpipe.pipelines.screen.references import fit_references
from regpipe.rows.arrays import input_shape, rows_of
from regpipe.tables.new_problem import propose
from regpipe.tables.own_table import split_table
from tests.conftest import blocks

PROTOCOL = Protocol(fresh=FreshProtocol(repeats=2))
# Loader, task, inputs that vary, and what always guessing the same would score.
TABLES: dict[str, tuple[Callable[..., Any], str, int, float]] = {
    "breast_cancer": (datasets.load_breast_cancer, "binary", 30, 0.63),
    "wine": (datasets.load_wine, "multiclass", 13, 0.40),
    "iris": (datasets.load_iris, "multiclass", 4, 0.34),
    "digits": (datasets.load_digits, "multiclass", 61, 0.11),
    "diabetes": (datasets.load_diabetes, "regression", 10, 0.0),
}


@pytest.fixture(scope="module", params=TABLES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A table, the problem that the command makes of its file, and that problem's rows."""
    name = request.param
    table = TABLES[name][0](as_frame=True).frame
    file: Path = tmp_path_factory.mktemp(name) / f"{name}.csv"
    table.to_csv(file, index=False)
    proposal = propose("mine", file, f"data/01_raw/{name}.csv", "target")
    problem = parse(Problem, proposal.problem, "mine")
    return name, proposal, problem, split_table(pd.read_csv(file), problem, PROTOCOL, "mine")


def test_the_task_and_the_inputs_are_inferred(made: Any) -> None:
    name, proposal, problem, samples = made
    _, task, inputs, _ = TABLES[name]
    arm = baseline("mine", problem)
    assert problem.task == task and input_shape(arm, samples) == (inputs,)
    assert len(proposal.columns.constant) == (3 if name == "digits" else 0)
    for rows in rows_of(samples, "fresh", arm):
        assert len(rows.x_train) == int(0.7 * len(proposal.table))
        assert len(rows.x_train) + len(rows.x_score) == len(proposal.table)
        if problem.kind.classifies:
            shares = [
                np.unique(y, return_counts=True)[1] / len(y) for y in (rows.y_train, rows.y_score)
            ]
            np.testing.assert_allclose(*shares, atol=0.02)


@pytest.mark.usefixtures("without_xla")
def test_the_network_learns_it_in_a_tenth_of_its_epochs(made: Any) -> None:
    from regpipe.engine.compiled import CompiledLoop
    from regpipe.engine.network import build_architecture
    from regpipe.measures.measure import Measure

    name, _, problem, samples = made
    epochs = max(problem.training.epochs // 10, 5)
    short = problem.model_copy(
        update={"training": problem.training.model_copy(update={"epochs": epochs})}
    )
    arm = baseline("mine", short)
    rows = rows_of(samples, "fresh", arm)[0]
    architecture = build_architecture(arm, input_shape(arm, samples))
    fit = CompiledLoop(arm, architecture).fit(rows, seed=1)
    measure = Measure(arm, architecture, fit.weights, rows.y_train)
    assert measure.scores(rows)[f"test_{arm.task.metric}"] > TABLES[name][3] + 0.2


def test_other_models_are_scored_on_the_same_rows(made: Any) -> None:
    name, _, problem, samples = made
    if name == "digits":  # seconds of gradient boosting, and the same code as for the other classes
        samples = samples[samples.groupby(["protocol", "repeat"], observed=True).cumcount() < 200]
    references, base = blocks("references")["references"], baseline("mine", problem)
    found = fit_references(samples, base, references, Screen(repeats=2, holdouts=1), PROTOCOL)
    assert len(found) == 2 * 5
    assert (found[f"test_{problem.kind.metric}"].max()) > TABLES[name][3] + 0.2
