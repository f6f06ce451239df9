"""What a technique, and what a grid gives, in a sentence or two for a newcomer."""

import math
from collections.abc import Iterable

from regpipe.language.blocks import Side
from regpipe.language.metrics import METRICS, Metric
from regpipe.language.tasks import CODE_SCORES
from regpipe.rows.draws import DRAWN, IN_TIME, ONE, SPLIT
from regpipe.statistics.answer import Answer
from regpipe.statistics.grid import Choice
from regpipe.statistics.intervals import FEW_REPEATS
from regpipe.statistics.judging import (
    NOT_COMPARABLE,
    NOT_CONTRADICTED,
    NOT_REPRODUCED,
    STAND_IN,
    reproduction,
)
from regpipe.statistics.paired import Comparison
from regpipe.statistics.summary import Mean
from regpipe.statistics.verdicts import SAME, direction


def sentence(answer: Answer) -> str:
    """Return what a newcomer should take away, in one or two sentences."""
    fresh, gain, unit = answer.fresh, answer.gain, answer.unit
    ties = f", equal in {gain.ties}" if gain.ties else ""
    moved = ""
    if not math.isnan(gain.mean):
        confidence = percent(answer.run.statistics.confidence)
        interval = _interval(gain, unit, f"{confidence} interval ")
        moved = f"test {unit.name} {_movement(gain.mean, unit)}{interval}, and "
    return (
        f"{_verdict(answer)}: over {answer.counted}, {moved}it was better in "
        f"{gain.wins} of them{ties}.{_stopped(answer)}{_loss(answer)}{_code(answer)}"
        f"{_guess(answer)}{_divergence(answer)}{_claim(answer)}{_leak(answer)}{_asked_before(answer)}"
        f"{_way_on(answer)}"
        f"{'' if fresh.verdict == 'too few' else caveat(fresh.repeats, fresh.draws.several)}"
    )


def _verdict(answer: Answer) -> str:
    name = f"{answer.title} ({answer.technique})"
    fresh, verdict, problem = answer.fresh, answer.fresh.verdict, answer.problem
    if verdict == "too few":
        of = ONE.rows if fresh.draws is ONE else f"{fresh.repeats} {fresh.draws.several}"
        return f"Whether {name} helps on {problem} can't be told from {of}"
    if verdict == "undecided":
        hardly = fresh.draws in (SPLIT, IN_TIME) and fresh.repeats_needed is None
        tell = f", and more {fresh.draws.several} of these rows would hardly tell" if hardly else ""
        return f"Whether {name} helps on {problem} is undecided{tell}"
    if verdict == SAME:
        return f"{name} makes no difference that matters on {problem}"
    word, comma, trifle = verdict.partition(",")
    return f"{name} {word} on {problem}{comma}{trifle}"


def _movement(mean: float, unit: Metric) -> str:
    size = unit.size(mean)
    if not size.strip("0."):
        return "stayed the same on average"
    return f"{'rose' if mean > 0 else 'fell'} by {size}{unit.unit} on average"


def _guess(answer: Answer) -> str:
    """Say so where a gain is nothing but the way to a guess that any network could make."""
    if not answer.hardly_beats_guess:
        return ""
    guess = answer.unit.written(answer.fresh.guess)
    than = "Hardly" if answer.over_guess > 0 else "No"
    return f" {than} better than a constant guess, which ignores all inputs: that has {guess}."


def _divergence(answer: Answer) -> str:
    diverged = sum(sum(part.diverged.values()) for part in (answer.fixed, answer.fresh))
    if not diverged:
        return ""
    they = "1 fit diverged; it is" if diverged == 1 else f"{diverged} fits diverged; they are"
    return f" {they} scored as a constant guess would be."


def _stopped(answer: Answer) -> str:
    """Return the size without what stopping early adds, where it did and that is to be seen."""
    fresh, gain, unit = answer.fresh, answer.gain, answer.unit
    analyses = fresh.plan.analyses
    early = analyses is not None and fresh.repeats < analyses[-1]
    if not early or not direction(fresh.verdict) or unit.size(fresh.size) == unit.size(gain.mean):
        return ""
    return f" Without the luck of stopping early, it {_movement(fresh.size, unit)}."


