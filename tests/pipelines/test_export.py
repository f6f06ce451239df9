"""What is exported of a screen?"""

import pandas as pd

from regpipe.language import Export
from regpipe.pipelines.export.nodes import BASELINE, pick


def board(*rows: tuple[str, str]) -> pd.DataFrame:
    """Return a leaderboard of such verdicts, each on its own and jointly."""
    table = pd.DataFrame(rows, columns=["verdict", "verdict_joint"])
    return table.assign(technique=[f"t{k}" for k in range(len(rows))], rank=range(len(rows)))


def test_the_best_of_those_that_help_jointly_comes_first() -> None:
    both, alone, none = ("helps", "helps"), ("helps", "undecided"), ("undecided", "undecided")
    assert pick(board(none, alone, both), Export()) == "t2"
    assert pick(board(none, alone), Export()) == "t1"
    assert pick(board(none, none), Export()) == BASELINE
