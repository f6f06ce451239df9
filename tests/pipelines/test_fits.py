"""What do the fresh repeats of a problem share?"""

from typing import Any

import pandas as pd
import pytest

from regpipe.language import Problem
from regpipe.pipelines.fits import splits_of
from regpipe.statistics.overlap import INDEPENDENT, Splits
from tests.conftest import PROBLEMS

RUNS = pd.DataFrame({"train_rows": [309], "test_rows": [133]})
OWN = PROBLEMS["diabetes"].model_dump()


def own(**columns: str) -> Problem:
    """A problem with a table of the user's own."""
    split = {} if "split" in columns else {"train": 0.7}
    block: dict[str, Any] = {**OWN, "rows": {"table": "mine", "target": "y", **columns}}
    return Problem(**{**block, "split": split, "published": None})


@pytest.mark.parametrize(
    ("problem", "shared"),
    [
        (PROBLEMS["moons"], INDEPENDENT),
        (PROBLEMS["diabetes"], Splits(309, 133)),
        (own(), Splits(309, 133)),
        (own(split="side"), Splits(309, 133, one_sample=True)),
        (own(time="day"), Splits(309, 133, in_time=True)),
    ],
)
def test_splits_share_rows_and_a_column_that_splits_leaves_one_sample(
    problem: Problem, shared: Splits
) -> None:
    assert splits_of(problem, RUNS) == shared
