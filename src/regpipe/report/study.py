"""The content of the page about a study, gathered by its pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from regpipe.statistics.answer import Answer

Pictures = Mapping[str, bytes]  # PNG files by the name of what they show


@dataclass(frozen=True)
class Story:
    """The results of one technique.

    Attributes:
        answer: its `summary.json`.
        explanation: what it does, in a sentence.
        runs: its run table, a row per fit.
        pictures: `samples` (the same for all techniques of a problem), `learning_curves`,
            `paired_differences`, `weight_norms`, one of `decision_boundary`, `confusion`,
            `predicted_true` and `reconstructions`, and `grid` where it has one that was run.
        block: its YAML.
        code: Python that builds and trains the same model in plain Keras.
        weights: how many the model has, where that is known.
    """

    answer: Answer
    explanation: str
    runs: pd.DataFrame
    pictures: Pictures
    block: str
    code: str
    weights: int | None = None


Stories = dict[str, Story]  # by the names of their techniques


@dataclass(frozen=True)
class Screening:
    """What a screen has beside its techniques.

    Attributes:
        tuning: a row per recipe: what choosing its value gave, and what the test rows would claim.
        references: a row per model without a network, and one of the network, the best first.
        left_out: the recipes that don't suit the problem, and why.
    """

    tuning: pd.DataFrame
    references: pd.DataFrame
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Study:
    """The results of all techniques.

    Attributes:
        leaderboard: a row per technique, see `statistics.leaderboard`.
        claims: a row per published number, see `statistics.claims`.
        variance: where the noise comes from, see `statistics.variance`.
        problems: the title of each problem, in the order of the YAML.
        stories: of each technique.
        pictures: `claims`, `forest` and `variance`.
        screening: where it is a screen of one problem.
        mechanisms: a row per claim of mechanism, see `statistics.mechanisms`.
    """

    leaderboard: pd.DataFrame
    claims: pd.DataFrame
    variance: pd.DataFrame
    problems: Mapping[str, str]
    stories: Mapping[str, Story]
    pictures: Pictures
    screening: Screening | None = None
    mechanisms: pd.DataFrame = field(default_factory=pd.DataFrame)