def _asked_before(answer: Answer) -> str:
    """Say why an interval is wider than that of a question that is asked once."""
    asked = answer.fresh.plan.asked
    if not asked or answer.fresh.verdict == "too few":
        return ""
    times = "once" if asked == 1 else f"{asked} times"
    return (
        f" The same was asked {times} before, with other repeats or seeds: intervals are wider, so "
        "that all of them hold together."
    )


def _way_on(answer: Answer) -> str:
    """Say how many repeats would decide it."""
    fresh = answer.fresh
    if fresh.verdict != "undecided" or fresh.repeats_needed is None or answer.run.is_screen:
        return ""
    return (
        f" A verdict takes about {fresh.repeats_needed:,} {fresh.draws.several} in all: --params "
        f"protocol.fresh.repeats={fresh.repeats_needed}. That is to ask again, which is remembered."
    )


def _loss(answer: Answer) -> str:
    """Report the loss where its verdict isn't the accuracy's, or where rows are stand-ins."""
    loss, fixed = answer.fresh.difference["loss"], answer.fixed
    if fixed.stand_in and fixed.published and not math.isnan(loss.ci_low):
        interval = f"[{loss.ci_low:+.2g}, {loss.ci_high:+.2g}]"
        return f" Its test loss changes by {loss.mean:+.2g} {interval}."
    verdict = loss.verdict or ""
    if direction(verdict) in {None, direction(answer.fresh.verdict)}:
        return ""
    movement = "lower" if loss.mean < 0 else "higher"
    rows = " on clean inputs" if "denoising_mse" in answer.fresh.difference else ""
    size = f"{abs(loss.mean):.2g}"
    return f" Its test loss{rows} is {movement} by {size}: there it {verdict}."


def _code(answer: Answer) -> str:
    """Report an autoencoder's other scores."""
    parts = [
        f"{METRICS[name].name} {_movement(gain.mean, METRICS[name])}"
        f"{_interval(gain, METRICS[name])}"
        for name, gain in answer.fresh.difference.items()
        if name in CODE_SCORES and name != answer.metric and not math.isnan(gain.mean)
    ]
    return f" Besides, {'; '.join(parts)}." if parts else ""


def _interval(gain: Comparison, unit: Metric, name: str = "") -> str:
    """Return the interval in brackets, nothing where there is none."""
    if math.isnan(gain.ci_low):
        return ""
    return f" ({name}{unit.end(gain.ci_low)} to {unit.end(gain.ci_high)})"


def percent(confidence: float) -> str:
    """Return a confidence with all its digits: 99.9% isn't certainty.

    >>> percent(0.95), percent(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * confidence:.10g}%"


def _leak(answer: Answer) -> str:
    """Warn where the rows that score a fit also decided when to stop."""
    if not answer.leak:
        return ""
    if answer.fresh.draws is not DRAWN:
        return (
            " It watches the very rows that it is then scored on, in each split: all of its "
            "numbers are flattered."
        )
    return (
        " It watches the published draw's test rows while it trains, and is then scored on them: "
        "that number is flattered. The new rows that score a fresh draw are never watched."
    )


def caveat(repeats: int, rows: str) -> str:
    """Warn of too few repeats; `rows` is what they are called."""
    if repeats >= FEW_REPEATS:
        return ""
    return f" (Only {repeats} {rows}: too few to rely on.)"


def _claim(answer: Answer) -> str:
    """Report what was published, and whether the seeds of the published draw contradict it."""
    fixed, unit = answer.fixed, answer.unit
    if not fixed.published:
        return ""
    numbers = {
        side: f"published {side} {unit.name} {unit.value(number)}"
        for side, number in reversed(fixed.published.scores.items())
    }
    if fixed.stand_in:
        return f" {STAND_IN.capitalize()} ({listed(list(numbers.values()))}). {fixed.stand_in}"
    if why := fixed.not_comparable:
        return f" {NOT_COMPARABLE.capitalize()}: {why} ({listed(list(numbers.values()))})."
    judged = "; ".join(
        f"{number}, {_judged(answer, side)} ({unit.spread(scores.mean, scores.sd)})"
        for side, number in numbers.items()
        for scores in [fixed.technique[side]]
        if side == "test" or side in fixed.missed
    )
    where = answer.fresh.draws.fixed.replace("fixed", "published")
    return f" On the {where}: {judged}{_stops(answer)}." if judged else ""


def _judged(answer: Answer, side: Side) -> str:
    """Return whether seeds contradict a published number, and whether the baseline's do."""
    fixed = answer.fixed
    seeds = f"{fixed.repeats} seeds"
    judgement = reproduction(side not in fixed.missed, fixed.repeats, None, None)
    if judgement == NOT_CONTRADICTED:
        also = ", nor by the baseline's: it can't tell the two apart"
        return f"{judgement} by {seeds}{also if side in fixed.also_baseline else ''}"
    if judgement == NOT_REPRODUCED:
        return f"{judgement} by any of {seeds}"
    return f"which {seeds} are too few to contradict"


