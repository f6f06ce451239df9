"""Which model to use: is what the sentences and the page say of an answer true of it?"""

import json
import re
from typing import Any

import pandas as pd
import pytest
from markupsafe import escape

from regpipe.language import Foundation, Recipe
from regpipe.report.page import AnswerStory, render_answer
from regpipe.report.terminal import show_answer
from regpipe.report.views.answer import finding, sentences
from regpipe.report.views.answer_rows import labels
from regpipe.statistics.calibration import Calibration
from regpipe.statistics.examined import Examined
from regpipe.statistics.summary import Mean
from regpipe.statistics.verdicts import VERDICTS
from regpipe.statistics.winners import ModelAnswer
from tests.report.conftest import HOSTILE, ORIGIN, picture
from tests.statistics.test_diagnosis import diagnosed, fits


def recipe(title: str) -> Recipe:
    return Recipe(title=title, family="other", explanation="", training={"epochs": 3})


PARTS: dict[str, Recipe] = {
    "wide": Foundation(title="3 layers (mish)", slot="size", explanation="", layers=3),
    "cosine": Foundation(title="cosine schedule", slot="rate", explanation="", layers=2),
    "dropout": recipe("Dropout"),
    "weight_l2": recipe("L2 weight penalty"),
    "hostile": recipe(HOSTILE),
}
MIXTURE = {"cosine": None, "weight_l2": 0.003}


def compared(what: str, mean: float | None, ahead: float | None, verdict: str | None) -> Any:
    """The network is `ahead` points; each interval reaches two points to both sides."""
    known = None not in (mean, ahead) and verdict != "too few"
    ends = {"ci_low": ahead - 0.02, "ci_high": ahead + 0.02} if known else {}
    of_mean = dict.fromkeys(("mean_ci_low", "mean_ci_high"))
    if mean is not None and verdict != "too few":
        of_mean = {"mean_ci_low": mean - 0.08, "mean_ci_high": mean + 0.08}
    numbers = {"difference": ahead, "verdict": verdict, "p_value": None, **ends}
    return {"what": what, "mean": mean, **of_mean, **numbers}


def worth(name: str, mean: float, low: float | None, high: float | None) -> dict[str, Any]:
    ends = {"ci_low": low, "ci_high": high}
    return {"ingredient": name, "times": 7, "of": 10, "worth": mean, **ends}


NO_WORTH = (worth("dropout", 0.01, -0.02, 0.04),)


def answer(
    side: str = "network",
    verdict: str | None = "undecided",
    ahead: float | None = 0.007,
    *,
    mean: float | None = 0.83,
    bare: tuple[float, str] = (0.04, "helps"),
    mixture: dict[str, float | None] | None = None,
    worths: tuple[dict[str, Any], ...] = NO_WORTH,
    seeds: int = 5,
    cut: float | None = None,
    **changes: Any,
) -> ModelAnswer:
    """The network has `mean`, and is `ahead` of the other model by so much."""

    def less(by: float | None) -> float | None:
        return None if mean is None or by is None else mean - by

    few = "too few" if verdict == "too few" else None
    parts = [
        compared("answer", mean if side == "network" else less(ahead), None, few),
        compared("network", mean, None, few),
        compared("other", less(ahead), ahead, verdict),
        compared("unregularized", less(bare[0]), mean and bare[0], few or bare[1]),
        compared("plain", less(0.05), mean and 0.05, few or "helps"),
    ]
    for one in parts[:2]:
        one["verdict"] = None
    found = {
        **{"problem": "mine", "title": "Mine", "metric": "accuracy", "confidence": 0.95},
        **{"repeats": 10, "train_rows": 537, "rows": 768, "sizes": {"trials": 24}},
        **{"trials": 264, "pruned": 100, "side": side, "times": 6},
        "held_out": {"network": 0.84, "other": 0.82},
        "network": {"mixture": MIXTURE if mixture is None else mixture, "seeds": seeds, "cut": cut},
        "other": {
            **{"model": "SVC", "block": {"type": "sklearn.svm.SVC", "grid": {"C": [1, 10]}}},
            **{"setting": {"C": 10}, "cut": cut},
        },
        "compared": {one["what"]: one for one in parts},
        "worths": list(worths),
        **changes,
    }
    return ModelAnswer.model_validate(found)


def said(*given: Any, **changes: Any) -> str:
    return sentences(answer(*given, **changes), PARTS)[0]


def further(*given: Any, **changes: Any) -> str:
    return " ".join(sentences(answer(*given, **changes), PARTS)[1:])


