"""What is said of a cocktail."""

import re
from typing import Any

import pandas as pd
import pytest
from markupsafe import escape

from regpipe.report.page import render_cocktail
from regpipe.report.terminal import show_cocktail
from regpipe.report.views.cocktail import cocktail_sentence
from regpipe.statistics.cocktail import CocktailAnswer
from tests.report.conftest import HOSTILE, ORIGIN, picture


def answer(*ingredients: dict[str, Any]) -> dict[str, Any]:
    found = {
        **{"metric": "accuracy", "pairs": 10, "p_better": 0.7, "p_value": 0.01},
        "repeats_needed": None,
        "mean": 0.012,
        "ci_low": 0.002,
        "ci_high": 0.022,
        "test_mixture": 0.95,
        "test_other": 0.94,
    }
    return {
        **{"problem": "mine", "metric": "accuracy", "repeats": 10, "trials": 400},
        **{"title": f"Mine {HOSTILE}", "pruned": 0, "cocktail": {"trials": 40}},
        "confidence": 0.95,
        "against": {
            "baseline": {**found, "against": "baseline", "verdict": "helps"},
            "single": {
                **found,
                "against": "single",
                "mean": -0.001,
                "ci_low": -0.01,
                "verdict": "undecided",
            },
        },
        "ingredients": list(ingredients),
    }


def part(name: str, worth: float, ci_low: float | None) -> dict[str, Any]:
    return {
        "ingredient": name,
        "worth": worth,
        "ci_low": ci_low,
        "ci_high": 1.0,
        "times": 7,
        "of": 10,
    }


def said_of(summary: dict[str, Any]) -> str:
    return cocktail_sentence(CocktailAnswer.model_validate(summary))


def test_it_is_told_against_both_rivals() -> None:
    said = said_of(answer())
    assert "test accuracy of 0.950" in said
    assert "+1.2 points (95% interval 0.2 to 2.2) over the plain network, better" in said
    assert "-0.1 points (95% interval -1.0 to 2.2) over the best single technique, un" in said


def test_a_rival_of_fewer_repeats_is_told_with_their_number() -> None:
    fewer = answer()
    fewer["against"]["single"] |= {"pairs": 6}
    assert "over the plain network, better; " in said_of(fewer)
    assert "over the best single technique, in 6 repeats, undecided" in said_of(fewer)
    page = rendered(fewer)
    assert "the best single technique, in 6 repeats</th>" in page


def test_a_score_that_is_not_defined_is_told_in_words() -> None:
    undefined = answer() | {"metric": "r2"}
    undefined["against"]["baseline"] |= {"test_mixture": None, "mean": None}
    assert said_of(undefined) == (
        "The best of 400 mixtures on mine, another in each of 10 repeats: the test R² isn't "
        "defined in each of them, and so has no mean."
    )


def test_too_few_repeats_have_no_interval() -> None:
    undecided = answer()
    undecided["against"]["baseline"] |= {"ci_low": None, "ci_high": None, "verdict": "too few"}
    assert "+1.2 points over the plain network, too few" in said_of(undecided)


def test_only_what_is_surely_useful_is_named() -> None:
    parts = part("dropout", 0.02, 0.01), part("mixup", 0.03, -0.01), part("l2", 0.01, None)
    assert "without dropout (2.0 points, in 7 of 10)." in said_of(answer(*parts))
    assert "too little to tell" in said_of(answer(*parts[1:]))


PARTS = (
    {**part("dropout", 0.02, 0.01), "ci_high": 0.03},
    {**part(HOSTILE, -0.01, None), "ci_high": None, "times": 1},
)
MIXTURES = pd.DataFrame(
    {
        **{"repeat": [1, 0, 0], "without": [None, None, "dropout"], "trials": 40, "pruned": 3},
        "mixture": ['{"dropout": 0.2, "batch_norm": null}', "{}", "{}"],
        **{"validation_accuracy": 0.9, "test_accuracy": [0.95, 0.94, 0.5]},
    }
)


def rendered(summary: dict[str, Any]) -> str:
    return render_cocktail(
        CocktailAnswer.model_validate(summary),
        MIXTURES,
        picture=picture(),
        titles={"dropout": "Dropout"},
        block=f"# {HOSTILE}",
        code="import keras",
        origin=ORIGIN,
    )


def test_its_page_tells_rivals_ingredients_and_the_best_of_each_repeat() -> None:
    page = rendered(answer(*PARTS))
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "the best single technique 0.950 0.940 −0.1 [−1.0, 2.2] points" in text
    assert "dropout Dropout 7 of 10 +2.0 [1.0, 3.0] points" in text
    assert "−1.0 in too few repeats" in text
    first, second = (
        text.index(said) for said in ("0.940 nothing", "0.950 dropout 0.2, batch_norm")
    )
    assert first < second and "0.500" not in text
    assert page.count("data:image/webp") == 1


def test_what_a_user_wrote_is_text_there_too() -> None:
    page = rendered(answer(*PARTS))
    assert HOSTILE not in page and str(escape(HOSTILE)) in page


def test_an_empty_mixture_has_a_page() -> None:
    page = rendered(answer())
    assert "nothing is in it" in page and "data:image/webp" not in page


def test_where_nothing_is_in_most_mixtures_there_is_no_technique(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rare = {**part("dropout", 0.02, 0.01), "times": 5}
    for summary, common in ((answer(rare), False), (answer({**rare, "times": 6}), True)):
        page = rendered(summary)
        show_cocktail(CocktailAnswer.model_validate(summary), "technique.yml", "report.html")
        told = capsys.readouterr().out
        assert ("import keras" in page) == ("technique.yml" in told) == common
        assert ("No recipe is in more than half" in page) == (not common)
        assert ("No recipe is in more than half" in told) == (not common)
