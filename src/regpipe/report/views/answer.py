"""Which model to use, in a few sentences and on its page."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regpipe.language import Foundation, Recipe
from regpipe.language.metrics import METRICS, Metric
from regpipe.report.sentence import caveat, listed, percent, several, undefined
from regpipe.report.views.cells import MISSING, Badge, better, plain, rival_badge, typeset
from regpipe.report.views.cocktail import in_words
from regpipe.statistics.calibration import Calibration
from regpipe.statistics.cocktail import RecipeWorth
from regpipe.statistics.summary import Mean
from regpipe.statistics.verdicts import TRIFLE, direction
from regpipe.statistics.winners import WHOLE, WINNER, ModelAnswer, What

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


@dataclass(frozen=True)
class ComparedRow:
    """A model, its mean on test rows with an interval, and how it does beside the best network."""

    name: str
    mean: str
    interval: str
    beside: str
    verdict: Badge | None


@dataclass(frozen=True)
class ModelRow:
    """A model, in how many splits it is the best other one, and its mean on test rows."""

    name: str
    won: str
    mean: str
    interval: str


@dataclass(frozen=True)
class ChosenRow:
    """What was chosen in a split, or of all rows: of both sides what it is, and how it did."""

    split: str
    side: str
    network: str
    network_held_out: str
    network_test: str
    other: str
    other_held_out: str
    other_test: str


def sentences(answer: ModelAnswer, parts: Parts) -> list[str]:
    """Return which model to use and what to expect of it, and behind that what it rests on.

    Args:
        answer: the answer of a problem.
        parts: the recipes and foundations that were searched among, by their names.
    """
    whole = " ".join([f"Use {_chosen(answer, parts)}.", _expected(answer), *_rival(answer)])
    further = (_plain, _useful, _sides, _rows, _cut)
    return [whole, *filter(None, (say(answer, parts) for say in further))]


def finding(answer: ModelAnswer) -> str:
    """Return in a few words what was found, to stand above a picture."""
    unit, mean = METRICS[answer.metric], answer.compared["answer"].mean
    name = answer.other.model
    used, beside = ("a network", f"the best other model ({name})")
    if answer.side == "other":
        used, beside = name, "a network"
    ahead = _ahead(answer, "other", of_network=answer.side == "other")
    if math.isnan(mean) or ahead is None:
        return f"{answer.title}: use {used}"
    expected = f"{unit.name} {written(unit, mean)}"
    return f"{answer.title}: use {used}, {expected}; {beside} {ahead.does}"


def _chosen(answer: ModelAnswer, parts: Parts) -> str:
    if answer.side == "other":
        return _model(answer)
    mixture, seeds = answer.network.mixture, answer.network.seeds
    names = [_valued(parts[name].title, value) for name, value in mixture.items()]
    if not any(not isinstance(parts[name], Foundation) for name in mixture):
        names.append("no regularizer is added")
    if seeds > 1:
        names.append(f"the mean of {seeds} such")
    return f"{'this network:' if mixture else 'the network as it is:'} {'; '.join(names)}"


def _model(answer: ModelAnswer) -> str:
    """Return the best other model with its setting."""
    setting = setting_in_words(answer.other.setting)
    return answer.other.model + (f" ({setting})" if setting else "")


def setting_in_words(setting: Mapping[str, Any]) -> str:
    """Return the setting of a model.

    >>> setting_in_words({"C": 0.1, "kernel": "rbf"}), setting_in_words({})
    ('C 0.1, kernel rbf', '')
    """
    return ", ".join(_valued(name, value) for name, value in setting.items())


def _valued(name: str, value: Any) -> str:
    if value is None:
        return name
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{name} {plain(value) if number else value}"


def written(unit: Metric, number: float) -> str:
    """Return a value of a metric with its unit.

    >>> written(METRICS["accuracy"], 0.83), written(METRICS["mse"], 0.0123)
    ('0.830', '12.30 thousandths')
    """
    scaled = unit.unit if unit.value_scale != 1 and not math.isnan(number) else ""
    return f"{unit.value(number)}{scaled}"


def _expected(answer: ModelAnswer) -> str:
    unit, found = METRICS[answer.metric], answer.compared["answer"]
    if math.isnan(found.mean):
        return f"The {undefined(unit, several(answer.repeats, 'split'))}."
    interval = ", without an interval,"
    if not math.isnan(found.mean_ci_low):
        ends = f"{unit.value(found.mean_ci_low)} to {unit.value(found.mean_ci_high)}"
        interval = f" ({percent(answer.confidence)} interval {ends})"
    name = unit.name[0].upper() + unit.name[1:]
    return (
        f"{name} {written(unit, found.mean)}{interval} is to be expected on new rows of the same "
        f"kind.{caveat(answer.repeats, 'splits')}"
    )


def _rival(answer: ModelAnswer) -> list[str]:
    """Compare the better side with the other one, and the best network with what is left of it."""
    other = f"The best other model, {_model(answer)}, chosen in the same way,"
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
    unit, ahead = METRICS[answer.metric], _ahead(answer, what, of_network=of_network)
    if ahead is None:
        return f"{subject} can't be judged, as test {unit.name} isn't defined in each split."
    sides: list[What] = ["network", what] if of_network else [what, "network"]
    means = [written(unit, answer.compared[side].mean) for side in sides]
    by = f"{' against '.join(means if what in AGAINST else means[:1])}, {ahead.by(unit)}"
    if ahead.verdict == "too few":
        return f"{subject} has {by}; what of that is luck can't be told from these splits."
    return f"{subject} {ahead.does}: {by}{', undecided' if ahead.verdict == 'undecided' else ''}."


def _ahead(answer: ModelAnswer, what: What, *, of_network: bool = False) -> Ahead | None:
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
        return "What leaving out any one regularizer costs is too little to tell."
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
    network, other = (written(unit, answer.held_out[side]) for side in ("network", "other"))
    return (
        f"On held-out rows, the network was the better side in {answer.times} of "
        f"{several(answer.repeats, 'split')}; on average it has {network} there, and the best "
        f"other model {other}."
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


def compared_rows(answer: ModelAnswer) -> list[ComparedRow]:
    """Return a row for the answer, for both sides, and for what is left of the best network."""
    unit = METRICS[answer.metric]
    rows = []
    for what in NAMES:
        found, ahead = answer.compared[what], _ahead(answer, what)
        rows.append(
            ComparedRow(
                name_of(answer, what),
                typeset(unit.value(found.mean)),
                interval_of(unit, found.mean_ci_low, found.mean_ci_high),
                typeset(ahead.by(unit)) if ahead else "",
                rival_badge(ahead.verdict) if ahead else None,
            )
        )
    return rows


def labels(answer: ModelAnswer) -> dict[What, str]:
    """Return what stands beside each of those compared in a picture."""
    unit, told = METRICS[answer.metric], {}
    for what in NAMES:
        ahead = _ahead(answer, what)
        beside = BESIDE.get(what, NAMES["network"])
        by = f"\n{ahead.by(unit)} beside {beside}" if ahead else ""
        told[what] = f"{name_of(answer, what)}: {unit.value(answer.compared[what].mean)}{by}"
    return told


def name_of(answer: ModelAnswer, what: What) -> str:
    """Return what one of those compared is called."""
    return NAMES[what] + (f" ({answer.other.model})" if what == "other" else "")


def interval_of(unit: Metric, low: float, high: float) -> str:
    """Return the interval of a mean."""
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    return typeset(f"[{unit.value(low)}, {unit.value(high)}]")


def model_rows(
    answer: ModelAnswer, models: Mapping[str, Mean], others: pd.DataFrame
) -> list[ModelRow]:
    """Return a row per other model and one for the best network, the best on test rows first.

    Args:
        answer: the answer.
        models: the mean of each on test rows, with its interval.
        others: a row per repeat and model, see `answer.others`.
    """
    unit, sign = METRICS[answer.metric], better(answer.metric)
    fresh = others[others["protocol"] != WHOLE]
    won = fresh[fresh["won"].astype(bool)]["model"].value_counts()
    network = answer.compared["network"]
    means = {name: (one.mean, one.ci_low, one.ci_high) for name, one in models.items()}
    means[NAMES["network"]] = (network.mean, network.mean_ci_low, network.mean_ci_high)

    def key(name: str) -> tuple[bool, float]:
        mean = means[name][0]
        return math.isnan(mean), -sign * mean

    return [
        ModelRow(
            name,
            f"{won.get(name, 0)} of {answer.repeats}" if name in models else "",
            typeset(unit.value(means[name][0])),
            interval_of(unit, *means[name][1:]),
        )
        for name in sorted(means, key=key)
    ]


def chosen_rows(
    answer: ModelAnswer, networks: pd.DataFrame, others: pd.DataFrame, sides: pd.DataFrame
) -> list[ChosenRow]:
    """Return what was chosen in each split, and behind them what was chosen of all rows.

    Args:
        answer: the answer.
        networks: a row per repeat and variant, see `answer.networks`.
        others: a row per repeat and model, see `answer.others`.
        sides: of each repeat what both sides have on held-out rows, and the better one.
    """
    keys, test = ["protocol", "repeat"], f"test_{answer.metric}"
    network = networks[networks["variant"] == WINNER].set_index(keys)
    other = others[others["won"].astype(bool)].set_index(keys)
    write: Callable[[float], str] = METRICS[answer.metric].value

    def score(number: float) -> str:
        return MISSING if pd.isna(number) else typeset(write(number))

    rows = []
    for row in sides.to_dict("records"):
        at = row["protocol"], row["repeat"]
        ours, theirs = network.loc[at], other.loc[at]
        rows.append(
            ChosenRow(
                "all rows" if row["protocol"] == WHOLE else str(row["repeat"] + 1),
                "network" if row["side"] == "network" else "other model",
                _made(in_words(json.loads(ours["mixture"])), ours["cut"], int(ours["seeds"])),
                score(row["network"]),
                score(ours[test]),
                _made(_setting(theirs), theirs["cut"]),
                score(row["other"]),
                score(theirs[test]),
            )
        )
    return rows


def _setting(row: pd.Series) -> str:
    setting = setting_in_words(json.loads(row["setting"]))
    return row["model"] + (f": {setting}" if setting else "")


def _made(what: str, cut: float | None, seeds: int = 1) -> str:
    mean = f"; the mean of {seeds}" if seeds > 1 else ""
    return what + mean + ("" if pd.isna(cut) else f"; second class from {plain(float(cut))} on")


def exported(model: str, chosen: Mapping[str, Any]) -> str:
    """Return what an export hands out, by its `about.json`.

    >>> exported("network", {"mixture": {"dropout": 0.2, "cosine": None}, "seeds": 5})
    'The network (dropout 0.2, cosine; the mean of 5)'
    >>> exported("network", {"mixture": {}, "seeds": 1}), exported("SVC", {"setting": {"C": 10}})
    ('The network (as it is)', 'The SVC (C 10)')
    """
    if model != "network":
        setting = setting_in_words(chosen["setting"])
        return f"The {model}" + (f" ({setting})" if setting else "")
    what = in_words(chosen["mixture"]) if chosen["mixture"] else "as it is"
    return f"The network ({_made(what, None, chosen['seeds'])})"


def stands_on(answer: ModelAnswer, parts: Parts) -> str:
    """Return the foundations of the chosen network, "" where there are none."""
    mixture = answer.network.mixture
    on = [name for name in mixture if isinstance(parts[name], Foundation)]
    return "; ".join(_valued(parts[name].title, mixture[name]) for name in on)


def calibrated(found: Calibration) -> str:
    """Return how well probabilities hold."""
    error = METRICS["ece"].value
    return (
        f"On the test rows of all splits, {found.rows:,} in all, the probability of the likeliest "
        f"class is off by {error(found.ece)} on average (the calibration error), and the Brier "
        f"score is {found.brier:.3f}. Tempered by what the held-out rows of each split tell, they "
        f"are {error(found.ece_tempered)} and {found.brier_tempered:.3f}. The exported model's "
        f"temperature is {found.temperature:.2f}: above 1, it makes probabilities less extreme."
    )
