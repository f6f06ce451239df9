"""The best network of each split: searched for, averaged, cut, and taken apart.

In each repeat a search tries mixtures of recipes on foundations, by some ways to hold out rows that
are trained on. By further ways, which the search has not seen, it is chosen whether the mean of
several networks is better than one, and where a class is said. What comes out is trained on all of
the repeat's rows, and scored on its test rows; so is what is left of it without each recipe. The
last repeat has all rows of the table: what it chooses is what an export hands out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.candidates.foundations import parse_foundations, suited
from regpipe.candidates.mixtures import Mixture, MixtureSpace, mixable, starting
from regpipe.candidates.recipes import Value, only, parse_recipes
from regpipe.engine import progress
from regpipe.language import Answering, Protocol, Screen
from regpipe.measures.ledger import entries
from regpipe.pipelines.answer.cuts import cut_of, rates_at
from regpipe.pipelines.answer.whole import repeats_and_whole
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.mixing import Clock, Mixtures, search
from regpipe.pipelines.search import Evaluator, held_out, mean_of, merit
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Rows
from regpipe.rows.encodings import numbers_of
from regpipe.statistics.winners import BARE, PLAIN, UNCUT, WHOLE, WINNER, WITHOUT

if TYPE_CHECKING:
    from regpipe.measures.measure import Measure, Said


def make_space(
    base: Arm,
    recipes: dict[str, Any],
    foundations: dict[str, Any] | None,
    starts: list[dict[str, Value]],
    screen: Screen,
) -> MixtureSpace:
    """Return what is searched: the recipes that a screen would try, on all that suits.

    Nobody looks at the curves of so many networks, so they aren't validated at each epoch.
    """
    if not base.training.watches:
        seldom = base.training.model_copy(update={"validation_freq": base.training.epochs})
        base = replace(base, training=seldom)
    mixed = mixable(only(parse_recipes(recipes), screen.recipes), base)
    stood = suited(parse_foundations(foundations or {}), base)
    return MixtureSpace(mixed, base, stood, starting(starts, {**stood, **mixed}))


def choose_networks(
    samples: pd.DataFrame,
    table: pd.DataFrame,
    trainer: Trainer,
    journal: Any,
    space: MixtureSpace,
    protocol: Protocol,
    answer: Answering,
) -> pd.DataFrame:
    """Return a row per repeat and variant of its best network, and what was chosen of all rows.

    Columns: what the row of a run table begins with; variant, see above; mixture (JSON), seeds (how
    many networks it is the mean of), cut (the probability from which on the second class is said,
    missing where none was chosen); of the winner `validation_<score>` by the further ways, and
    trials and pruned; scores as in a run table, which the row of all the table has none of.
    """
    repeats = repeats_and_whole(samples, table, space.base, protocol, answer.repeats)
    made = mixtures_of(space, repeats[-1].rows)
    evaluator = Evaluator(space.base.problem, trainer)
    clock = Clock(answer.minutes, len(repeats), trainer.threads)
    progress.expect(len(repeats) * answer.trials * answer.holdouts)

    def chosen(repeat: Repeat) -> list[dict[str, Any]]:
        ranked, numbers = search(made, evaluator, repeat, answer, journal, clock.seconds())
        best = _Finals(made, evaluator, repeat, answer)
        return list(best.variants(*best.chosen(ranked[: answer.finalists]), numbers))

    return pd.DataFrame([row for rows in trainer.in_threads(chosen, repeats) for row in rows])


def mixtures_of(space: MixtureSpace, whole: Rows) -> Mixtures:
    """Return what makes candidates for a table, all of whose rows are `whole`."""
    numbers = tuple(numbers_of(whole.x_train).tolist())
    return Mixtures(space, whole.x_train.shape[1:], numbers)


@dataclass(frozen=True)
class _Finals:
    """What is chosen of the best mixtures of a repeat, by the further ways."""

    made: Mixtures
    evaluator: Evaluator
    repeat: Repeat
    sizes: Answering

    def chosen(self, finalists: list[Mixture]) -> tuple[Mixture, int, list["Said"]]:
        """Return the best mixture, of how many networks it is the mean, and what those say."""
        ways = further_ways(self.repeat, self.sizes)
        said = [self._said(mixture, ways, 1) for mixture in finalists]
        best = max(range(len(said)), key=lambda k: merit_of(said[k], self._base))
        mixture, alone = finalists[best], said[best]
        mean = self._said(mixture, ways, self.sizes.seeds)
        if merit_of(mean, self._base) > merit_of(alone, self._base):
            return mixture, self.sizes.seeds, mean
        return mixture, 1, alone

    def variants(
        self, mixture: Mixture, seeds: int, said: list["Said"], searched: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Yield the row of each variant; of all the table, that of the winner alone."""
        cut = cut_of(said)
        row = self._row(WINNER, mixture, seeds, cut)
        row |= {key: searched[key] for key in ("trials", "pruned")}
        row |= scores_of_all([rates_at(one, cut) for one in said])
        measured, seconds = self._measured(mixture, seeds)
        if self.repeat.protocol == WHOLE:
            yield row
            return
        yield row | self._tested(measured, cut) | {"seconds": seconds}
        yield self._row(UNCUT, mixture, seeds) | self._tested(measured)
        for variant, less in self._less(mixture):
            yield self._row(variant, less, seeds) | self._tested(self._measured(less, seeds)[0])
        yield self._row(PLAIN, {}, 1) | self._tested(self._measured({}, 1)[0])

    def _less(self, mixture: Mixture) -> Iterator[tuple[str, Mixture]]:
        """Yield what is left of a mixture without its recipes, and without each of them."""
        recipes = [name for name in mixture if name in self.made.space.recipes]
        for variant, out in [(BARE, recipes), *((f"{WITHOUT}{name}", [name]) for name in recipes)]:
            yield variant, {name: value for name, value in mixture.items() if name not in out}

    @property
    def _base(self) -> Arm:
        return self.made.space.base

    def _row(
        self, variant: str, mixture: Mixture, seeds: int, cut: float | None = None
    ) -> dict[str, Any]:
        described = {"variant": variant, "mixture": json.dumps(mixture), "seeds": seeds, "cut": cut}
        return {**self.repeat.row(), **described}

    def _measured(self, mixture: Mixture, seeds: int) -> tuple[tuple["Measure", Rows], float]:
        """Return the measure, the repeat's rows as its network sees them, and the seconds."""
        candidate = self.made.candidate(mixture)
        progress.expect(seeds)
        rows = candidate.sees(self.repeat.rows)
        measure, seconds = self.evaluator.mean_of(candidate, self.repeat, rows, seeds)
        return (measure, rows), seconds

    def _said(self, mixture: Mixture, ways: list[Rows], seeds: int) -> list["Said"]:
        """Return what is said of each way's held-out rows."""
        candidate = self.made.candidate(mixture)
        progress.expect(seeds * len(ways))
        said = []
        for rows in map(candidate.sees, ways):
            measure, _ = self.evaluator.mean_of(candidate, self.repeat, rows, seeds)
            said.append(measure.says(rows, "val"))
        return said

    def _tested(self, measured: tuple["Measure", Rows], cut: float | None = None) -> dict[str, Any]:
        from regpipe.measures.measure import means

        measure, rows = measured
        trained, tested = (rates_at(measure.says(rows, part), cut) for part in ("train", "score"))
        by_row = tested.by_row
        of_rows = entries(by_row, rows)
        return {**means(trained.by_row, "train"), **means(by_row, "test"), **of_rows}


def merit_of(said: list["Said"], base: Arm) -> float:
    """Return how good what is said is, by the mean over some ways to hold out rows."""
    from regpipe.measures.measure import means

    return merit(mean_of([means(one.by_row) for one in said]), base)


def further_ways(repeat: Repeat, sizes: Answering) -> list[Rows]:
    """Return the ways to hold out rows that a search has not seen."""
    ways = sizes.holdouts + sizes.finals
    return held_out(repeat, sizes.model_copy(update={"holdouts": ways}))[sizes.holdouts :]


def scores_of_all(said: list["Said"]) -> dict[str, float]:
    """Return `validation_<score>`, the mean over some ways to hold out rows."""
    from regpipe.measures.measure import means

    scores = mean_of([means(one.by_row) for one in said])
    return {f"validation_{name}": score for name, score in scores.items()}
