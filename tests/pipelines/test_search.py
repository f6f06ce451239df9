"""A search for a mixture that was interrupted makes the trials that it would have made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.mixtures import Mixture, MixtureSpace, mixable, values_in_mixtures
from regpipe.candidates.recipes import parse_recipes, technique_of
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Start
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.kedro_side.datasets import TrialJournalDataset
from regpipe.language import Cocktail
from regpipe.pipelines.cocktail.nodes import to_technique
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.mixing import Mixtures, search
from regpipe.pipelines.search import Candidate, Evaluator
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, arm_called, blocks

SIZES = Cocktail(trials=14, startup=4, holdouts=3)


class Named(Mixtures):
    """Makes candidates that are not built, but named."""

    def candidate(self, mixture: Mixture, arm: Arm | None = None) -> Candidate:
        return Candidate(self.space.base, {"mixture": sorted(mixture.items())})


class Untrained(Evaluator):
    """Scores a mixture by what is in it and by the rows held out, and trains nothing."""

    def __init__(self, interrupted_in_fit: int | None = None) -> None:
        self._left = interrupted_in_fit

    def key(self, job: Job) -> str:
        return str(job.architecture)

    def _measured(self, job: Job) -> Any:
        if self._left is not None:
            if self._left == 0:
                raise KeyboardInterrupt
            self._left -= 1
        liking = np.random.default_rng(sum(map(ord, str(job.architecture))))
        ways = np.random.default_rng(int(abs(job.rows.x_train).sum() * 1e4))
        loss = float(liking.normal() + 0.3 * ways.normal())

        class Measured:
            def score(self, *_: Any) -> dict[str, float]:
                return {"accuracy": -loss, "loss": loss}

        return None, Measured()


Search = Callable[..., dict[str, Any]]
STARTS: tuple[Mixture, ...] = ({}, {"weight_l2": 0.01}, {"dropout": 0.2, "unit_norm": None})
RECIPES = ("weight_l2", "dropout", "unit_norm", "max_norm", "batch_norm", "noise_input")


@pytest.fixture(scope="module")
def search_in(moons: Rows) -> Search:
    """Search as a run does, on the journal that former ones left, and return how it ended."""
    base, recipes = arm_called("moons"), parse_recipes(blocks("recipes")["recipes"])
    some = mixable({name: recipes[name] for name in RECIPES}, base)

    def search_in(
        journal: Path,
        sizes: Cocktail = SIZES,
        starts: tuple[Mixture, ...] = STARTS,
        **options: int,
    ) -> dict[str, Any]:
        named = Named(MixtureSpace(some, base, starts=starts), (2,))
        storage = TrialJournalDataset(path=str(journal)).load()
        evaluator, repeat = Untrained(**options), Repeat("fresh", 0, moons, 5)
        ranked, numbers = search(named, evaluator, repeat, sizes, storage, float("inf"))
        return {"mixture": ranked[0], **numbers}

    return search_in


def trials(journal: Path) -> list[tuple[Any, ...]]:
    """Return what is to be known of each trial that has a result."""
    storage = TrialJournalDataset(path=str(journal)).load()
    (study,) = storage.get_all_studies()
    return [
        (trial.params, trial.state.name, trial.value, trial.intermediate_values, trial.user_attrs)
        for trial in storage.get_all_trials(study._study_id)
        if trial.state.name in ("COMPLETE", "PRUNED")
    ]


@dataclass(frozen=True)
class Searched:
    """A search, how it ended, and the trials it made."""

    journal: Path
    numbers: dict[str, Any]
    made: list[Any]


@pytest.fixture(scope="module")
def undisturbed(search_in: Search, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    journal = tmp_path_factory.mktemp("undisturbed") / "trials.log"
    return Searched(journal, search_in(journal), trials(journal))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "trials.log"


def test_what_is_undisturbed_begins_with_nothing_and_prunes(undisturbed: Searched) -> None:
    assert set(undisturbed.made[0][0].values()) == {"nothing"}
    assert len(undisturbed.made) == undisturbed.numbers["trials"] == 14
    assert 0 < undisturbed.numbers["pruned"] < 10
    assert len({str(params) for params, *_ in undisturbed.made}) > 7


@pytest.mark.parametrize("fits", [0, 1, 3, 20])
def test_one_that_was_interrupted_makes_the_same_trials(
    search_in: Search, journal: Path, undisturbed: Searched, fits: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        search_in(journal, interrupted_in_fit=fits)
    assert len(trials(journal)) < 14
    assert search_in(journal) == undisturbed.numbers
    assert trials(journal) == undisturbed.made


def test_another_start_is_another_search(search_in: Search, tmp_path: Path) -> None:
    few = SIZES.model_copy(update={"trials": 2, "startup": 1})
    journal = tmp_path / "trials.log"
    search_in(journal, few)
    search_in(journal, few, starts=({}, {"dropout": 0.6}))
    storage = TrialJournalDataset(path=str(journal)).load()
    assert len(storage.get_all_studies()) == 2


def test_seven_and_then_seven_are_fourteen(
    search_in: Search, journal: Path, undisturbed: Searched
) -> None:
    search_in(journal, SIZES.model_copy(update={"trials": 7}))
    assert trials(journal) == undisturbed.made[:7]
    assert search_in(journal) == undisturbed.numbers
    assert trials(journal) == undisturbed.made


def test_fewer_trials_answer_by_the_first(
    search_in: Search, journal: Path, undisturbed: Searched
) -> None:
    few = SIZES.model_copy(update={"trials": 5})
    alone = search_in(journal, few)
    assert search_in(undisturbed.journal, few) == alone and alone["trials"] == 5


def test_one_that_was_killed_anywhere_makes_the_same_trials(
    search_in: Search, journal: Path, undisturbed: Searched
) -> None:
    content = undisturbed.journal.read_bytes()
    for end in np.random.default_rng(2).integers(1, len(content), 6):
        journal.write_bytes(content[:end])
        assert search_in(journal) == undisturbed.numbers
        assert trials(journal) == undisturbed.made


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half a line": lambda whole: whole + b'{"op_code":4,"worker',
    "garbage": lambda whole: whole + b"\xff\x00 no record\n",
    "another's": lambda whole: whole + b"[]\n7\n{}\n",
    "a line grown into the next": lambda whole: (
        whole + b'{"op_code":4,"wor{"op_code":4,"worker_id":"a","study_id":0}\n' + whole
    ),
    "an end of zeros": lambda whole: whole + b"\0" * 512,
    "what goes too deep": lambda whole: whole + b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_journal_is_cut_behind_its_last_whole_record(
    journal: Path,
    undisturbed: Searched,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
) -> None:
    whole = undisturbed.journal.read_bytes()
    journal.write_bytes(whole)
    assert trials(journal) == undisturbed.made and not caplog.records
    journal.write_bytes(damage(whole))
    assert trials(journal) == undisturbed.made and journal.read_bytes() == whole
    assert "They are cut off" in caplog.text and str(journal) in caplog.text


def test_records_that_nobody_can_follow_are_begun_anew(
    search_in: Search, journal: Path, undisturbed: Searched, caplog: pytest.LogCaptureFixture
) -> None:
    journal.write_bytes(b'{"op_code":99,"worker_id":"a"}\n' + undisturbed.journal.read_bytes())
    assert search_in(journal) == undisturbed.numbers
    assert "begun anew" in caplog.text and trials(journal) == undisturbed.made


def test_journals_are_found_one_or_all_and_looked_at(tmp_path: Path) -> None:
    whole = b'{"op_code": 0, "worker_id": "a"}\n'
    files = [tmp_path / name / "trials.log" for name in ("iris", "wine")]
    for file, content in zip(files, (whole, whole + b'{"op'), strict=True):
        file.parent.mkdir()
        file.write_bytes(content)
    every = TrialJournalDataset(path=str(tmp_path / "*" / "trials.log"))
    assert every.files() == files and every.damaged() == files[1:]
    assert TrialJournalDataset(path=str(files[0])).files() == files[:1]


@pytest.mark.parametrize(
    "problem", [name for name, block in PROBLEMS.items() if block.task != "reconstruction"]
)
def test_every_recipe_that_mixes_has_a_place_in_a_mixture(problem: str) -> None:
    """The others are there, too, and do nothing: all recipes that ship go together."""
    base = arm_called(problem)
    recipes = mixable(parse_recipes(blocks("recipes")["recipes"]), base)
    space = MixtureSpace(recipes, base)
    assert len(recipes) > 5
    for name, recipe in recipes.items():
        assert space.arm({name: values_in_mixtures(recipe)[0]}).layers
    assert space.arm({}).layers


def test_what_most_mixtures_share_is_a_technique_and_nothing_is_said_to_be_none() -> None:
    base, recipes = arm_called("moons"), blocks("recipes")["recipes"]
    best = ['{"dropout": 0.2}', '{"dropout": 0.5, "batch_norm": null}', "{}"]
    mixtures = pd.DataFrame({"without": None, "mixture": best})
    written, arm = to_technique(mixtures, base, recipes, tried=tuple(recipes))
    assert list(yaml.safe_load(written)["moons_mixture"]["network"]) == ["dropout_hidden"]
    assert arm.layers["dropout_hidden"].arguments["rate"] in (0.2, 0.5)
    written, arm = to_technique(mixtures.iloc[1:], base, recipes, tried=tuple(recipes))
    assert written == "# No recipe is in more than half of the best mixtures.\n"
    assert arm.layers == base.layers


@pytest.mark.usefixtures("without_xla")
def test_a_mixture_of_nothing_trains_as_the_network_without(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    base = arm_called("moons", epochs=6)
    space = MixtureSpace(mixable(parse_recipes(blocks("recipes")["recipes"]), base), base)
    mixed = Mixtures(space, (2,)).candidate({})
    alone = CompiledLoop(base, architecture_of(base)).fit(moons, 3)
    found = CompiledLoop(mixed.arm, mixed.architecture).fit(moons, 3)
    assert len(space.recipes) > 12 and mixed.architecture != architecture_of(base)
    for name, numbers in alone.history.items():
        np.testing.assert_allclose(found.history[name], numbers, rtol=1e-6)
    for name, weight in alone.weights.items():
        np.testing.assert_allclose(found.weights[name], weight, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("without_xla")
def test_a_penalty_that_is_off_is_not_computed(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    """Its value of these weights would be 0 times infinity."""
    base = arm_called("moons", epochs=1, optimizer={"SGD": {"learning_rate": 0.0}})
    recipes = parse_recipes(blocks("recipes")["recipes"])
    made = Mixtures(MixtureSpace({"weight_l2": recipes["weight_l2"]}, base), (2,))
    large, losses = {"hidden/kernel": np.full((2, 500), 1e30, "float32")}, []
    for mixture in ({}, {"weight_l2": 1e-3}):
        mixed = made.candidate(mixture)
        loop = CompiledLoop(mixed.arm, mixed.architecture)
        start = Start(weights={**loop.fit(moons, 1).weights, **large})
        losses.append(loop.fit(moons, 1, start).history["loss"][0])
    assert np.isfinite(losses[0]) and not np.isfinite(losses[1])


SHARING = (
    *("weight_l2", "unit_norm", "max_norm", "snapshot_ensemble", "weight_average"),
    *("moving_average", "weight_decay", "label_smoothing"),
)


@pytest.mark.usefixtures("without_xla")
def test_mixtures_share_a_compile_and_train_as_their_recipes_alone(
    moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    base, recipes = arm_called("moons", epochs=10), parse_recipes(blocks("recipes")["recipes"])
    made = Mixtures(MixtureSpace(mixable(recipes, base), base), (2,))
    loops = Loops("compiled")
    for name in SHARING:
        value = values_in_mixtures(recipes[name])[-1]
        mixed = made.candidate({name: value})
        alone = apply(name, technique_of(name, recipes[name], base, value), base)
        found = loops.fit(Job(mixed.arm, mixed.architecture, moons, 3))
        expected = CompiledLoop(alone, architecture_of(alone)).fit(moons, 3)
        assert found.weights["hidden/kernel"].shape == expected.weights["hidden/kernel"].shape
        for path, weight in expected.weights.items():
            # Adam's first steps have one size, whatever the last digit of a norm makes of a sign.
            atol = 5e-3 if name == "unit_norm" else 1e-6
            np.testing.assert_allclose(found.weights[path], weight, rtol=1e-4, atol=atol)
    assert loops.compiles == 1


@pytest.mark.parametrize("training", [{"optimizer": "sgd"}, {"loss": "hinge"}])
def test_what_is_left_out_changes_no_optimizer_and_no_loss(training: dict[str, str]) -> None:
    base = arm_called("moons", **training)
    space = MixtureSpace(mixable(parse_recipes(blocks("recipes")["recipes"]), base), base)
    (key,) = training
    assert getattr(space.arm({}).training, key) == training[key]
