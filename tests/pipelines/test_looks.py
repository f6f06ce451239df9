"""What was told is remembered: who asks again is told with wider intervals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import Protocol, Statistics
from regpipe.pipelines.looks import COLUMNS, Look, Looks
from regpipe.statistics.plan import Plan
from tests.conftest import arm_called, summary_of

SAMPLES = pd.DataFrame(
    {
        "x": np.arange(7.0),
        "target": [0, 1, 1, 1, 0, 1, 0],
        "protocol": ["fixed"] * 4 + ["fresh"] * 3,
    }
)
MOONS = {"training": {"epochs": 10}}


def asked(root: Path) -> tuple[int, float]:
    """Return how often it was asked before, and half the width of the interval told last."""
    fresh = summary_of(root, "weight_l2")["fresh"]
    gain = fresh["difference"]["loss"]
    return fresh["plan"]["asked"], (gain["ci_high"] or np.nan) - gain["mean"]


def protocol(repeats: Any) -> dict[str, Any]:
    return {
        "fixed": {"repeats": 2},
        "fresh": {"repeats": repeats, "at_most": 12, "batch": 5, "score_rows": 200},
    }


def test_a_question_that_is_asked_again_is_told_with_a_wider_interval(
    run: Callable[..., None], tmp_path: Path
) -> None:
    found: dict[Any, list[tuple[int, float]]] = {}
    for repeats in (3, 8, "auto", 8):
        run("weight_l2", data_root=tmp_path, moons=MOONS, protocol=protocol(repeats))
        found.setdefault(repeats, []).append(asked(tmp_path))
    first, again = found[8]
    assert first == again and first[0] == 0  # three repeats tell nothing
    assert found["auto"][0][0] == 1
    table = pd.read_csv(tmp_path / "08_reporting" / "looks.csv", dtype=str)
    assert list(table["repeats"]) == ["8", "10 12"] and set(table["seed"]) == {"1"}
    assert set(table["problem"] + table["technique"]) == {"moonsweight_l2"}
    assert pd.to_datetime(table["told"]).is_monotonic_increasing


def at(looks: Looks, repeats: int, **changes: Any) -> Look:
    asked = {
        "arms": [arm_called("weight_l2")], "samples": SAMPLES, "protocol": Protocol(),
        "statistics": Statistics(), "plan": Plan(), "repeats": repeats, **changes,
    }  # fmt: skip
    return looks.at(**asked)


def asked_before(looks: Looks, repeats: int, **changes: Any) -> int:
    return at(looks, repeats, **changes).plan.asked


def test_what_was_never_told_does_not_count(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "deep" / "looks.csv")
    assert asked_before(looks, 30) == asked_before(looks, 50) == 0
    looks.tell(at(looks, 3), ["too few", "too few"])
    assert asked_before(looks, 50) == 0
    for _ in range(2):
        looks.tell(at(looks, 30), ["too few", "undecided"])
    assert [asked_before(looks, n) for n in (30, 50)] == [0, 1]
    looks.tell(at(looks, 50), ["helps"])
    assert at(looks, 30).plan.next.asked == 2
    assert len(pd.read_csv(tmp_path / "deep" / "looks.csv")) == 2


def test_another_plan_on_the_same_question_counts(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "looks.csv")
    looks.tell(at(looks, 30), ["undecided"])
    other = Protocol.model_validate({"fresh": {"score_rows": 500}})
    fewer = Protocol.model_validate({"fresh": {"repeats": 20}})
    for protocol in (other, fewer, Protocol(seed=2)):
        assert asked_before(looks, 30, protocol=protocol) == 1
    assert at(looks, 30, protocol=fewer).repeats == "20"  # no more than the baseline has


def test_what_is_said_besides_makes_no_other_question(tmp_path: Path) -> None:
    looks, arm = Looks(tmp_path / "looks.csv"), arm_called("weight_l2")
    looks.tell(at(looks, 30), ["undecided"])
    block = arm.problem_block
    rows = {"make_moons": {**block.rows["make_moons"], "random_state": 7}}
    for changes in ({"title": "Two moons"}, {"stand_in": "others"}, {"rows": rows}):
        same = replace(arm, technique="my_copy", problem_block=block.model_copy(update=changes))
        assert asked_before(looks, 50, arms=[same]) == 1
    strict = Statistics.model_validate({"smallest_difference": {"accuracy": 0.001}})
    assert asked_before(looks, 50, statistics=strict) == 1
    assert asked_before(looks, 50, samples=SAMPLES[:5]) == 1  # fewer fresh draws


def test_other_trainings_rows_and_choices_are_other_questions(tmp_path: Path) -> None:
    looks, arm = Looks(tmp_path / "looks.csv"), arm_called("weight_l2")
    looks.tell(at(looks, 30), ["undecided"])
    noisier = {"make_moons": {**arm.problem_block.rows["make_moons"], "noise": 0.3}}
    problem = arm.problem_block.model_copy(update={"rows": noisier})
    for changes in (
        {"arms": [replace(arm, problem_block=problem)]},
        {"arms": [arm, arm_called("weight_l1")]},
        {"arms": [arm_called("weight_l1")]},
        {"samples": SAMPLES[1:]},
        {"name": "references"},
        {"further": {"holdouts": 5}},
    ):
        assert asked_before(looks, 30, **changes) == 0


BROKEN = [
    b"",
    b"question,problem\n1,2\n",
    b"\x00",
    b"question\n",
    b"a,b\n1,2",
    "\u00e4,b".encode("latin-1"),
]


@pytest.mark.parametrize("content", [*BROKEN, (",".join(COLUMNS) + "\n" + "1," * 9).encode()])
def test_a_file_that_is_no_table_of_looks_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "looks.csv"
    file.write_bytes(content)
    with pytest.raises(SpecError, match="can't be read as the table of what was told before"):
        Looks(file).tell(at(Looks(tmp_path / "other.csv"), 30), ["helps"])
    assert file.read_bytes() == content and len(list(tmp_path.iterdir())) == 1


def test_a_file_that_excel_saved_is_read(tmp_path: Path) -> None:
    looks, file = Looks(tmp_path / "looks.csv"), tmp_path / "looks.csv"
    looks.tell(at(looks, 30), ["helps"])
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert asked_before(looks, 50) == 1


def test_what_several_processes_tell_at_a_time_is_all_remembered(tmp_path: Path) -> None:
    file = tmp_path / "looks.csv"
    plans = [at(Looks(file), repeats) for repeats in range(10, 40)]
    with ThreadPoolExecutor(8) as pool:  # each with a lock of its own, as processes have
        list(pool.map(lambda look: Looks(file).tell(look, ["helps"]), plans))
    assert len(pd.read_csv(file)) == len(plans)
