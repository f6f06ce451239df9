"""Search, in each repeat, for the mixture of recipes that is best on held-out training rows.

Optuna's TPE suggests which recipes are in, with which values; a mixture is trained without some of
the repeat's training rows, in several ways, and scored on those. Hopeless ones are pruned. Every
finished trial is in a journal, so that a search that was interrupted goes on where it was, with the
trials that it would have made.

One training has all the recipes that can be there and do nothing: it is compiled once for all
mixtures of them. What can't needs a compile of its own, and comes with one value: of those that
ship, batch normalization, whose layers would cost more in every fit without it than that compile.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.recipes import Value, candidate_values, mix, neutral_value, suiting
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Cocktail, Recipe, Technique
from regpipe.language.strengths import NO_LIMIT, does_nothing
from regpipe.language.vocabulary import called
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.search import Candidate, Evaluator, held_out, merit
from regpipe.provenance import digest, versions
from regpipe.seeds import derive

NAME, NOTHING = "cocktail", "nothing"
Mixture = dict[str, Value]  # of each recipe that is in it


def mixable(recipes: Mapping[str, Recipe], base: Arm) -> dict[str, Recipe]:
    """Return the recipes that go together, of those that suit a problem."""
    return {name: recipe for name, recipe in suiting(recipes, base).items() if recipe.mixes}


def values_in_mixtures(recipe: Recipe) -> list[Value]:
    """Return the values that a mixture may have: one, the middle, of what needs a compile each."""
    values = candidate_values(recipe)
    return values if neutral_value(recipe) is not None else [values[len(values) // 2]]


def idle(recipe: Recipe, base: Arm) -> tuple[Recipe, Value] | None:
    """Return a recipe, with the value with which it does nothing; None where there is none.

    A recipe without a strength may ask for an idea that has some.
    """
    blocks = {key: block for key, block in recipe.training.items() if isinstance(block, dict)}
    found = [f"training.{key}.{name}" for key, block in blocks.items() for name in block]
    for path in recipe.strength or found:
        nothing = does_nothing(path)
        if nothing is not None and not _is_of_another(path, base):
            return recipe.model_copy(update={"strength": {path: [nothing]}}), nothing
    return None


def _is_of_another(path: str, base: Arm) -> bool:
    """Whether a strength is one of another loss, or of another optimizer, than the base's."""
    parent, key, kind, *_ = [*path.split("."), ""]
    if parent != "training" or key not in ("loss", "optimizer"):
        return False
    own, arguments = called(getattr(base.training, key))
    kinds = {own.lower().replace("_", ""), kind.lower()}
    if key == "loss":  # a recipe puts its own in that one's place, arguments and all
        return len(kinds) > 1 or bool(arguments)
    return len(kinds) > 1 and kinds != {"adam", "adamw"}


def one_norm(constraint: Any) -> Any:
    """Return a constraint of a norm as the one that both are cases of, to share its compile.

    >>> one_norm({"unit_norm": {}})
    {'MinMaxNorm': {'min_value': 1.0, 'max_value': 1.0, 'rate': 1.0}}
    """
    match constraint:
        case {"max_norm": float() | int() as limit}:
            least, rate = 0.0, float(limit != NO_LIMIT)
        case {"unit_norm": {} as arguments} if not arguments:
            least, limit, rate = 1.0, 1.0, 1.0
        case _:
            return constraint
    return {"MinMaxNorm": {"min_value": least, "max_value": limit, "rate": rate}}


