"""What the pictures of a technique show, for those who see them and for those who don't."""

import math
from collections.abc import Mapping

from regpipe.statistics.answer import ROLES, Answer

ROWS = "samples"  # shows the problem's rows, and is shown once for all of its techniques
CAPTIONS = {
    "paired_differences": (
        "Technique minus baseline, a dot per repeat. Both of a pair share rows, split and, "
        "wherever they share layers, initial weights."
    ),
    "learning_curves": (
        "Mean over repeats, and the band that holds the middle 80% of them. A fit that has ended "
        "counts on with the numbers of the weights that it keeps."
    ),
    "decision_boundary": "What the networks of all repeats say about each point, on average.",
    "confusion": "Which class is taken for which, in percent of the true class's rows.",
    "predicted_true": "Predictions against the truth, on test rows.",
    "reconstructions": "Rows, some with noise, and what comes back from their codes.",
    "weight_norms": "How large the weights of each layer are at the end, a dot per fit.",
    "grid": "Each value of its strength, and how often validation rows chose it.",
}


def in_order(pictures: Mapping[str, bytes]) -> list[str]:
    """Return the names of a technique's own pictures, known ones first."""
    own = [name for name in pictures if name != ROWS]
    return [*(name for name in CAPTIONS if name in own), *(n for n in own if n not in CAPTIONS)]


def named(picture: str) -> str:
    """Return what a picture is called in a sentence."""
    return picture.replace("_", " ")


def alternative(picture: str, answer: Answer) -> str:
    """Return what the picture would tell somebody who can't see it."""
    title = f"{answer.title} on {answer.problem}: {named(picture)}."
    told = {
        "paired_differences": _differences,
        "learning_curves": _epochs,
        "weight_norms": _arms,
        "decision_boundary": _arms,
        "confusion": _arms,
        "predicted_true": _arms,
        "reconstructions": _arms,
    }.get(picture)
    return f"{title} {told(answer)}" if told else title


def _differences(answer: Answer) -> str:
    unit, gain, rows = answer.unit, answer.gain, answer.fresh.draws.fresh
    wins = f"better in {gain.wins} of {answer.fresh.repeats}"
    if math.isnan(gain.mean):
        return f"On {rows} {wins}; a score is no number, so that there is no mean."
    mean = f"{unit.signed(gain.mean)}{unit.unit}"
    if not math.isnan(gain.ci_low):
        mean += f", interval {unit.end(gain.ci_low)} to {unit.end(gain.ci_high)}"
    return f"Mean difference of {unit.name} on {rows} {mean}, {wins}."


def _epochs(answer: Answer) -> str:
    unit, rows = answer.unit, answer.fresh.draws.fresh
    ends = [
        f"{role} {unit.value(found['train'].mean)} on train and "
        f"{unit.value(found['test'].mean)} on test rows"
        for role in ROLES
        for found in [answer.fresh.of(role)]
    ]
    return f"Loss and metric over the epochs. On {rows}, {unit.name} ends at: {'; '.join(ends)}."


def _arms(answer: Answer) -> str:
    draws = answer.fresh.draws
    return f"Baseline and technique side by side, on the {draws.fixed} and on {draws.fresh}."
