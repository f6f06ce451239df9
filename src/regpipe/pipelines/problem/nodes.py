"""From a problem's block to its rows."""

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.language import Problem, Protocol, Training
from regpipe.plots import Trained
from regpipe.plots.learning_curves import HELD_OUT, TEST
from regpipe.plots.style import Figure
from regpipe.rows import samples as rows
from regpipe.rows.draws import draws_of


def split_samples(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Say of every drawn row whether it is trained or tested on."""
    split = rows.split_samples(draws, problem)
    return split.astype({"protocol": "category", "split": "category"})  # loaded in half the time


def split_table(
    table: pd.DataFrame, problem: Problem, protocol: Protocol, *, name: str
) -> pd.DataFrame:
    """Split the rows of the user's own table for each repeat, and make numbers of them."""
    from regpipe.tables import own_table  # scikit-learn is slow to import

    return own_table.split_table(table, problem, protocol, name)


def plot_learning_curves(history: pd.DataFrame, runs: pd.DataFrame, arm: Arm) -> Figure:
    """Show loss and metric by epoch."""
    problem, own = arm.problem_block, trained(history, runs, arm.training)
    return plots.learning_curves(own, None, arm.title, problem.kind.logged, draws_of(problem))


def trained(history: pd.DataFrame, runs: pd.DataFrame, training: Training) -> Trained:
    """Return the trainings of an arm, with the epoch whose weights each of them keeps."""
    kept = "best_epoch" if training.keeps_best else "epochs"
    fits = runs.assign(kept_epoch=runs[kept])
    return Trained(history, fits, HELD_OUT if training.watches_held_out else TEST)


def plot_samples(samples: pd.DataFrame, problem: Problem) -> Figure:
    """Show some of the rows as what they are: images, sequences, points, or columns of a table."""
    own = problem.own_table
    scaled = {*problem.standardise, *(["features"] if own and own.scale else [])}
    table = (samples, problem.title, problem.classes, scaled)
    if own:  # whose columns have names
        return plots.sample_table(*table)
    draws = draws_of(problem)
    shape = tuple(problem.input_shape or [len(rows.feature_names(samples))])
    if len(shape) == 2:
        return plots.sample_sequences(samples, problem.title, draws)
    if len(shape) == 3 or problem.task == "reconstruction":
        return plots.sample_images(samples, problem.title, shape, draws)
    if shape == (2,) and problem.kind.classifies:
        return plots.samples(samples, problem.title, draws)
    return plots.sample_table(*table)