def test_a_network_is_told_with_what_is_in_it_and_what_the_other_side_does() -> None:
    assert said() == (
        "Use this network: cosine schedule; L2 weight penalty 0.003; the mean of 5 such. Accuracy "
        "0.830 (95% interval 0.750 to 0.910) is to be expected on new rows of the same kind. The "
        "best other model of each split, chosen in the same way, may do as well: 0.823 against "
        "0.830, worse by 0.7 points [-1.3, 2.7], undecided. Without regularization, the best "
        "network of each split does worse: 0.790, worse by 4.0 points [2.0, 6.0]."
    )


def test_what_a_random_split_of_dates_does_not_tell_is_said() -> None:
    told = said(dated="my month")
    assert "though 'my month' is a date: if later rows are to be predicted, that flatters" in told
    assert "--time 'my month' splits in time." in told
    assert "flatters" not in said()


def test_another_model_is_told_and_the_network_from_its_side() -> None:
    assert said("other", ahead=-0.012, verdict="hurts").startswith(
        "Use SVC (C 10). Accuracy 0.842 (95% interval 0.762 to 0.922) is to be expected on new "
        "rows of the same kind. A network, searched for in the same way, does worse: 0.830 against "
        "0.842, worse by 1.2 points [-0.8, 3.2]. Without regularization, the best network of "
        "each split does "
    )


