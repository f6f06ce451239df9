"""Which model to use, in a few sentences and on its page."""

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regpipe.language import Foundation, Recipe
from regpipe.language.metrics import METRICS, Metric
from regpipe.report.sentence import caveat, listed, percent, several, undefined
from regpipe.report.views.cells import better, plain
from regpipe.statistics.calibration import Calibration
from regpipe.statistics.cocktail import RecipeWorth
from regpipe.statistics.intervals import FEWEST
from regpipe.statistics.verdicts import TRIFLE, direction
from regpipe.statistics.winners import ModelAnswer, What

Parts = Mapping[str, Recipe]  # recipes and foundations, by their names
EQUAL = 1e-12  # a difference, but for rounding
NAMED = 3  # regularizers, at most, in a sentence
NAMES: dict[What, str] = {
    "answer": "the answer, as chosen in each split",
    "network": "the best network",
    "other": "the best other model",
    "unregularized": "the best network without regularization",
    "plain": "the network as it is",
}
AGAINST = {"other", "plain"}  # what is compared with the best network, whose mean stands there, too
BESIDE: dict[What, str] = {"unregularized": "the same with it"}  # what each is compared with


@dataclass(frozen=True)
class Ahead:
    """By how much one of two models is better than the other: above 0 where it is.

    The verdict is on it, too: `helps` where it is the better one.
    """

    mean: float
    low: float
    high: float
    verdict: str

    @property
    def does(self) -> str:
        """What it does beside the other one."""
        if way := direction(self.verdict):
            trifle = TRIFLE if self.verdict.endswith(TRIFLE) else ""
            return f"does {'better' if way == 'helps' else 'worse'}{trifle}"
        if self.verdict == "undecided":
            return f"may do {'better' if self.mean > EQUAL else 'as well'}"
        return "can't be judged" if self.verdict == "too few" else "does as well"

    def by(self, unit: Metric) -> str:
        """Return by how much it is better, or worse."""
        if abs(self.mean) <= EQUAL:
            return f"the same on average {unit.interval(self.low, self.high)}".rstrip()
        word, ends = ("better", (self.low, self.high))
        if self.mean < 0:
            word, ends = "worse", (-self.high, -self.low)
        by = f"{word} by {unit.size(self.mean)}{unit.unit}"
        return f"{by} {unit.interval(*ends)}".rstrip()


def sentences(answer: ModelAnswer, parts: Parts) -> list[str]:
    """Return which model to use and what to expect of it, and behind that what it rests on.

    Args:
        answer: the answer of a problem.
        parts: the recipes and foundations that were searched among, by their names.
    """
    rest = (*_rival(answer), *_dated(answer))
    whole = " ".join([f"Use {_chosen(answer, parts)}.", _expected(answer), *rest])
    further = (_plain, _useful, _sides, _rows, _cut)
    return [whole, *filter(None, (say(answer, parts) for say in further))]


def finding(answer: ModelAnswer) -> str:
    """Return in a few words what was found, to stand above a picture."""
    unit, mean = METRICS[answer.metric], answer.compared["answer"].mean
    name = answer.other.model
    used, beside = "a network", "the best other model"
    if answer.side == "other":
        used, beside = name, "a network"
    ahead = ahead_of(answer, "other", of_network=answer.side == "other")
    if math.isnan(mean) or ahead is None:
        return f"{answer.title}: use {used}"
    expected = f"{unit.name} {unit.written(mean)}"
    return f"{answer.title}: use {used}, {expected}; {beside} {ahead.does}"


def _chosen(answer: ModelAnswer, parts: Parts) -> str:
    if answer.side == "other":
        return _model(answer)
    mixture, seeds = answer.network.mixture, answer.network.seeds
    names = [valued(parts[name].title, value) for name, value in mixture.items()]
    if not any(not isinstance(parts[name], Foundation) for name in mixture):
        names.append("no regularizer is added")
    if seeds > 1:
        names.append(f"the mean of {seeds} such")
    as_it_is = "the network as it is" if seeds == 1 else "networks as they are"
    return f"{'this network' if mixture else as_it_is}: {'; '.join(names)}"


