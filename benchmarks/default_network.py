"""Which network and how many steps should a user's own table get? One table of scores, in one run.

`python benchmarks/default_network.py`: scikit-learn's five tables, 10 splits each (70% of the rows
are trained on), accuracy or R² on the rows trained on and on the others.
"""

import pandas as pd
from rich import get_console
from rich.table import Table
from sklearn import datasets

from regpipe.candidates.arm import baseline
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.engine.network import build_architecture
from regpipe.language import FreshProtocol, Problem, Protocol, TableRows
from regpipe.pipelines.fits import measure_of
from regpipe.pipelines.training import cores
from regpipe.rows.arrays import input_shape, rows_of
from regpipe.tables.columns import describe
from regpipe.tables.defaults import default_network, default_training
from regpipe.tables.own_table import split_table
from regpipe.tables.target import infer_task

SPLITS = 10
TABLES = ("breast_cancer", "wine", "iris", "diabetes", "digits")
TRIED = {  # hidden layers, and the epochs as a multiple of the default's
    "1 x 64": ([64], 1.0),
    "2 x 64": ([64, 64], 1.0),
    "2 x 256": ([256, 256], 1.0),
    "3 x 64": ([64, 64, 64], 1.0),
    "2 x 64, a third of the epochs": ([64, 64], 1 / 3),
    "2 x 64, three times the epochs": ([64, 64], 3.0),
}


def problem_of(frame: pd.DataFrame, units: list[int], epochs: float) -> Problem:
    """Return a problem of a table with a column `target`, with such a network."""
    task = infer_task(frame["target"])
    rows = {"table": "mine", "target": "target"}
    columns = describe(frame, TableRows(**rows), task, "mine.rows")
    output = default_network(task, columns)["output"]
    hidden = {
        f"hidden{k}": {"Dense": {"units": n, "activation": "relu"}} for k, n in enumerate(units)
    }
    training = default_training(task, round(0.7 * len(frame)))
    return Problem(
        title="Mine",
        task=task,
        rows=rows,
        split={"train": 0.7, "stratify": task != "regression"},
        standardise=["target"] if task == "regression" else [],
        network={**hidden, "output": output},
        training={**training, "epochs": round(epochs * training["epochs"])},
    )


def scores(frame: pd.DataFrame, problem: Problem) -> tuple[float, float]:
    """Return the mean metric on the rows trained on and on the others."""
    protocol = Protocol(fresh=FreshProtocol(repeats=SPLITS))
    samples = split_table(frame, problem, protocol, "mine")
    arm = baseline("mine", problem)
    architecture = build_architecture(arm, input_shape(arm, samples))
    draws = rows_of(samples, "fresh", arm)
    jobs = [Job(arm, architecture, rows, seed) for seed, rows in enumerate(draws)]
    metric, found = arm.task.metric, []
    for place, fit in Loops("compiled", threads=cores()).fit_all(jobs):
        told = measure_of(jobs[place], fit).scores(jobs[place].rows)
        found.append((told[f"train_{metric}"], told[f"test_{metric}"]))
    return tuple(pd.DataFrame(found).mean())


def main() -> None:
    """Print the table."""
    table = Table("network", *TABLES)
    for name, (units, epochs) in TRIED.items():
        cells = []
        for source in TABLES:
            frame = getattr(datasets, f"load_{source}")(as_frame=True).frame
            train, test = scores(frame, problem_of(frame, units, epochs))
            cells.append(f"{train:.3f} / {test:.3f}")
        table.add_row(name, *cells)
    get_console().print(table)


if __name__ == "__main__":
    main()
