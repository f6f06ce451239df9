"""From a problem's block to its rows."""

import pandas as pd
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.problems import samples as rows
from regpipe.spec import Problem, Protocol


def draw_samples(problem: Problem, protocol: Protocol) -> pd.DataFrame:
    """Draw the rows of every repeat of both protocols."""
    return rows.draw_samples(problem, protocol)


def split_samples(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Say of every drawn row whether it is trained or tested on."""
    return rows.split_samples(draws, problem.split)


def plot_samples(samples: pd.DataFrame, problem: Problem) -> Figure:
    """Show the published draw and two fresh ones, by class."""
    return plots.samples(samples, problem.title)
