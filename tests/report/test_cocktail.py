"""What is said of a cocktail."""

from typing import Any

from regpipe.report.cocktail import cocktail_sentence


def answer(*ingredients: dict[str, Any]) -> dict[str, Any]:
    found = {"mean": 0.012, "ci_low": 0.002, "ci_high": 0.022, "test_mixture": 0.95}
    return {
        **{"problem": "mine", "metric": "accuracy", "repeats": 10, "trials": 400},
        "confidence": 0.95,
        "against": {
            "baseline": {**found, "verdict": "helps"},
            "single": {**found, "mean": -0.001, "ci_low": -0.01, "verdict": "undecided"},
        },
        "ingredients": list(ingredients),
    }


def part(name: str, worth: float, ci_low: float | None) -> dict[str, Any]:
    return {"ingredient": name, "worth": worth, "ci_low": ci_low, "times": 7, "of": 10}


def test_it_is_told_against_both_rivals() -> None:
    said = cocktail_sentence(answer())
    assert "test accuracy of 0.950" in said
    assert "+1.2 points (95% interval 0.2 to 2.2) over the plain network, better" in said
    assert "-0.1 points (95% interval -1.0 to 2.2) over the best single technique, un" in said


def test_only_what_is_surely_useful_is_named() -> None:
    parts = part("dropout", 0.02, 0.01), part("mixup", 0.03, -0.01), part("l2", 0.01, None)
    assert "without dropout (2.0 points, in 7 of 10)." in cocktail_sentence(answer(*parts))
    assert "too little to tell" in cocktail_sentence(answer(*parts[1:]))
