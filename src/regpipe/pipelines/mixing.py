"""Search, in each repeat, for the mixture that is best on held-out training rows.

Optuna's TPE suggests which recipes are in, with which values, on which foundations; a mixture is
trained without some of the repeat's training rows, in several ways, and scored on those. Hopeless
ones are pruned. Every finished trial is in a journal, so that a search that was interrupted goes on
where it was, with the trials that it would have made.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.candidates.mixtures import Mixture, MixtureSpace
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language.settings import Search
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.search import Candidate, Evaluator, held_out, merit
from regpipe.provenance.closures import code_digest
from regpipe.provenance.digests import digest
from regpipe.rows.encodings import width
from regpipe.seeds import derive

NOTHING = "nothing"


@dataclass(frozen=True)
class Mixtures:
    """Makes candidates of mixtures.

    Attributes:
        space: makes their arms.
        input_shape: of a row, as the problem has it.
        numbers: which inputs are numbers that foundations may write in another way, by places.
    """

    space: MixtureSpace
    input_shape: tuple[int, ...]
    numbers: tuple[bool, ...] = ()

    def candidate(self, mixture: Mixture, arm: Arm | None = None) -> Candidate:
        """Return the arm of a mixture, or another one for it, with its architecture."""
        from regpipe.engine.network import build_architecture

        arm = arm or self.space.arm(mixture)
        shape = self.input_shape
        if arm.inputs != "standard":
            shape = (width(arm.inputs, self.numbers),)
        return Candidate(arm, build_architecture(arm, shape), self.numbers)


def search(
    mixtures: Mixtures,
    evaluator: Evaluator,
    repeat: Repeat,
    sizes: Search,
    journal: Any,
    seconds: float,
) -> tuple[list[Mixture], dict[str, Any]]:
    """Return the mixtures of a repeat, the best first, and what the search was like.

    Args:
        mixtures: makes the candidates.
        evaluator: trains and scores them.
        repeat: its rows and seed.
        sizes: how long to search.
        journal: an Optuna storage.
        seconds: after which no other mixture is begun; infinite where there is no limit.
    """
    import optuna

    ways, space = held_out(repeat, sizes), mixtures.space

    def objective(trial: Any) -> float:
        candidate = mixtures.candidate(_suggest(trial, space))
        for step, scores in enumerate(evaluator.validate(candidate, repeat, ways)):
            trial.report(merit(scores, candidate.arm), step)
            if step + 1 < sizes.holdouts and trial.should_prune():
                progress.expect(step + 1 - sizes.holdouts)
                raise optuna.TrialPruned
        trial.set_user_attr("scores", scores)
        return merit(scores, candidate.arm)

    study = _begun(_name_of(mixtures, evaluator, repeat, sizes), sizes, journal)
    ends = time.monotonic() + seconds
    ended = _ended(study, sizes)
    progress.expect(-len(ended) * sizes.holdouts)
    while not ended or (len(ended) < sizes.trials and time.monotonic() < ends):
        _begin(study, len(ended), space)
        # Each trial has its own seed, so that one after an interruption is as it had been without.
        study.sampler = optuna.samplers.TPESampler(
            seed=derive(repeat.seed, "trial", len(ended)), n_startup_trials=sizes.startup
        )
        study.optimize(objective, n_trials=1)
        ended = _ended(study, sizes)
    progress.expect((len(ended) - sizes.trials) * sizes.holdouts)
    return _ranked(ended, space)


def _ranked(ended: list[Any], space: MixtureSpace) -> tuple[list[Mixture], dict[str, Any]]:
    """Return the mixtures of trials, the best first, their counts and the best one's scores."""
    from optuna.trial import FixedTrial, TrialState

    completed = [trial for trial in ended if trial.state == TrialState.COMPLETE]
    ranked = sorted(completed, key=lambda trial: -trial.value)
    counts = {"trials": len(ended), "pruned": len(ended) - len(completed)}
    scores = {f"validation_{k}": v for k, v in ranked[0].user_attrs["scores"].items()}
    found = [_suggest(FixedTrial(trial.params), space) for trial in ranked]
    return [one for k, one in enumerate(found) if one not in found[:k]], counts | scores


def _begun(name: str, sizes: Search, journal: Any) -> Any:
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
    return study


def _begin(study: Any, number: int, space: MixtureSpace) -> None:
    """Let the trial of that number be a start, where there is one of it and none waits."""
    from optuna.trial import TrialState

    if number < len(space.starts) and not study.get_trials(states=(TrialState.WAITING,)):
        study.enqueue_trial(_asked_for(space.starts[number], space))


def _asked_for(mixture: Mixture, space: MixtureSpace) -> dict[str, Any]:
    """Return the parameters by which `_suggest` makes a mixture."""
    asked: dict[str, Any] = {}
    for slot, names in space.slots.items():
        name = next((name for name in names if name in mixture), NOTHING)
        asked[f"{slot} is"] = name
        if name != NOTHING and len(space.values(name)) > 1:
            asked[name] = mixture[name]
    return asked


def _ended(study: Any, sizes: Search) -> list[Any]:
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


def _suggest(trial: Any, space: MixtureSpace) -> Mixture:
    mixture: Mixture = {}
    for slot, names in space.slots.items():
        name = trial.suggest_categorical(f"{slot} is", [NOTHING, *names])
        if name != NOTHING:
            values = space.values(name)
            one = len(values) == 1
            mixture[name] = values[0] if one else trial.suggest_categorical(name, values)
    return mixture


def _name_of(mixtures: Mixtures, evaluator: Evaluator, repeat: Repeat, sizes: Search) -> str:
    """Return the name of a search: another wherever another result would come out."""
    space, nothing = mixtures.space, mixtures.candidate({})
    holds = sizes.model_dump(include={"holdouts", "validation_split", "startup"})
    recipes = {name: part.model_dump(mode="json") for name, part in space.parts.items()}
    fit = evaluator.key(Job(nothing.arm, nothing.architecture, repeat.rows, repeat.seed))
    asked = [space.base.task.metric, holds, recipes, space.starts]
    return digest([fit, asked, code_digest(f"{__name__}.{search.__name__}")])