def _stops(answer: Answer) -> str:
    """Report where it stopped, and what was published of that."""
    published, epochs = answer.fixed.published, answer.fixed.epochs["technique"]
    if not published or not published.epochs:
        return ""
    return f"; it stopped at epoch {epochs.min} to {epochs.max}, published {published.epochs}"


def grid_sentence(choice: Choice) -> str:
    """Return what choosing a value on validation rows gives, and what the test rows would claim."""
    unit, fresh = METRICS[choice.metric], choice.fresh
    leak = ""
    if choice.leak:
        leak = (
            " It watches rows that score it while it trains: the numbers of the fixed draw are "
            "flattered whatever chooses."
        )
    honest = _mean(fresh.honest, unit, choice.confidence)
    what = f"{choice.title} ({choice.technique}_grid) on {choice.problem}"
    if math.isnan(fresh.honest.mean):
        return f"{what}: the {undefined(unit, several(fresh.repeats, 'fresh repeat'))}.{leak}"
    return (
        f"{what}, over {fresh.repeats} fresh repeats: with the value that validation rows choose, "
        f"test {unit.name} is {honest}; without the technique it is "
        f"{unit.value(fresh.baseline.mean)}. Choosing by the test rows themselves would have "
        f"claimed {unit.value(fresh.optimistic.mean)}."
        f"{leak}{caveat(fresh.repeats, 'repeats')}"
    )


def _mean(mean: Mean, unit: Metric, confidence: float) -> str:
    """Return a mean, and its interval where it has one."""
    if math.isnan(mean.ci_low):
        return unit.value(mean.mean)
    ends = f"{unit.value(mean.ci_low)} to {unit.value(mean.ci_high)}"
    return f"{unit.value(mean.mean)} ({percent(confidence)} interval {ends})"


def undefined(unit: Metric, repeats: str) -> str:
    """Return why there is no mean.

    >>> undefined(METRICS["r2"], "10 repeats")
    "test R² isn't defined in each of 10 repeats, and so has no mean"
    """
    return f"test {unit.name} isn't defined in each of {repeats}, and so has no mean"


def several(n: int, one: str, many: str | None = None) -> str:
    """Return a number and its noun.

    >>> several(1, "gain"), several(2, "gain")
    ('1 gain', '2 gains')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def span(numbers: Iterable[int]) -> str:
    """Return the lowest and the highest.

    >>> span([30]), span([20, 30, 2000])
    ('30', '20 to 2,000')
    """
    ordered = sorted(numbers)
    return " to ".join(f"{n:,}" for n in dict.fromkeys([ordered[0], ordered[-1]]))


def listed(parts: list[str]) -> str:
    """Return the parts with commas between them, and an `and` before the last.

    >>> listed(["1 holds", "2 do not"]), listed(["1 holds", "2 do not", "3 are undecided"])
    ('1 holds and 2 do not', '1 holds, 2 do not, and 3 are undecided')
    """
    *others, last = parts
    if len(others) < 2:
        return " and ".join(parts)
    return f"{', '.join(others)}, and {last}"
