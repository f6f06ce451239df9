"""The answer of a cocktail in a few sentences."""

from typing import Any

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.views.cells import rivalry

Answer = dict[str, Any]
TOLD = 3  # ingredients that are named
AGAINST = {"baseline": "the plain network", "single": "the best single technique"}


def cocktail_sentence(answer: Answer) -> str:
    """Return what the best mixtures give, and what is useful in them."""
    unit = METRICS[answer["metric"]]
    means = answer["against"]["baseline"]
    parts = [_against(name, answer["against"][name], unit, answer) for name in AGAINST]
    return (
        f"The best of {answer['trials']:,} mixtures on {answer['problem']}, another in each of "
        f"{answer['repeats']} repeats, have a test {unit.name} of "
        f"{unit.value(means['test_mixture'])}: {'; '.join(parts)}.{_useful(answer, unit)}"
    )


def _against(name: str, found: Answer, unit: Metric, answer: Answer) -> str:
    interval = ""
    if found["ci_low"] is not None:
        low, high = (unit.end(found[end]).lstrip("+") for end in ("ci_low", "ci_high"))
        interval = f" ({answer['confidence']:.0%} interval {low} to {high})"
    return (
        f"{unit.signed(found['mean'])}{unit.unit}{interval} over {AGAINST[name]}, "
        f"{rivalry(found['verdict'])}"
    )


def _useful(answer: Answer, unit: Metric) -> str:
    """Name the ingredients without which the mixtures surely lose something."""
    sure = [part for part in answer["ingredients"] if (part["ci_low"] or 0) > 0][:TOLD]
    if not sure:
        return " What leaving out any one ingredient costs is too little to tell."
    named = ", ".join(
        f"{part['ingredient']} ({unit.size(part['worth'])}{unit.unit}, in {part['times']} of "
        f"{part['of']})"
        for part in sure
    )
    return f" They lose most without {named}."