DOES = {  # a verdict on the network: what the other model does beside it, and the network itself
    "helps": ("does worse: ", "does better: "),
    "helps, too little to matter": (
        "does worse, too little to matter: ",
        "does better, too little to matter: ",
    ),
    "no difference that matters": ("does as well: ", "does as well: "),
    "undecided": ("may do as well: ", "may do better: "),
    "too few": (
        "has 0.823 against 0.830, worse by 0.7 points; what of that",
        "has 0.830 against 0.823, better by 0.7",
    ),
    "hurts, too little to matter": (
        "does better, too little to matter: ",
        "does worse, too little to matter: ",
    ),
    "hurts": ("does better: ", "does worse: "),
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_is_told_from_both_sides(verdict: str) -> None:
    other, network = DOES[verdict]
    assert f"chosen in the same way, {other}" in said("network", verdict)
    assert f"searched for in the same way, {network}" in said("other", verdict)


def test_what_is_undecided_may_be_the_better_one() -> None:
    behind = said("network", "undecided", -0.01)
    assert (
        "may do better: 0.840 against 0.830, better by 1.0 points [-1.0, 3.0], undecided." in behind
    )


def test_of_an_error_less_is_better() -> None:
    error = {"metric": "log_loss", "mean": 0.4, "bare": (-0.05, "helps")}
    lower = said("network", "helps", -0.03, **error)
    assert "Log loss 0.400 (95% interval" in lower
    assert "does worse: 0.430 against 0.400, worse by 0.030 [0.010, 0.050]." in lower
    assert "does worse: 0.450, worse by 0.050 [0.030, 0.070]." in lower
    assert "does better: 0.400 against 0.430, better by 0.030 [" in said(
        "other", "helps", -0.03, **error
    )
    squares = said("network", "hurts", 0.03, **(error | {"metric": "mse"}))
    assert "Squared error 400.00 thousandths (95% interval 320.00 to 480.00) is" in squares
    assert "deviations" not in squares
    own = said("network", "hurts", 0.03, **(error | {"metric": "mse", "standardised": True}))
    assert "of the same kind: its root is 0.63 standard deviations of the target." in own
    mean = said("network", "hurts", 0.03, **(error | {"metric": "mae", "standardised": True}))
    assert "of the same kind, in standard deviations of the target." in mean
    by = "370.00 thousandths against 400.00 thousandths, better by 30.00 thousandths [10.00, 50.00]"
    assert f"does better: {by}" in squares


def test_a_difference_of_rounding_is_none() -> None:
    same = said("network", "no difference that matters", 1e-17)
    assert "does as well: 0.830 against 0.830, the same on average [-2.0, 2.0]." in same


def test_too_few_splits_have_no_interval() -> None:
    few = said("network", "too few", repeats=3)
    assert "Accuracy 0.830, without an interval (too few splits), is to be expected" in few
    untold = said("network", "too few", repeats=10)  # nor are there any of differences
    assert "Accuracy 0.830, without an interval, is" in untold
    equal = answer().model_dump()
    equal["compared"]["answer"] |= {"mean_ci_low": None, "mean_ci_high": None}
    (first, *_) = sentences(ModelAnswer.model_validate(equal), PARTS)
    assert "without an interval (equal in all splits), is to be expected" in first
    assert "(Only 3 splits: too few to rely on.)" in few and "[" not in few
    assert few.count("what of that is luck can't be told from these splits.") == 2
    assert "Only" not in said() and "Only 9 splits" in said(repeats=9)
    nothing = (worth("dropout", 0.02, None, None),)
    assert "is worth can't be told from these splits" in further(worths=nothing)


def test_a_score_that_is_not_defined_is_told_in_words() -> None:
    undefined = said("network", "undecided", None, metric="r2", mean=None)
    assert "The test R² isn't defined in each of 10 splits, and so has no mean." in undefined
    assert "of each split, chosen in the same way, can't be judged, as test R² isn't" in undefined
    missing = answer("network", "undecided", None, metric="r2", mean=None)
    assert finding(missing) == "Mine: use a network" and "nan" not in str(labels(missing))


def test_a_network_without_regularizers_is_told_as_such() -> None:
    cosine = said(mixture={"cosine": None}, seeds=1)
    assert cosine.startswith("Use this network: cosine schedule; no regularizer is added. Acc")
    plain = said(mixture={})
    assert plain.startswith(
        "Use networks as they are: no regularizer is added; the mean of 5 such. Accuracy"
    )
    assert "regularizer" not in said(mixture={"dropout": 0.2})
    assert "Use this network: Dropout 0.2. Acc" in said(mixture={"dropout": 0.2}, seeds=1)


def test_only_what_surely_matters_is_named() -> None:
    none = "What leaving out any one regularizer costs is too uncertain to tell."
    assert none in further()
    parts = (
        worth("dropout", 0.02, 0.01, 0.03),
        worth("hostile", 0.01, -0.01, 0.03),
        worth("weight_l2", -0.03, -0.05, -0.01),
    )
    told = further(worths=parts)
    assert "The best networks lose without Dropout (2.0 points on average, in 7 of 10 spl" in told
    assert "They gain without L2 weight penalty (3.0 points on average" in told
    assert none not in told and "img" not in told
    assert "They gain" not in further(worths=parts[:2])
    many = tuple(worth("dropout", 0.02, 0.01, 0.03) for _ in range(5))
    assert further(worths=many).count("Dropout (2.0") == 3


def test_where_nothing_was_regularized_there_is_nothing_to_compare() -> None:
    assert "Without regularization" not in said(worths=())
    assert "No regularizer is in the best network of any split." in further(worths=())


def test_what_it_rests_on_is_told() -> None:
    told = further()
    assert (
        "the network as it is does worse: 0.780 against 0.830, worse by 5.0 points [3.0, 7.0]."
        in told
    )
    assert "the network was the better side in 6 of 10 splits. By those of all splits" in told
    assert "it has 0.840, and the best other model" in told and "that is SVC (C 10)." in told
    assert "of models trained on 537 of 768 rows" in told and "trained on all 768." in told


def test_where_a_class_is_said_is_told_if_it_was_chosen() -> None:
    assert "is said from a probability of 0.31 on" in further(cut=0.31)
    assert "is said from" not in further()


def test_a_finding_tells_the_side_and_how_the_other_one_does() -> None:
    helps = answer("network", "helps")
    assert finding(helps) == (
        "Mine: use a network, accuracy 0.830; the best other model does worse"
    )
    assert finding(answer("other", "hurts")) == (
        "Mine: use SVC, accuracy 0.823; a network does worse"
    )
    assert "beside the same with it" in labels(helps)["unregularized"]
    assert "worse by 0.7 points [−1.3, 2.7] beside the best network" in labels(helps)["other"]


def networks(metric: str = "accuracy") -> pd.DataFrame:
    row = {"variant": "winner", "seeds": 1, "cut": None, f"validation_{metric}": 0.8}
    rows = [
        {**row, "protocol": "fresh", "repeat": 0, "mixture": MIXTURE, f"test_{metric}": 0.81},
        {**row, "protocol": "fresh", "repeat": 0, "variant": "plain", "mixture": {}},
        {**row, "protocol": "fresh", "repeat": 1, "mixture": {}, "seeds": 5, "cut": 0.25},
        {**row, "protocol": "whole", "repeat": 0, "mixture": {"dropout": 0.2}},
    ]
    return pd.DataFrame([{**one, "mixture": json.dumps(one["mixture"])} for one in rows])


def others(metric: str = "accuracy") -> pd.DataFrame:
    row = {"setting": '{"C": 10}', "cut": None, "won": True, "model": "SVC"}
    rows = [
        {**row, "protocol": "fresh", "repeat": 0, f"test_{metric}": 0.7},
        {**row, "protocol": "fresh", "repeat": 1, "model": HOSTILE},
        {**row, "protocol": "fresh", "repeat": 1, "won": False},
        {**row, "protocol": "whole", "repeat": 0},
    ]
    return pd.DataFrame(rows)


SIDES = pd.DataFrame(
    {
        **{"protocol": ["fresh", "fresh", "whole"], "repeat": [0, 1, 0]},
        **{"network": [0.91, 0.92, 0.93], "other": [0.61, 0.62, 0.63]},
        "side": ["network", "other", "network"],
    }
)
CALIBRATION = Calibration(
    temperature=1.3, rows=1234, brier=0.16, brier_tempered=0.15, ece=0.05, ece_tempered=0.02
)


def story(told: ModelAnswer, calibration: Calibration | None = CALIBRATION, **parts: Any) -> Any:
    drawn = ["answer", "diagnosis", "importance", *(["reliability"] if calibration else [])]
    means = {"SVC": (0.82, 0.8, 0.84), HOSTILE: (0.9, None, None)}
    found = {
        "answer": told,
        "diagnosis": diagnosed(fits()),
        "examined": Examined(calibration=calibration, columns=[]),
        **{"parts": PARTS, "networks": networks(), "others": others(), "sides": SIDES},
        "models": {
            name: Mean.model_validate({"mean": mean, "ci_low": low, "ci_high": high})
            for name, (mean, low, high) in means.items()
        },
        **{"block": f"# {HOSTILE}", "code": "import keras", "origin": ORIGIN},
        "pictures": {f"{name}_plot": picture() for name in drawn},
    }
    return AnswerStory(**(found | parts))


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_its_page_tells_the_answer_the_models_and_the_splits() -> None:
    told = answer(title=f"Mine {HOSTILE}")
    page = render_answer(story(told))
    text = text_of(page)
    assert "Which model should I use for Mine" in text
    assert "worse by 0.7 points [−1.3, 2.7], undecided" in text
    assert "it overfits by 19.0 points" in text  # the diagnosis
    other = "the best other model 0.823 [0.743, 0.903] worse by 0.7 points [−1.3, 2.7] ? undecided"
    assert other in text and "0.780 [0.700, 0.860] worse by 5.0 points [3.0, 7.0] ▼ worse" in text
    models = [
        text.index(row)
        for row in (" 0.900 none: equal in all splits", "SVC 1 of 10 0.820 [0.800, 0.8")
    ]
    assert models == sorted(models)
    assert "1 network cosine, weight_l2 0.003 0.910 0.810 SVC: C 10 0.610 0.700" in text
    assert "2 other model nothing; the mean of 5; second class from 0.25 on 0.920" in text
    assert "all rows network dropout 0.2 0.930 – SVC: C 10 0.630 –" in text
    assert "1,234 in all" in text and "they are 0.020 and 0.150" in text
    assert "In each of 10 splits, 24 mixtures" in text and "264 mixtures were tried" in text
    assert page.count("data:image/webp") == 4


def test_what_a_user_wrote_is_text_there_too() -> None:
    page = render_answer(story(answer(mixture={"hostile": None}, title=HOSTILE)))
    assert HOSTILE not in page and page.count(str(escape(HOSTILE))) >= 4


def test_only_classes_have_probabilities() -> None:
    page = render_answer(story(answer(), None))
    assert "probabilities hold" not in page and page.count("data:image/webp") == 3


def test_a_block_says_which_network_it_is_for() -> None:
    on = "already has this"
    assert f"{on}, which is no part of a technique" in text_of(render_answer(story(answer())))
    alone = render_answer(story(answer(mixture={"dropout": 0.2})))
    assert on not in alone and "conf/base/techniques.yml" in alone
    assert "a block of YAML" not in render_answer(story(answer(), block=""))


def test_the_terminal_tells_it_and_where_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(answer(), diagnosed(fits()), PARTS, "data/[b]/report.html")
    printed = capsys.readouterr().out
    told = " ".join(printed.split())
    assert told.index("it overfits by 19.0 points") < told.index("Use this network: cosine sch")
    assert told.index("Use this network") < told.index("mine: test accuracy, mean of 10 splits")
    assert "the network as it is 0.780 [0.700, 0.860] worse by 5.0 points worse" in told
    assert "trained on 537 of 768 rows" in told
    assert "All of it: data/[b]/report.html\n" in printed
    assert "kedro run --pipelines=mine_export\n" in printed
