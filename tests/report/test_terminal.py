import copy
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from rich.table import Table

from regpipe.language.blocks import SIDES
from regpipe.language.metrics import METRICS
from regpipe.report import sentence as sentences
from regpipe.report import terminal
from regpipe.statistics.grid import Choice
from tests.answers import made
from tests.conftest import PROBLEMS, summary_of


def sentence(answer: dict[str, Any]) -> str:
    return sentences.sentence(made(answer))


def baselines(repeats: int = 30) -> dict[str, pd.DataFrame]:
    """Return the run table of each problem's baseline, whose score is 0.8 and 0.9 in turn."""
    scores = {f"{side}_{name}": [0.8, 0.9] * (repeats // 2) for side in SIDES for name in METRICS}
    return dict.fromkeys(PROBLEMS, pd.DataFrame({"protocol": "fresh", **scores}))


def table(answers: list[dict[str, Any]], repeats: int = 30) -> Table:
    return terminal.answers_table([made(answer) for answer in answers], baselines(repeats))


@pytest.fixture(scope="module")
def answer(tiny_run: Path) -> dict[str, Any]:
    answer = summary_of(tiny_run, "weight_l2")
    answer["fresh"]["difference"]["accuracy"] |= {
        "mean": 0.012, "ci_low": 0.004, "ci_high": 0.02, "wins": 21, "ties": 2,
    }  # fmt: skip
    answer["fresh"] |= {"repeats": 30, "verdict": "helps", "repeats_needed": None, "size": 0.012}
    answer["fresh"]["difference"]["loss"] |= {"mean": -0.2, "verdict": "helps"}
    answer["fixed"] |= {"repeats": 30, "reproduced": True, "missed": [], "also_baseline": []}
    answer["fixed"] |= {"not_comparable": None, "baseline_not_comparable": None}
    answer["fixed"]["technique"]["test"] |= {"mean": 0.943, "sd": 0.001}
    return answer


def test_the_sentence_says_verdict_gain_interval_and_claim(answer: dict[str, Any]) -> None:
    assert sentence(answer) == (
        "L2 weight penalty (weight_l2) helps on moons: over 30 fresh draws, test accuracy rose by "
        "1.2 points on average (95% interval +0.4 to +2.0), and it was better in 21 of them, equal "
        "in 2. On the published draw: published test accuracy 0.943, not contradicted by 30 seeds "
        "(0.943±.001)."
    )


def test_a_gain_that_only_leads_to_a_guess_is_told_as_such(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    has = other["fresh"]["technique"]["test"]["mean"]
    for guess, said in ((has - 0.003, "Hardly"), (has, "No"), (has + 0.01, "No")):
        other["fresh"]["guess"] = guess
        than = (
            f"{said} better than a constant guess, which ignores all inputs: that has {guess:.3f}."
        )
        assert than in sentence(other)
    other["fresh"]["guess"] = 0.5
    assert "guess" not in sentence(other)


def test_the_other_verdicts_have_sentences_of_their_own(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"] |= {"verdict": "undecided", "repeats_needed": 1200}
    assert "is undecided: over 30 fresh draws" in sentence(other)
    assert "Its test loss is lower by 0.2: there it helps." in sentence(other)
    little = copy.deepcopy(other)
    little["fresh"]["difference"]["loss"]["verdict"] = "helps, too little to matter"
    assert "there it helps, too little to matter." in sentence(little)
    other["fresh"] |= {"verdict": "no difference that matters"}
    assert "makes no difference that matters on moons" in sentence(other)
    other["fresh"] |= {"verdict": "hurts"}
    other["fresh"]["difference"]["accuracy"]["mean"] = -0.02
    other["fixed"]["published"] = None
    assert "hurts on moons" in sentence(other) and "fell by 2.0 points" in sentence(other)
    assert "published" not in sentence(other)
    other["fresh"]["difference"]["accuracy"]["mean"] = -0.0004
    assert "fell by 0.04 points on average" in sentence(other)
    other["fresh"]["difference"]["accuracy"]["mean"] = 0.0
    assert "stayed the same on average" in sentence(other)


def test_what_is_undecided_says_how_many_repeats_would_decide_it(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    assert "protocol.fresh.repeats" not in sentence(other)
    other["fresh"] |= {"verdict": "undecided", "repeats_needed": 1200}
    told = "A verdict takes about 1,200 draws in all: --params protocol.fresh.repeats=1200."
    assert told in sentence(other)
    other["fresh"] |= {"rows": "new splits", "repeats_needed": None}
    assert "more splits of these rows would hardly tell" in sentence(other)
    assert "--params" not in sentence(other)


def test_a_confidence_is_told_with_all_its_digits(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    for confidence, told in ((0.95, "95%"), (0.999, "99.9%"), (0.001, "0.1%")):
        other["run"]["parameters"]["statistics"] = {"confidence": confidence}
        assert f"({told} interval " in sentence(other)


def test_who_asked_before_is_told_why_intervals_are_wider(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    assert "asked" not in sentence(other)
    for asked, times in ((1, "once"), (3, "3 times")):
        other["fresh"]["plan"] = {"asked": asked}
        assert f"The same was asked {times} before" in sentence(other)


def test_what_stopped_early_is_told_without_the_luck_in_it(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["size"] = 0.004
    assert "luck" not in sentence(other)  # of a number set beforehand
    other["fresh"]["plan"] = {"analyses": [20, 30, 60]}
    less = "Without the luck of stopping early, it rose by 0.4 points on average."
    assert less in sentence(other)
    for changes in ({"repeats": 60}, {"verdict": "undecided"}, {"size": 0.012}):
        whole = copy.deepcopy(other)
        whole["fresh"] |= changes
        assert "luck" not in sentence(whole)


def test_too_few_pairs_have_no_interval(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"] |= {"verdict": "too few", "repeats": 3}
    other["fresh"]["difference"]["accuracy"] |= {"ci_low": None, "ci_high": None, "wins": 2}
    said = sentence(other)
    assert "Whether L2 weight penalty (weight_l2) helps on moons can't be told from 3 draws" in said
    assert "rose by 1.2 points on average, and it was better in 2 of them" in said
    assert "interval" not in said
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([other]))
    assert "+1.2" in console.export_text() and "[" not in console.export_text()
    other["fresh"] |= {"rows": "one split", "repeats": 20}
    assert "can't be told from one split: over 20 seeds on the one split of" in sentence(other)


def test_an_interval_that_ends_near_0_says_on_which_side(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["difference"]["accuracy"] |= {"ci_low": 0.0003}
    assert "(95% interval +0.03 to +2.0)" in sentence(other)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([other]))
    assert "+1.2 [0.03, 2.0]" in console.export_text()


@pytest.mark.parametrize("width", [120, 80, 60, 48])
def test_gain_and_verdict_are_there_however_narrow_it_is(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["verdict"] = "no difference that matters"
    console = Console(width=width, record=True, file=io.StringIO())
    monkeypatch.setattr("regpipe.report.terminal.get_console", lambda: console)
    terminal.show([made(other)], baselines(), sentences=False)
    text = console.export_text()
    assert "+1.2 [0.4, 2.0]" in text and all(word in text for word in ("difference", "matters"))
    assert ("published" in text) == (width >= 80) and ("fixed" in text) == (width > 48)
    assert "…" not in text


def test_a_gain_too_small_to_interest_anyone_is_called_so(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["verdict"] = "helps, too little to matter"
    assert "helps on moons, too little to matter: over" in sentence(other)


def test_each_metric_has_its_table_with_a_baseline_of_its_own(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy.deepcopy(answer)
    other["technique"], other["metric"] = "weight_l1", "loss"
    blocks = other["run"]["parameters"]
    blocks["weight_l1"] = {**blocks["weight_l2"], "metric": "loss"}
    other["fixed"]["published"] = None
    other["fixed"]["baseline"]["test"] |= {"mean": 0.3, "sd": 0.1}
    console = Console(width=80, record=True, file=io.StringIO())
    monkeypatch.setattr("regpipe.report.terminal.get_console", lambda: console)
    terminal.show([made(answer), made(other)], baselines(), sentences=False)
    accuracy, loss = console.export_text().split("Test loss")
    assert "Test accuracy" in accuracy and "0.914 " in accuracy and "weight_l2" in accuracy
    assert "weight_l1" in loss and "0.300±.100" in loss
    assert "0.914" not in loss  # published, of the accuracy


def test_each_number_says_of_how_many_repeats_it_is(answer: dict[str, Any]) -> None:
    """Those of the baseline are its own, not those of whichever technique comes first."""
    early, late = copy.deepcopy(answer), copy.deepcopy(answer)
    early["fresh"] |= {"repeats": 10}
    late["fresh"] |= {"repeats": 14}
    late["technique"] = "weight_m2"
    late["run"]["parameters"]["weight_m2"] = late["run"]["parameters"]["weight_l2"]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([late, early], repeats=20))
    lines = console.export_text().splitlines()
    (head,) = (line for line in lines if "repeats" in line)
    at = head.index("repeats")
    told = {line.split()[0]: line[at:].split()[0] for line in lines if line[at : at + 1].isdigit()}
    assert told == {"moons": "20", "weight_l2": "10", "weight_m2": "14"}
    assert any(line.startswith(" moons ") and "0.850±.051" in line for line in lines)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([answer]))
    assert "repeats" not in console.export_text()


def test_a_grid_of_a_score_that_is_not_defined_has_no_dash() -> None:
    mean = {"mean": None, "ci_low": None, "ci_high": None}
    fresh = {"repeats": 10, "compared": 10, "chosen": []}
    fresh |= dict.fromkeys(("baseline", "honest", "optimistic"), mean)
    about = {"technique": "l2", "title": "L2", "problem": "diabetes", "metric": "r2"}
    choice = Choice.model_validate({**about, "paths": [], "confidence": 0.95, "fresh": fresh})
    assert sentences.grid_sentence(choice) == (
        "L2 (l2_grid) on diabetes: the test R² isn't defined in each of 10 fresh repeats, and so "
        "has no mean."
    )


def test_the_side_that_missed_is_named(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"]["missed"] = ["train"]
    assert "published test accuracy 0.943, not contradicted by 30 seeds" in sentence(other)
    assert "published train accuracy 1.000, not reproduced by any of 30 seeds" in sentence(other)
    other["fixed"]["repeats"] = 4
    assert "published train accuracy 1.000, which 4 seeds are too few to contra" in sentence(other)
    assert "not reproduced" not in sentence(other)


def test_what_the_baseline_ranges_over_too_tells_nothing_apart(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"]["also_baseline"] = ["train", "test"]
    assert "by 30 seeds, nor by the baseline's: it can't tell the two apart (" in sentence(other)


def test_a_run_that_is_not_as_published_judges_nothing(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"] |= {"not_comparable": "500 epochs instead of 4000", "missed": []}
    assert sentence(other).endswith(
        " Not comparable: 500 epochs instead of 4000 (published test accuracy 0.943 and published "
        "train accuracy 1.000)."
    )
    other["fixed"]["baseline_not_comparable"] = "500 epochs instead of 4000"
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([other]))
    assert "published" not in console.export_text()


def test_rows_that_stand_in_tell_the_loss_and_judge_nothing(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"] |= {"stand_in": "The rows are others."}
    other["fresh"]["difference"]["loss"] |= {"ci_low": -0.31, "ci_high": -0.09}
    said = sentence(other)
    assert "Its test loss changes by -0.2 [-0.31, -0.09]. Stand-in: can't tell (pub" in said
    assert said.endswith("The rows are others.") and "contradicted" not in said
    other["fresh"]["difference"]["loss"] |= {"ci_low": None, "ci_high": None}
    assert "nan" not in sentence(other)


def test_the_table_shows_the_baseline_of_each_source(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"]["published"]["baseline"] = {"train": 1.0, "test": 0.786}
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([answer, other]))
    assert "0.914" in console.export_text(clear=False) and "0.786" in console.export_text()


def test_fits_that_diverged_are_told_and_a_missing_mean_is_left_out(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["diverged"]["technique"] = 3
    other["fresh"] |= {"verdict": "undecided", "repeats_needed": None}
    other["fresh"]["difference"]["accuracy"] |= {"mean": None, "ci_low": None, "ci_high": None}
    other["fresh"]["technique"]["test"] |= {"mean": None, "sd": None}
    assert "is undecided: over 30 fresh draws, it was better in 21" in sentence(other)
    assert "3 fits diverged; they are scored as a constant guess would be." in sentence(other)
    assert table([other]).row_count == 2


def test_the_table_fits_a_terminal_of_80_columns(answer: dict[str, Any]) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([answer]))
    text = console.export_text()
    assert "…" not in text
    for part in ("moons", "0.914", "weight_l2", "0.943", "0.943±.001", "+1.2 [0.4, 2.0]", "helps"):
        assert part in text


def test_a_leak_is_told(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    assert "flattered" not in sentence(other)
    other["leak"] = True
    assert "scored on them: that number is flattered" in sentence(other)


def test_few_draws_come_with_a_caveat(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    assert "Only" not in sentence(other)
    other["fresh"]["repeats"] = 10
    assert "Only" not in sentence(other)
    other["fresh"]["repeats"] = 9
    assert sentence(other).endswith("(Only 9 draws: too few to rely on.)")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("early_stopping_checkpoint", ("early_ ", "stopping_ ", "checkpoint ")),
        ("noise_activation", ("noise_ ", "activation ")),
        ("weight_l2_lstm", ("weight_l2_lstm ",)),
    ],
)
def test_long_names_fit_too(answer: dict[str, Any], name: str, lines: tuple[str, ...]) -> None:
    other = copy.deepcopy(answer)
    other["technique"] = name
    other["fresh"]["verdict"] = "no difference that matters"
    other["fresh"]["difference"]["accuracy"] |= {"mean": -0.122, "ci_low": -0.149, "ci_high": -0.1}
    other["fixed"]["technique"]["test"] |= {"mean": 0.943, "sd": 0.012}
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([other]))
    text = console.export_text()
    for part in (*lines, "-12.2 [-14.9, -10.0]", "no", "difference"):
        assert part in text
    assert "…" not in text


def test_splits_in_time_that_come_again_are_counted_once(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fresh"]["rows"] = "splits in time"
    assert "over 30 fits on 5 splits in time, " in sentence(other)
    other["fresh"]["repeats"] = 5
    assert "over 5 splits in time, " in sentence(other)


def test_a_wide_terminal_has_names_on_one_line(answer: dict[str, Any]) -> None:
    answers = [made({**answer, "technique": "early_stopping_checkpoint"})]
    for width, name in ((120, "early_stopping_checkpoint"), (119, "early_\nstopping_\ncheckpoint")):
        table = terminal.answers_table(answers, baselines(), width)
        assert name in table.columns[0].cells


def test_a_leak_of_a_table_flatters_every_split(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["leak"] = True
    other["fresh"]["rows"] = "new splits"
    assert "all of its numbers are flattered" in sentence(other)
    assert "over 30 random splits of its rows" in sentence(other)


def test_stopping_epochs_are_told_beside_the_published_one(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["fixed"]["published"]["epochs"] = 219
    other["fixed"]["epochs"]["technique"] = {"mean": 300.0, "min": 210, "max": 783}
    assert "it stopped at epoch 210 to 783, published 219." in sentence(other)


@pytest.mark.parametrize(
    ("metric", "mean", "words", "cell"),
    [
        ("r2", 0.042, "test R² rose by 0.04 on average (95% interval -0.01 to", "+0.04 [-0.01"),
        ("r2", -0.001, "test R² fell by 0.001 on average", "0.00 [-0.01"),
        (
            "mse",
            0.00123,
            "test squared error rose by 1.23 thousandths on average (95% interval -10.00 to",
            "+1.23 [-10.00",
        ),
    ],
)
def test_errors_are_told_in_their_own_units(
    answer: dict[str, Any], metric: str, mean: float, words: str, cell: str
) -> None:
    other = copy.deepcopy(answer)
    other["metric"] = metric
    gain = {"mean": mean, "ci_low": -0.01, "ci_high": 0.1}
    other["fresh"]["difference"][metric] = other["fresh"]["difference"]["accuracy"] | gain
    assert words in sentence(other)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table([other]))
    assert cell in console.export_text() and "…" not in console.export_text()