def _model(answer: ModelAnswer) -> str:
    """Return the best other model with its setting."""
    setting = setting_in_words(answer.other.setting)
    return answer.other.model + (f" ({setting})" if setting else "")


def setting_in_words(setting: Mapping[str, Any]) -> str:
    """Return the setting of a model.

    >>> setting_in_words({"C": 0.1, "kernel": "rbf"}), setting_in_words({})
    ('C 0.1, kernel rbf', '')
    """
    return ", ".join(valued(name, value) for name, value in setting.items())


def valued(name: str, value: Any) -> str:
    """Return a name with its value, as one says it."""
    if value is None:
        return name
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{name} {plain(value) if number else value}"


def _expected(answer: ModelAnswer) -> str:
    unit, found = METRICS[answer.metric], answer.compared["answer"]
    if math.isnan(found.mean):
        return f"The {undefined(unit, several(answer.repeats, 'split'))}."
    why = no_interval(answer, found.mean)
    interval = f", without an interval{f' ({why})' if why else ''},"
    if not math.isnan(found.mean_ci_low):
        ends = f"{unit.value(found.mean_ci_low)} to {unit.value(found.mean_ci_high)}"
        interval = f" ({percent(answer.confidence)} interval {ends})"
    name = unit.name[0].upper() + unit.name[1:]
    return (
        f"{name} {unit.written(found.mean)}{interval} is to be expected on new rows of the same "
        f"kind{_in_deviations(answer, found.mean)}.{caveat(answer.repeats, 'splits')}"
    )


def _dated(answer: ModelAnswer) -> list[str]:
    """Warn of what a random split of a series doesn't tell."""
    if answer.dated is None:
        return []
    return [
        f"Rows were split at random, though '{answer.dated}' is a date: if later rows are to be "
        f"predicted, that flatters; new-problem with --time {shlex.quote(answer.dated)} splits in "
        "time."
    ]


def no_interval(answer: ModelAnswer, mean: float) -> str:
    """Return why a mean has no interval, "" where that isn't told by what an answer holds."""
    if answer.repeats < FEWEST:
        return "too few splits"
    ends = [one.ci_low for one in answer.compared.values() if one.ci_low is not None]
    paired = any(not math.isnan(end) for end in ends)
    return "equal in all splits" if paired and not math.isnan(mean) else ""


def _in_deviations(answer: ModelAnswer, mean: float) -> str:
    """Say what an error is measured in, where the target was written anew."""
    if answer.standardised and answer.metric == "mse":
        return f": its root is {math.sqrt(mean):.2f} standard deviations of the target"
    if answer.standardised and answer.metric in ("mae", "rmse"):
        return ", in standard deviations of the target"
    return ""


def _rival(answer: ModelAnswer) -> list[str]:
    """Compare the better side with the other one, and the best network with what is left of it."""
    other = "The best other model of each split, chosen in the same way,"
    network = "A network, searched for in the same way,"
    of_network = answer.side == "other"
    told = [_beside(answer, "other", network if of_network else other, of_network=of_network)]
    if answer.worths:
        bare = "Without regularization, the best network of each split"
        told.append(_beside(answer, "unregularized", bare))
    return told


def _plain(answer: ModelAnswer, _: Parts) -> str:
    return _beside(answer, "plain", "Beside the best networks, the network as it is")


def _beside(answer: ModelAnswer, what: What, subject: str, *, of_network: bool = False) -> str:
    """Tell how one does beside the best network, or how the best network does beside it."""
    unit, ahead = METRICS[answer.metric], ahead_of(answer, what, of_network=of_network)
    if ahead is None:
        return f"{subject} can't be judged, as test {unit.name} isn't defined in each split."
    sides: list[What] = ["network", what] if of_network else [what, "network"]
    means = [unit.written(answer.compared[side].mean) for side in sides]
    by = f"{' against '.join(means if what in AGAINST else means[:1])}, {ahead.by(unit)}"
    if ahead.verdict == "too few":
        return f"{subject} has {by}; what of that is luck can't be told from these splits."
    return f"{subject} {ahead.does}: {by}{', undecided' if ahead.verdict == 'undecided' else ''}."


