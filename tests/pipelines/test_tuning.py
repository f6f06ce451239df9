"""A screen chooses a strength by few fits, and gives up recipes that can't win any more."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from regpipe.candidates.arm import Arm
from regpipe.candidates.recipes import SearchSpace
from regpipe.engine.job import Job
from regpipe.language import Protocol, Screen, Statistics
from regpipe.pipelines.cocktail import nodes
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.screen.tuning import fits_of_repeat, try_values
from regpipe.pipelines.search import Candidate, Evaluator
from regpipe.rows.arrays import Rows
from regpipe.statistics.plan import Plan
from tests.conftest import arm_called

VALUES = [0.1, 0.2, 0.3, 0.4, 0.5]


class Untrained(Evaluator):
    """Scores values as they are given, and counts what would be trained."""

    def __init__(self, merits: dict[float, list[float]]) -> None:
        """Take the accuracy of each value in each way to hold rows out."""
        self._merits, self.tried = merits, list[float]()

    def _measured(self, job: Job) -> Any:
        value = job.architecture["value"]
        accuracy = self._merits[value][self.tried.count(value)]
        self.tried.append(value)
        return None, SimpleNamespace(score=lambda *_: {"accuracy": accuracy, "loss": 1.0})

    def run(self, candidate: Candidate, repeat: Repeat) -> dict[str, Any]:
        return {"outcome": "completed", "test_accuracy": candidate.architecture["value"]}


@pytest.fixture
def base() -> Arm:
    return arm_called("moons")


def tried(base: Arm, moons: Rows, merits: dict[float, list[float]], **space: Any) -> Any:
    """Return the evaluator, and the rows of the values that were tried in a repeat."""
    evaluator = Untrained(merits)
    candidates = {value: Candidate(base, {"value": value}) for value in merits}
    values: list[Any] = [value for value in VALUES if value in merits]
    arms = SearchSpace("a.rate", values, [base] * len(values), **space)
    rows = try_values(arms, candidates, evaluator, Screen(), Repeat("fresh", 3, moons, 7))
    return evaluator, pd.DataFrame(rows.values()).set_index("a.rate")


def test_the_better_half_of_the_values_goes_on(base: Arm, moons: Rows) -> None:
    merits = {0.1: [0.5] * 3, 0.2: [0.9] * 3, 0.3: [0.8, 0.8, 1.0], 0.4: [0.7, 0.1, 1.0]}
    evaluator, rows = tried(base, moons, merits | {0.5: [0.6] * 3})
    assert evaluator.tried == [*VALUES, 0.2, 0.3, 0.4, 0.2, 0.3]
    assert len(evaluator.tried) == fits_of_repeat(5, 3)
    assert rows["pruned"].to_dict() == {0.1: True, 0.2: False, 0.3: False, 0.4: True, 0.5: True}
    assert rows["validation_accuracy"].dropna().to_dict() == pytest.approx({0.2: 0.9, 0.3: 2.6 / 3})
    assert rows["outcome"].dropna().index.tolist() == [0.2]  # what is best is trained on all rows


def test_values_beyond_the_strongest_are_tried_while_they_are_better(
    base: Arm, moons: Rows
) -> None:
    merits = {value: [value] * 3 for value in VALUES} | {0.6: [0.6] * 3, 0.7: [0.6, 0.5, 0.9]}
    evaluator, rows = tried(base, moons, merits, strongest=0.5, beyond={0.6: base, 0.7: base})
    assert evaluator.tried[10:] == [0.6, 0.6, 0.6, 0.7]
    assert rows["outcome"].dropna().index.tolist() == [0.6]
    assert rows["pruned"][0.7] and not rows["pruned"][0.6]


def test_values_beyond_are_not_tried_where_the_strongest_is_not_the_best(
    base: Arm, moons: Rows
) -> None:
    merits = {value: [1 - value] * 3 for value in VALUES} | {0.6: [2.0] * 3}
    evaluator, rows = tried(base, moons, merits, strongest=0.5, beyond={0.6: base})
    assert 0.6 not in evaluator.tried and rows["outcome"].dropna().index.tolist() == [0.1]


def test_a_single_value_is_validated_in_all_ways(base: Arm, moons: Rows) -> None:
    """The best single technique is chosen by it, beside a cocktail."""
    _, rows = tried(base, moons, {0.1: [0.4, 0.5, 0.6]})
    assert rows["validation_accuracy"].to_dict() == pytest.approx({0.1: 0.5})
    assert not rows["pruned"].any()


def test_a_cocktail_is_compared_with_singles_over_the_repeats_that_all_recipes_have(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = {}

    def compared(*parts: Any) -> pd.DataFrame:
        seen.update(singles=parts[2], plan=parts[-1])
        return pd.DataFrame({"verdict": ["helps", "undecided"]})

    monkeypatch.setattr(nodes, "compare_mixtures", compared)
    monkeypatch.setattr(nodes, "splits_of", lambda *_: None)
    trials = {
        "long": pd.DataFrame({"repeat": [0, 0, 1, 2]}),
        "short": pd.DataFrame({"repeat": [0, 1]}),
    }
    nothing: Any = None
    look = Look("a digest", "moons", "cocktail", "3", Plan(asked=1), Protocol(), Statistics())
    looks = Looks(tmp_path / "looks.csv")
    nodes.compare(nothing, nothing, nothing, look, looks, **trials)
    assert sorted(seen["singles"]["repeat"]) == [0, 0, 0, 1, 1] and seen["plan"] == look.plan
    assert list(pd.read_csv(tmp_path / "looks.csv")["technique"]) == ["cocktail"]
