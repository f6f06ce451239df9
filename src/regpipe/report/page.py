"""A study, a screen, a cocktail or an answer, each as one HTML file."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS, typeset
from regpipe.provenance.origin import Origin
from regpipe.report.diagnosis import paragraph
from regpipe.report.sentence import percent, span
from regpipe.report.shrink import shrink, shrink_all
from regpipe.report.study import Study
from regpipe.report.templating import fill
from regpipe.report.views import answer as answers
from regpipe.report.views.answer_rows import chosen_rows, compared_rows, model_rows
from regpipe.report.views.asked import asked
from regpipe.report.views.board import COLUMNS, DOWNWARDS, board
from regpipe.report.views.cells import VERDICTS
from regpipe.report.views.claims import claims
from regpipe.report.views.cocktail import (
    best_of_each,
    cocktail_sentence,
    have_common,
    recipe_worths,
    rivals,
)
from regpipe.report.views.families import FATES, families
from regpipe.report.views.headline import headline
from regpipe.report.views.mechanisms import mechanisms, told
from regpipe.report.views.screening import references, sentences, tuned
from regpipe.report.views.setup import setup
from regpipe.report.views.technique import ROWS
from regpipe.report.views.variance import variance
from regpipe.statistics.cocktail import CocktailAnswer
from regpipe.statistics.diagnosis import Diagnosis
from regpipe.statistics.examined import Examined
from regpipe.statistics.summary import Mean
from regpipe.statistics.winners import ModelAnswer


def render(study: Study, origin: Origin) -> str:
    """Return the page about a study; those about its techniques: `technique_page`."""
    return fill("report.html.j2", question=question_of(study), origin=origin, **_content(study))


def render_cocktail(
    answer: CocktailAnswer,
    mixtures: pd.DataFrame,
    *,
    picture: bytes,
    titles: Mapping[str, str],
    block: str,
    code: str,
    origin: Origin,
) -> str:
    """Return the page about a cocktail.

    Args:
        answer: its `summary.json`.
        mixtures: a row per repeat and mixture.
        picture: PNG of what they are worth.
        titles: of the recipes, by their names.
        block: YAML of what most mixtures have in common.
        code: the same in plain Keras.
        origin: of the page.
    """
    metric = answer.metric
    unit = METRICS[metric]
    return fill(
        "cocktail.html.j2",
        question=f"Which techniques help together on {answer.title}?",
        origin=origin,
        sentence=typeset(cocktail_sentence(answer)),
        rivals=rivals(answer),
        metric_name=unit.values,
        repeats=answer.repeats,
        sizes=answer.cocktail,
        confidence=percent(answer.confidence),
        worths=recipe_worths(answer, titles),
        picture=shrink(picture) if answer.ingredients else None,
        block=block if have_common(answer) else None,
        code=code,
        mixtures=best_of_each(mixtures, metric),
    )


@dataclass(frozen=True)
class AnswerStory:
    """What the page tells of an answer.

    Attributes:
        answer: which model to use.
        diagnosis: what the network is like as it is.
        examined: how well probabilities hold, and what columns are worth.
        parts: recipes and foundations that were searched among, by their names.
        networks: a row per repeat and variant of its best network.
        others: a row per repeat and other model.
        sides: what both sides have on held-out rows of each repeat.
        models: the means of the other models on test rows, by their names.
        block: YAML of the chosen network's regularizers; "" where it has none.
        code: plain code that makes the model.
        pictures: PNG: answer_plot, diagnosis_plot, importance_plot, and of classes
            reliability_plot.
        origin: of the page.
    """

    answer: ModelAnswer
    diagnosis: Diagnosis
    examined: Examined
    parts: answers.Parts
    networks: pd.DataFrame
    others: pd.DataFrame
    sides: pd.DataFrame
    models: Mapping[str, Mean]
    block: str
    code: str
    pictures: Mapping[str, bytes]
    origin: Origin


def render_answer(story: AnswerStory) -> str:
    """Return the page about an answer."""
    answer, calibration = story.answer, story.examined.calibration
    return fill(
        "model_answer.html.j2",
        question=f"Which model should I use for {answer.title}?",
        origin=story.origin,
        sentences=[typeset(said) for said in answers.sentences(answer, story.parts)],
        diagnosis=typeset(paragraph(story.diagnosis)),
        compared=compared_rows(answer),
        models=model_rows(answer, story.models, story.others),
        chosen=chosen_rows(answer, story.networks, story.others, story.sides),
        calibrated=answers.calibrated(calibration) if calibration else "",
        stands_on=answers.stands_on(answer, story.parts),
        answer=answer,
        metric_name=METRICS[answer.metric].values,
        confidence=percent(answer.confidence),
        block=story.block,
        code=story.code,
        pictures=shrink_all(story.pictures),
    )


def _content(study: Study) -> dict[str, object]:
    """Return everything that the templates put into place."""
    rows_of = {story.answer.problem: story.pictures.get(ROWS) for story in study.stories.values()}
    answer = headline(study.leaderboard, study.claims)
    return {
        "notices": answer.notices,
        "sentences": answer.sentences,
        "more": [*answer.more, *_further(study)],
        "fates": FATES,
        "families": families(study.leaderboard),
        "claims": claims(study.claims, study.stories),
        "mechanisms": mechanisms(study.mechanisms),
        "columns": COLUMNS,
        "downwards": DOWNWARDS,
        "rows": board(study),
        "verdicts": VERDICTS,
        "problems": study.problems,
        "variance": variance(study.variance),
        "samples": shrink_all({problem: png for problem, png in rows_of.items() if png}),
        "setup": setup(study.stories.values()),
        "pictures": shrink_all(study.pictures),
        "linked": set(study.stories),
        "asked": asked(study.stories.values()),
        **_shared(study),
        **_screened(study),
    }


def _further(study: Study) -> list[str]:
    """Return what only a screen tells, or what only the study tells."""
    texts = sentences(study.screening) if study.screening else [told(study.mechanisms)]
    return [text for text in texts if text]


def question_of(study: Study) -> str:
    """Return what the page is about."""
    if study.screening is None:
        return "Which regularization technique helps a small data set, and is the gain real?"
    return f"Which regularization technique helps on {', '.join(study.problems.values())}?"


def _screened(study: Study) -> dict[str, object]:
    """Return what only a screen has."""
    if study.screening is None:
        return {"tuning": [], "references": [], "metric_name": ""}
    return {
        "tuning": tuned(study.screening),
        "compared": int(study.screening.tuning["compared"].min()),
        "references": references(study.screening),
        "tried": int(study.screening.references["repeats"].max()),
        "metric_name": METRICS[study.leaderboard["metric"].iloc[0]].values,
    }


def _shared(study: Study) -> dict[str, object]:
    """Return what holds for all of the study: confidence, and the numbers of repeats."""
    stories = list(study.stories.values())
    run = stories[0].answer.run
    seeds = {story.answer.fixed.repeats for story in stories}
    return {
        "confidence": percent(run.statistics.confidence),
        "seeds": span(seeds),
        "draws": span(study.leaderboard["repeats"]),
    }
