"""The answer of a cocktail in a few sentences."""

import math

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.views.cells import rivalry
from regpipe.statistics.cocktail import CocktailAnswer, Rival, Rivalled

TOLD = 3  # ingredients that are named
AGAINST: dict[Rivalled, str] = {
    "baseline": "the plain network",
    "single": "the best single technique",
}


def cocktail_sentence(answer: CocktailAnswer) -> str:
    """Return what the best mixtures give, and what is useful in them."""
    unit = METRICS[answer.metric]
    mean = answer.against["baseline"].test_mixture
    parts = [_against(answer.against[rival], unit, answer.confidence) for rival in AGAINST]
    return (
        f"The best of {answer.trials:,} mixtures on {answer.problem}, another in each of "
        f"{answer.repeats} repeats, have a test {unit.name} of "
        f"{unit.value(mean)}: {'; '.join(parts)}.{_useful(answer, unit)}"
    )


def _against(found: Rival, unit: Metric, confidence: float) -> str:
    interval = ""
    if not math.isnan(found.ci_low):
        low, high = (unit.end(end).lstrip("+") for end in (found.ci_low, found.ci_high))
        interval = f" ({confidence:.0%} interval {low} to {high})"
    return (
        f"{unit.signed(found.mean)}{unit.unit}{interval} over {AGAINST[found.against]}, "
        f"{rivalry(found.verdict)}"
    )


def _useful(answer: CocktailAnswer, unit: Metric) -> str:
    """Name the ingredients without which the mixtures surely lose something."""
    sure = [part for part in answer.ingredients if part.ci_low > 0][:TOLD]
    if not sure:
        return " What leaving out any one ingredient costs is too little to tell."
    named = ", ".join(
        f"{part.ingredient} ({unit.size(part.worth)}{unit.unit}, in {part.times} of {part.of})"
        for part in sure
    )
    return f" They lose most without {named}."
