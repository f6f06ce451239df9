"""What a problem's network is like before anything is changed, in a few sentences."""

import math
from collections.abc import Callable

from regpipe.language.metrics import Metric
from regpipe.report.sentence import percent, several, undefined
from regpipe.statistics.diagnosis import Diagnosis
from regpipe.statistics.summary import Mean

HARDLY = 0.1  # a share of the variance


def paragraph(diagnosis: Diagnosis) -> str:
    """Return what a newcomer should know before anything is tried, in three or four sentences."""
    if diagnosis.state == "unknown":
        what = undefined(diagnosis.unit, several(diagnosis.repeats, "repeat"))
        return f"Nothing can be told of the network as it is: {what}.{_diverged(diagnosis)}"
    parts = (_scores, _rows, _luck, _regularization, _diverged)
    return "".join(part(diagnosis) for part in parts)


def finding(diagnosis: Diagnosis) -> str:
    """Return in a few words whether it overfits, to go on from `the network`."""
    unit = diagnosis.unit
    return {
        "overfits": f"overfits by {_amount(unit, diagnosis.gap)}",
        "done": "is about as good as can be, on both",
        "open": f"does not overfit, by its {unit.name}",
        "unknown": f"can't be judged: test {unit.name} isn't always defined",
    }[diagnosis.state]


def _scores(diagnosis: Diagnosis) -> str:
    unit, test = diagnosis.unit, diagnosis.test
    scaled = f" (in{unit.unit})" if unit.value_scale != 1 else ""
    interval = _interval(diagnosis, test, unit.value)
    return (
        f"Over {several(diagnosis.repeats, 'repeat')}, the network as it is has {unit.name} "
        f"{unit.value(diagnosis.train)}{scaled} on the rows trained on and "
        f"{unit.value(test.mean)}{interval} on others: it {finding(diagnosis)}.{_guess(diagnosis)}"
    )


def _guess(diagnosis: Diagnosis) -> str:
    """Say where the scale begins: nobody knows the unit of an error by heart."""
    if math.isnan(diagnosis.guess):
        return ""
    guess = diagnosis.unit.value(diagnosis.guess)
    return f" A constant guess, which uses no column, has {guess} on those others."


def _interval(diagnosis: Diagnosis, mean: Mean, written: Callable[[float], str]) -> str:
    """Return an interval in brackets, nothing where there is none."""
    if math.isnan(mean.ci_low):
        return ""
    ends = f"{written(mean.ci_low)} to {written(mean.ci_high)}"
    return f" ({percent(diagnosis.confidence)} interval {ends})"


def _amount(unit: Metric, difference: float) -> str:
    """Return a difference without its sign; one without a unit has the metric's name.

    >>> from regpipe.language.metrics import METRICS
    >>> _amount(METRICS["accuracy"], 0.18), _amount(METRICS["r2"], 0.4)
    ('18.0 points', '0.40 R²')
    """
    return f"{unit.size(difference)}{unit.unit or f' {unit.name}'}"


def _rows(diagnosis: Diagnosis) -> str:
    last, unit = diagnosis.last_doubling, diagnosis.unit
    if diagnosis.doubled is not None:
        return f" Twice the rows would make it better by about {_amount(unit, diagnosis.doubled)}."
    if math.isnan(last.mean):
        return ""
    few = " of too few repeats" if math.isnan(last.ci_low) else ""
    return (
        f" What twice the rows would give can't be told: the gain of all rows over half of them is "
        f"{unit.signed(last.mean)}{unit.unit}{few}{_interval(diagnosis, last, unit.end)}."
    )


def _luck(diagnosis: Diagnosis) -> str:
    noise = diagnosis.noise
    if math.isnan(noise.seeds):
        return ""
    sd, ends = _amount(diagnosis.unit, noise.sd), (noise.seeds_low, noise.seeds_high)
    interval = f"{percent(diagnosis.confidence)} interval {ends[0]:.0%} to {ends[1]:.0%}"
    hardly = "so averaging seeds can hardly make it smaller"
    so = hardly if noise.seeds < HARDLY else "which averaging seeds takes away"
    luck = f" Of the luck in a score (a standard deviation of {sd})"
    if noise.rows == 0:  # an estimate below 0, which was cut
        return f"{luck}, none was seen to be up to which rows: it is the seed's ({interval}), {so}."
    return (
        f"{luck}, {noise.rows:.0%} is up to which rows, and {noise.seeds:.0%} ({interval}) to the "
        f"seed, {so}."
    )


def _regularization(diagnosis: Diagnosis) -> str:
    if diagnosis.state == "overfits":
        most = _amount(diagnosis.unit, diagnosis.at_most)
        return (
            f" Regularization can give at most about what it overfits by, {most}; in practice a "
            "part of it."
        )
    if diagnosis.state == "done":
        return " There is nothing to regularize."
    return (
        " So there is nothing to regularize: either it underfits, which a larger network or more "
        "epochs would show, or the rows tell no more. From these scores, which of the two is so "
        "can't be told."
    )


def _diverged(diagnosis: Diagnosis) -> str:
    if not diagnosis.diverged:
        return ""
    return (
        f" {several(diagnosis.diverged, 'fit')} diverged, scored as a constant guess would be: a "
        "smaller learning rate may help more than anything else."
    )
