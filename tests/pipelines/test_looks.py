"""What was told is remembered: who asks again is told with wider intervals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import Protocol, Statistics
from regpipe.pipelines.looks import Look, Looks, question_of
from regpipe.statistics.plan import Plan
from tests.conftest import arm_called, summary_of

SAMPLES = pd.DataFrame({"x": np.arange(6.0), "protocol": ["fixed"] * 4 + ["fresh"] * 2})
MOONS = {"training": {"epochs": 10}}


def asked(root: Path) -> tuple[int, float]:
    """Return how often it was asked before, and half the width of the interval told last."""
    fresh = summary_of(root, "weight_l2")["fresh"]
    gain = fresh["difference"]["loss"]
    return fresh["plan"]["asked"], (gain["ci_high"] or np.nan) - gain["mean"]


def looks_of(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "08_reporting" / "looks.csv", dtype=str)


def protocol(repeats: Any, seed: int = 1) -> dict[str, Any]:
    return {
        "seed": seed,
        "fixed": {"repeats": 2},
        "fresh": {"repeats": repeats, "at_most": 12, "batch": 5, "score_rows": 200},
    }


def test_a_question_that_is_asked_again_is_told_with_a_wider_interval(
    run: Callable[..., None], tmp_path: Path
) -> None:
    found = {}
    for repeats, seed in ((3, 1), (8, 1), ("auto", 1), (8, 2), (8, 1)):
        run("weight_l2", data_root=tmp_path, moons=MOONS, protocol=protocol(repeats, seed))
        found.setdefault((repeats, seed), []).append(asked(tmp_path))
    first, again = found[8, 1]
    assert first == again and first[0] == 0  # three repeats tell nothing
    assert found["auto", 1][0][0] == 1 and found[8, 2][0][0] == 2
    table = looks_of(tmp_path)
    assert list(table["repeats"]) == ["8", "10 12", "8"] and list(table["seed"]) == ["1", "1", "2"]
    assert set(table["problem"] + table["technique"]) == {"moonsweight_l2"}
    assert pd.to_datetime(table["told"]).is_monotonic_increasing

    changed = {"network": {"hidden": {"kernel_regularizer": {"l2": 0.02}}}}
    run("weight_l2", data_root=tmp_path, moons=MOONS, protocol=protocol(8), weight_l2=changed)
    assert asked(tmp_path)[0] == 0 and looks_of(tmp_path)["question"].nunique() == 2


def at(looks: Looks, repeats: int, seed: int = 1, samples: pd.DataFrame = SAMPLES) -> Look:
    arm = arm_called("weight_l2")
    return looks.at(arm, samples, Protocol(seed=seed), Statistics(), Plan(), repeats)


def test_what_was_never_told_does_not_count(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "deep" / "looks.csv")
    assert at(looks, 30).plan.asked == at(looks, 100).plan.asked == 0
    looks.tell(at(looks, 3), ["too few", "too few"])
    assert at(looks, 100).plan.asked == 0
    for _ in range(2):
        looks.tell(at(looks, 30), ["too few", "undecided"])
    assert [at(looks, n).plan.asked for n in (30, 100)] == [0, 1]
    assert at(looks, 30, seed=2).plan.asked == 1
    assert at(looks, 100, samples=SAMPLES[:5]).plan.asked == 1  # fewer fresh draws
    assert at(looks, 100, samples=SAMPLES[1:]).plan.asked == 0  # other rows
    assert len(pd.read_csv(tmp_path / "deep" / "looks.csv")) == 1


def test_the_question_is_about_all_that_is_trained() -> None:
    names = ("weight_l2", "weight_l1", "dropout")
    questions = {question_of(arm_called(name), SAMPLES) for name in names}
    assert len(questions) == 3
    assert question_of(arm_called("weight_l2"), SAMPLES.iloc[::-1]) not in questions


@pytest.mark.parametrize("content", ["question,problem\n1,2\n", "\x00", "question\n", "a,b,c\n1,2"])
def test_a_file_that_is_no_table_of_looks_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "looks.csv"
    file.write_text(content)
    with pytest.raises(SpecError, match="can't be read as the table of what was told before"):
        Looks(file).tell(at(Looks(tmp_path / "other.csv"), 30), ["helps"])
    assert file.read_text() == content