@dataclass(frozen=True)
class MixtureSpace:
    """Makes arms of mixtures: of one network with all recipes, or of those that are in alone.

    Attributes:
        recipes: those that go together.
        base: the network without any.
        input_shape: of a row.
    """

    recipes: Mapping[str, Recipe]
    base: Arm
    input_shape: tuple[int, ...]

    def technique(self, mixture: Mixture, title: str = "Cocktail") -> Technique:
        """Return a technique that does what is in a mixture, and has no other recipe."""
        chosen = {n: (recipe, mixture[n]) for n, recipe in self.recipes.items() if n in mixture}
        return Technique(
            title=title,
            family="other",
            explanation=f"All of it together: {', '.join(chosen) or 'nothing'}.",
            problem=self.base.problem,
            **mix(NAME, chosen, self.base),
        )

    def candidate(self, mixture: Mixture) -> Candidate:
        """Return the arm of a mixture with its architecture."""
        from regpipe.engine.network import build_architecture

        arm = self.arm(mixture)
        return Candidate(arm, build_architecture(arm, self.input_shape))

    def arm(self, mixture: Mixture) -> Arm:
        """Return the arm of a mixture, with the other recipes there and doing nothing."""
        # What can't do nothing leaves no room for another of its slot, not even for a neutral one.
        alone = (self.recipes[n] for n in mixture if idle(self.recipes[n], self.base) is None)
        there, taken = {}, {recipe.slot for recipe in alone} - {None}
        for name, recipe in self.recipes.items():
            if name in mixture:
                there[name] = (recipe, mixture[name])
            elif recipe.slot not in taken and (nothing := idle(recipe, self.base)):
                there[name] = nothing
        block = mix(NAME, there, self.base)
        for arguments in block["network"].values():
            if "kernel_constraint" in arguments:
                arguments["kernel_constraint"] = one_norm(arguments["kernel_constraint"])
        return apply(NAME, self.technique({}).model_copy(update=block), self.base)


def search(
    space: MixtureSpace,
    evaluator: Evaluator,
    repeat: Repeat,
    sizes: Cocktail,
    journal: Any,
    seconds: float,
) -> tuple[Mixture, dict[str, Any]]:
    """Return the best mixture of a repeat, and what the search was like.

    Args:
        space: makes the arms.
        evaluator: trains and scores them.
        repeat: its rows and seed.
        sizes: how long to search.
        journal: an Optuna storage.
        seconds: after which no other mixture is begun; infinite where there is no limit.
    """
    import optuna
    from optuna.trial import TrialState

    ways = held_out(repeat, sizes)

    def objective(trial: Any) -> float:
        candidate = space.candidate(_suggest(trial, space))
        for step, scores in enumerate(evaluator.validate(candidate, repeat, ways)):
            trial.report(merit(scores, candidate.arm), step)
            if step + 1 < sizes.holdouts and trial.should_prune():
                progress.expect(step + 1 - sizes.holdouts)
                raise optuna.TrialPruned
        trial.set_user_attr("scores", scores)
        return merit(scores, candidate.arm)

    study = _begun(_name_of(space, evaluator, repeat, sizes), space, sizes, journal)
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
    counts = {"trials": len(ended), "pruned": len(ended) - len(completed)}
    scores = {f"validation_{k}": v for k, v in best.user_attrs["scores"].items()}
    return _suggest(optuna.trial.FixedTrial(best.params), space), counts | scores


def _begun(name: str, space: MixtureSpace, sizes: Cocktail, journal: Any) -> Any:
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
        study.enqueue_trial({f"{slot} is": NOTHING for slot in slots(space.recipes)})
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
        seconds = math.inf if minutes is None else 60 * minutes
        self._ends, self._each = time.monotonic() + seconds, seconds * threads / searches

    def seconds(self) -> float:
        """Return the seconds of a search that begins now."""
        return min(self._each, self._ends - time.monotonic())


def slots(recipes: Mapping[str, Recipe]) -> dict[str, list[str]]:
    """Return the recipes of which a mixture has one at most, by their slot, or by their name."""
    names: dict[str, list[str]] = {}
    for name, recipe in recipes.items():
        names.setdefault(recipe.slot or name, []).append(name)
    return names


def _suggest(trial: Any, space: MixtureSpace) -> Mixture:
    mixture: Mixture = {}
    for slot, names in slots(space.recipes).items():
        name = trial.suggest_categorical(f"{slot} is", [NOTHING, *names])
        if name != NOTHING:
            values = values_in_mixtures(space.recipes[name])
            one = len(values) == 1
            mixture[name] = values[0] if one else trial.suggest_categorical(name, values)
    return mixture


def _name_of(space: MixtureSpace, evaluator: Evaluator, repeat: Repeat, sizes: Cocktail) -> str:
    """Return the name of a search: another wherever another result would come out."""
    nothing = space.candidate({})
    holds = sizes.model_dump(include={"holdouts", "validation_split", "startup"})
    recipes = {name: recipe.model_dump(mode="json") for name, recipe in space.recipes.items()}
    fit = evaluator.key(Job(nothing.arm, nothing.architecture, repeat.rows, repeat.seed))
    return digest([fit, space.base.task.metric, holds, recipes, versions()["optuna"]])
