"""What the page's script needs to judge anew: the pairs, and how they were judged."""

import math
from collections.abc import Iterable
from typing import Any

from regpipe.language.metrics import Metric
from regpipe.report.study import Story
from regpipe.report.views.cells import MARKS
from regpipe.report.views.families import FATES, fate
from regpipe.statistics.answer import Answer
from regpipe.statistics.intervals import FEWEST
from regpipe.statistics.verdicts import VERDICTS

DIGITS = 7  # of a difference


def asked(stories: Iterable[Story]) -> dict[str, Any]:
    """Return pairs, metrics and problems, as JSON can hold them.

    Returns:
        `fewest`: pairs, below which there is no verdict; `confidence`: of all intervals of a
        technique together; `verdicts`, the better first: their marks, and which fate of
        `families` they are; `metrics`, by their names: how they are written, see
        `language.metrics`; `techniques`, by their names: `title`, `problem`, `leak`, `rows` (what a
        repeat is called), `metric`, `smallest` difference of interest, `level` (the confidence of
        the interval, see `plan`), `overlap` of the pairs, `told`, their mean as it is written, and
        `pairs`: technique minus baseline in each repeat, null where that is no number.
    """
    answers = [story.answer for story in stories]
    metrics = {answer.metric: _metric(answer.unit) for answer in answers}
    techniques = {answer.technique: _technique(answer) for answer in answers}
    confidence = answers[0].run.statistics.confidence
    verdicts = {
        verdict: {"mark": MARKS[verdict], "fate": FATES.index(fate(verdict))}
        for verdict in VERDICTS
    }
    told = {"verdicts": verdicts, "metrics": metrics, "techniques": techniques}
    return {"fewest": FEWEST, "confidence": confidence, **told}


def _technique(answer: Answer) -> dict[str, Any]:
    gain, fresh = answer.gain, answer.fresh
    overlap = 0.0 if math.isnan(gain.overlap) else gain.overlap
    confidence = answer.run.statistics.confidence
    known = gain.pairs >= FEWEST and math.isfinite(overlap)
    level = fresh.plan.confidence(gain.pairs, confidence, overlap) if known else confidence
    return {
        "title": answer.title,
        "problem": answer.problem,
        "leak": answer.leak,
        "rows": fresh.draws.several,
        "metric": answer.metric,
        "smallest": answer.smallest_difference,
        "level": level,
        "overlap": overlap if math.isfinite(overlap) else None,
        "told": answer.unit.signed(gain.mean),
        "pairs": [
            float(f"{pair:.{DIGITS}g}") if math.isfinite(pair) else None for pair in fresh.by_repeat
        ],
    }


def _metric(unit: Metric) -> dict[str, Any]:
    most = unit.highest - unit.lowest
    return {
        "name": unit.name,
        "better": 1 if unit.higher_is_better else -1,
        "scale": unit.scale,
        "places": unit.places,
        "unit": unit.unit.strip() or unit.name,
        "most": most if math.isfinite(most) else None,
    }
