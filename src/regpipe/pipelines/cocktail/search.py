"""Search, in each repeat, for the mixture of recipes that is best on held-out training rows.

Optuna's TPE suggests which recipes are in and in which dose; a mixture is trained without some of
the repeat's training rows, in several ways, and judged by those. Hopeless ones are pruned. Every
finished trial is in a journal, so that a search that was interrupted goes on where it was, with the
trials that it would have made.

One training has all the ingredients that can be there and do nothing: it is compiled once for all
mixtures of them. What can't needs a compile of its own, and comes in one dose.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.recipes import Dose, doses, mix, neutral_dose, suiting
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Cocktail, Recipe, Technique
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.search import Candidate, Judge, merit
from regpipe.provenance import digest, versions
from regpipe.seeds import derive

NAME, NOTHING = "cocktail", "nothing"
Mixture = dict[str, Dose]  # what is in it, in which dose


def menu(recipes: Mapping[str, Recipe], base: Arm) -> dict[str, Recipe]:
    """Return the recipes that go together, of those that suit a problem."""
    return {name: recipe for name, recipe in suiting(recipes, base).items() if recipe.mixes}


def doses_in_mixtures(recipe: Recipe) -> list[Dose]:
    """Return the doses that a mixture may have: one, the middle, of what needs a compile each."""
    known = doses(recipe)
    return known if neutral_dose(recipe) is not None else [known[len(known) // 2]]


@dataclass(frozen=True)
class Bar:
    """Makes arms of mixtures: of one network with all ingredients, or of those that are in alone.

    Attributes:
        recipes: those that go together.
        base: the network without any.
        input_shape: of a row.
    """

    recipes: Mapping[str, Recipe]
    base: Arm
    input_shape: tuple[int, ...]

    def technique(self, mixture: Mixture, title: str = "Cocktail") -> Technique:
        """Return a technique that does what is in a mixture, and has no other ingredient."""
        chosen = {n: (recipe, mixture[n]) for n, recipe in self.recipes.items() if n in mixture}
        return Technique(
            title=title,
            family="other",
            explanation=f"All of it together: {', '.join(chosen) or 'nothing'}.",
            problem=self.base.problem,
            **mix(NAME, chosen, self.base),
        )

    def candidate(self, mixture: Mixture) -> Candidate:
        """Return the arm of a mixture, with the other ingredients there in a dose of nothing."""
        from regpipe.engine.network import build_architecture

        # What can't do nothing leaves no room for another of its slot, not even in such a dose.
        alone = [self.recipes[name] for name in mixture if neutral_dose(self.recipes[name]) is None]
        there, taken = {}, {recipe.slot for recipe in alone} - {None}
        for name, recipe in self.recipes.items():
            if name in mixture:
                there[name] = (recipe, mixture[name])
            elif recipe.slot not in taken and (nothing := neutral_dose(recipe)) is not None:
                there[name] = (recipe, nothing)
        block = mix(NAME, there, self.base)
        technique = self.technique({}).model_copy(update=block)
        arm = apply(NAME, technique, self.base)
        return Candidate(arm, build_architecture(arm, self.input_shape))


def search(
    bar: Bar, judge: Judge, repeat: Repeat, sizes: Cocktail, journal: Any, seconds: float
) -> tuple[Mixture, dict[str, Any]]:
    """Return the best mixture of a repeat, and what the search was like.

    Args:
        bar: makes the arms.
        judge: trains and scores them.
        repeat: its rows and seed.
        sizes: how long to search.
        journal: an Optuna storage.
        seconds: after which no other mixture is begun; infinite where there is no limit.
    """
    import optuna
    from optuna.trial import TrialState

    def objective(trial: Any) -> float:
        candidate = bar.candidate(_suggest(trial, bar))
        scores = judge.validate(trial, candidate, repeat, sizes)
        trial.set_user_attr("scores", scores)
        return merit(scores, candidate.arm)

    study = _begun(_known_as(bar, judge, repeat, sizes), bar, sizes, journal)
    ends = time.monotonic() + seconds
    ended = _ended(study, sizes)
    progress.expect(-len(ended) * sizes.holdouts)
    while not ended or (len(ended) < sizes.trials and time.monotonic() < ends):
        # Each trial has its own seed, so that one after an interruption is as it had been without.
        study.sampler = optuna.samplers.TPESampler(
            seed=derive(repeat.seed, "trial", len(ended)), n_startup_trials=sizes.startup
        )
        study.optimize(objective, n_trials=1)
        ended = _ended(study, sizes)
    progress.expect((len(ended) - sizes.trials) * sizes.holdouts)
    completed = [trial for trial in ended if trial.state == TrialState.COMPLETE]
    best = max(completed, key=lambda trial: trial.value)
    told = {"trials": len(ended), "pruned": len(ended) - len(completed)}
    told |= {f"validation_{k}": v for k, v in best.user_attrs["scores"].items()}
    return _mixture(best.params, bar), told


def _begun(name: str, bar: Bar, sizes: Cocktail, journal: Any) -> Any:
    """Return the Optuna study of that name, as a former run left it, or new."""
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=name,
        storage=journal,
        load_if_exists=True,
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=max(sizes.startup, 2)),
    )
    for killed in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(killed.number, state=TrialState.FAIL)  # else it would sway what is tried next
    if not _ended(study, sizes) and not study.get_trials(states=(TrialState.WAITING,)):
        study.enqueue_trial({f"{slot} is": NOTHING for slot in slots(bar.recipes)})
    return study


def _ended(study: Any, sizes: Cocktail) -> list[Any]:
    """Return the trials that have a result; the first of them, where an earlier run tried more."""
    from optuna.trial import TrialState

    ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return ended[: sizes.trials]


class Clock:
    """How many seconds each of some searches may take, if all shall be over after some minutes."""

    def __init__(self, minutes: float | None, searches: int, threads: int) -> None:
        """Start it; `threads` searches go on at a time."""
        self._ends = None if minutes is None else time.monotonic() + 60 * minutes
        self._share = threads / searches
        self._minutes = minutes

    def seconds(self) -> float:
        """Return the seconds of a search that begins now."""
        if self._ends is None or self._minutes is None:
            return float("inf")
        return min(60 * self._minutes * self._share, self._ends - time.monotonic())


def slots(recipes: Mapping[str, Recipe]) -> dict[str, list[str]]:
    """Return the recipes of which a mixture has one at most, by their slot, or by their name."""
    found: dict[str, list[str]] = {}
    for name, recipe in recipes.items():
        found.setdefault(recipe.slot or name, []).append(name)
    return found


def _suggest(trial: Any, bar: Bar) -> Mixture:
    found: Mixture = {}
    for slot, names in slots(bar.recipes).items():
        name = trial.suggest_categorical(f"{slot} is", [NOTHING, *names])
        if name != NOTHING:
            known = doses_in_mixtures(bar.recipes[name])
            found[name] = trial.suggest_categorical(name, known) if len(known) > 1 else known[0]
    return found


def _mixture(parameters: Mapping[str, Any], bar: Bar) -> Mixture:
    """Return the mixture of a trial's parameters."""
    names = (parameters[f"{slot} is"] for slot in slots(bar.recipes))
    return {
        name: parameters.get(name, doses_in_mixtures(bar.recipes[name])[0])
        for name in names
        if name != NOTHING
    }


def _known_as(bar: Bar, judge: Judge, repeat: Repeat, sizes: Cocktail) -> str:
    """Return the name of a search: another wherever another result would come out."""
    nothing = bar.candidate({})
    holds = sizes.model_dump(include={"holdouts", "validation_split", "startup"})
    recipes = {name: recipe.model_dump(mode="json") for name, recipe in bar.recipes.items()}
    fit = judge.key(Job(nothing.arm, nothing.architecture, repeat.rows, repeat.seed))
    return digest([fit, bar.base.task.metric, holds, recipes, versions()["optuna"]])
