"""A cocktail as one HTML file."""

from collections.abc import Mapping

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.report.cocktail import cocktail_sentence
from regpipe.report.shrink import shrink
from regpipe.report.templating import fill
from regpipe.report.views.cells import typeset
from regpipe.report.views.cocktail import best_of_each, ingredients, rivals
from regpipe.statistics.cocktail import CocktailAnswer


def render_cocktail(
    answer: CocktailAnswer,
    parts: pd.DataFrame,
    mixtures: pd.DataFrame,
    picture: bytes,
    titles: Mapping[str, str],
    block: str,
    code: str,
    version: str,
) -> str:
    """Return the page that tells a cocktail.

    Args:
        answer: its `summary.json`.
        parts: what each ingredient is worth.
        mixtures: a row per repeat and mixture.
        picture: PNG of what they are worth.
        titles: of the recipes, by their names.
        block: YAML of what most mixtures have in common.
        code: the same in plain Keras.
        version: of regpipe.
    """
    metric = answer.metric
    unit = METRICS[metric]
    return fill(
        "cocktail.html.j2",
        question=f"Which techniques help together on {answer.title}?",
        version=version,
        sentence=typeset(cocktail_sentence(answer)),
        rivals=rivals(answer),
        metric_name=unit.name,
        repeats=answer.repeats,
        sizes=answer.cocktail,
        confidence=f"{answer.confidence:.0%}",
        ingredients=ingredients(parts, titles, unit),
        picture=shrink(picture) if len(parts) else None,
        block=block,
        code=code,
        mixtures=best_of_each(mixtures, metric),
    )