def ahead_of(answer: ModelAnswer, what: What, *, of_network: bool = False) -> Ahead | None:
    """Return how one does beside the best network, or the best network beside it.

    None where that is missing, or isn't defined.
    """
    found = answer.compared[what]
    if found.verdict is None or found.difference is None or math.isnan(found.difference):
        return None
    numbers = (found.difference, found.ci_low, found.ci_high)
    mean, low, high = (math.nan if number is None else number for number in numbers)
    if (better(answer.metric) > 0) != of_network:
        mean, low, high = -mean, -high, -low
    verdict = found.verdict if of_network else swapped(found.verdict)
    return Ahead(mean, low, high, verdict)


def swapped(verdict: str) -> str:
    """Return the verdict on the other one of two.

    >>> swapped("helps, too little to matter"), swapped("undecided")
    ('hurts, too little to matter', 'undecided')
    """
    words = {"helps": "hurts", "hurts": "helps"}
    way = direction(verdict)
    return verdict.replace(way, words[way]) if way else verdict


def _useful(answer: ModelAnswer, parts: Parts) -> str:
    """Name the regularizers without which the best networks surely lose, or gain, something."""
    worths = answer.worths
    if not worths:
        return "No regularizer is in the best network of any split."
    if all(math.isnan(one.ci_low) for one in worths):
        return "What each regularizer is worth can't be told from these splits."
    lost = _named([one for one in worths if one.ci_low > 0], answer, parts)
    won = _named([one for one in worths if one.ci_high < 0][::-1], answer, parts)
    if not lost and not won:
        return "What leaving out any one regularizer costs is too uncertain to tell."
    told = [f"The best networks lose without {lost}."] if lost else []
    return " ".join([*told, *([f"They gain without {won}."] if won else [])])


def _named(worths: list[RecipeWorth], answer: ModelAnswer, parts: Parts) -> str:
    unit = METRICS[answer.metric]
    names = [
        f"{parts[one.ingredient].title} ({unit.size(one.worth)}{unit.unit} on average, in "
        f"{one.times} of {one.of} splits)"
        for one in worths[:NAMED]
    ]
    return listed(names) if names else ""


def _sides(answer: ModelAnswer, _: Parts) -> str:
    unit = METRICS[answer.metric]
    network, other = (unit.written(answer.held_out[side]) for side in ("network", "other"))
    model = "" if answer.side == "other" else f" Of all rows, that is {_model(answer)}."
    return (
        f"On held-out rows, the network was the better side in {answer.times} of "
        f"{several(answer.repeats, 'split')}. By those of all splits and of the whole table "
        f"together, by which the side is chosen, it has {network}, and the best other model "
        f"{other}.{model}"
    )


def _rows(answer: ModelAnswer, _: Parts) -> str:
    return (
        f"What is to be expected is the mean over {several(answer.repeats, 'split')}, of models "
        f"trained on {answer.train_rows:,} of {answer.rows:,} rows and chosen in each split anew. "
        f"The one to export is trained on all {answer.rows:,}."
    )


def _cut(answer: ModelAnswer, _: Parts) -> str:
    cut = (answer.network if answer.side == "network" else answer.other).cut
    if cut is None:
        return ""
    return (
        f"'{answer.second}' is said from a probability of {plain(cut)} on, as the model itself "
        "gives it, before it is calibrated. Held-out rows chose that place."
    )


def stands_on(answer: ModelAnswer, parts: Parts) -> str:
    """Return the foundations of the chosen network, "" where there are none."""
    mixture = answer.network.mixture
    on = [name for name in mixture if isinstance(parts[name], Foundation)]
    return "; ".join(valued(parts[name].title, mixture[name]) for name in on)


def calibrated(found: Calibration) -> str:
    """Return how well probabilities hold."""
    error, temperature = METRICS["ece"].value, round(found.temperature, 2)
    way = "less extreme" if temperature > 1 else "more extreme" if temperature < 1 else "no other"
    return (
        f"On the test rows of all splits, {found.rows:,} in all, the probability of the likeliest "
        f"class is off by {error(found.ece)} on average (the calibration error), and the Brier "
        f"score is {found.brier:.3f}. Tempered by what the held-out rows of each split tell, they "
        f"are {error(found.ece_tempered)} and {found.brier_tempered:.3f}. The exported model's "
        f"temperature is {temperature:.2f}, which makes probabilities {way}."
    )
