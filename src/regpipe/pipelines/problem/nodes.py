"""From a problem's block to its rows."""

import pandas as pd
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.problems import samples as rows
from regpipe.spec import Problem, Protocol
from regpipe.tasks import TASKS


def draw_samples(problem: Problem, protocol: Protocol) -> pd.DataFrame:
    """Draw the rows of every repeat of both protocols."""
    return rows.draw_samples(problem, protocol)


def split_samples(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Say of every drawn row whether it is trained or tested on."""
    return rows.split_samples(draws, problem)


def plot_samples(samples: pd.DataFrame, problem: Problem) -> Figure:
    """Show some of the rows as what they are: images, sequences, points, or columns of a table."""
    shape = tuple(problem.input_shape or [len(rows.feature_names(samples))])
    if len(shape) == 3 or problem.task == "reconstruction":
        return plots.sample_images(samples, problem.title, shape)
    if len(shape) == 2:
        return plots.sample_sequences(samples, problem.title)
    if shape == (2,) and TASKS[problem.task].classifies:
        return plots.samples(samples, problem.title)
    return plots.sample_table(samples, problem.title)
