"""Are these parameters something that can be run? Asked before anything is trained."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain
from typing import Any

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.as_published import Block
from regpipe.candidates.foundations import FOUNDATIONS, found, parse_foundations, suited
from regpipe.candidates.grids import check_grid
from regpipe.candidates.mechanisms import MECHANISMS, faults_of_mechanisms
from regpipe.candidates.recipes import check_recipe, hidden_layers, suits
from regpipe.candidates.references import REFERENCES, parse_references
from regpipe.errors import SpecError, hint, shown, unknown
from regpipe.language import Problem, Recipe, Settings, StoppingRules, Technique, Training
from regpipe.language.limits import Limits, faults_of_sizes, faults_of_weights
from regpipe.language.reading import parse
from regpipe.language.vocabulary import check_name
from regpipe.rows.sources import check_rows

PIPELINES = ("study", "claims", "variance")  # those of all problems
# Of the catalog, and the folder of the fits.
DATASETS = ("made", "origin", "trainer", "looks", "fits")
OF_A_PROBLEM = ("answer", "screen", "cocktail", "export", "predict")  # the pipelines of each
RECIPES, LIMITS = "recipes", "limits"
OTHERS = (
    RECIPES,
    FOUNDATIONS,
    REFERENCES,
    MECHANISMS,
)  # parameters that hold blocks by their names
NEEDED = {key for key, field in Recipe.model_fields.items() if field.is_required()}


def check_parameters(
    parameters: Block, problems: Mapping[str, Block], techniques: Mapping[str, Block]
) -> None:
    """Check every block, the overrides of a run included.

    Args:
        parameters: all parameters as Kedro merged them, `--params` included.
        problems: the blocks of the problem files, as written (they decide what is a problem).
        techniques: the blocks of the technique files, as written.

    Raises:
        SpecError: with one line for each fault: block, key, and what was expected.
    """
    faults: list[str] = []

    def keep(check: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return check(*arguments)
        except SpecError as error:
            faults.extend(error.faults)
            return None

    limits = _check_sizes(parameters)
    misnamed = _faults_of_names(problems, techniques)
    faults += misnamed.values()
    names = {*Settings.model_fields, *OTHERS, *problems, *techniques}
    unknown_names = sorted(set(parameters) - names)
    faults += [f"{name}: there is no such parameter. {hint(name, names)}" for name in unknown_names]
    settings = {k: v for k, v in parameters.items() if k in Settings.model_fields}
    parsed = None if settings.keys() & misnamed else keep(parse, Settings, settings, "")
    bases: dict[str, Arm | None] = dict.fromkeys(problems)
    for name in (name for name in problems if name not in misnamed):
        bases[name] = keep(_base, name, parameters[name])
    arms: dict[str, Arm | None] = {**dict.fromkeys(techniques), **bases}
    for name in (name for name in techniques if name not in misnamed):
        written = techniques[name].get("problem") if isinstance(techniques[name], dict) else None
        arms[name] = keep(_arm, name, parameters[name], written, bases)
    for name, arm in arms.items():
        if arm is not None:
            faults += faults_of_weights(name, arm.input_shape, arm.layers, limits)
    there = [base for base in bases.values() if base]
    recipes, foundations, references, mechanisms = (
        keep(_blocks_of, kind, parameters) or {} for kind in OTHERS
    )
    keep(_check_names, parsed, recipes)
    faults += _faults_of_recipes(recipes, there)
    faults += _faults_of_foundations(foundations, recipes, there)
    faults += _faults_of_starts(parsed, {*recipes, *foundations})
    keep(parse_references, references)
    if rules := parameters.get("stopping_rules"):
        if found := keep(parse, StoppingRules, rules, "stopping_rules"):
            faults += _faults_of_rules(found, bases)
    faults += faults_of_mechanisms(mechanisms, arms)
    if faults:
        raise SpecError(*dict.fromkeys(faults))


def _check_sizes(parameters: Block) -> Limits:
    """Return the limits, unless something is beyond them: other checks would take as long."""
    limits = parse(Limits, parameters.get(LIMITS) or {}, LIMITS)
    spent = {k: v for k, v in parameters.items() if k not in (LIMITS, REFERENCES)}
    if beyond := list(faults_of_sizes(spent, limits)):
        raise SpecError(*beyond)
    return limits


def _base(name: str, block: Block) -> Arm:
    """Return the arm of a problem.

    The classes of an own table are read in its rows, if those can be.
    """
    problem = parse(Problem, block, name)
    check_rows(name, problem)
    return baseline(name, problem)


def _arm(
    name: str, block: Block, written: str | None, bases: Mapping[str, Arm | None]
) -> Arm | None:
    """Return the arm of a technique, None where its problem has a fault of its own."""
    technique = parse(Technique, block, name)
    if technique.problem not in bases:
        raise SpecError(f"{name}.problem: {_no_problem(technique.problem, bases)}")
    if technique.problem != written:
        raise SpecError(
            f"{name}.problem: a run can't change it from '{written}' to '{technique.problem}', "
            "since the pipeline is wired to it. Write a block for that."
        )
    base = bases[technique.problem]
    if base is None:
        return None
    arm = apply(name, technique, base)
    check_grid(name, technique, base)
    return arm


def _blocks_of(kind: str, parameters: Block) -> Mapping[str, Block]:
    """Return the blocks of a parameter that holds them by their names."""
    blocks = parameters.get(kind)
    if not isinstance(blocks, dict | None):
        raise SpecError(f"{kind}: expected a mapping of names to blocks, received {shown(blocks)}.")
    return blocks or {}


def _check_names(settings: Settings | None, recipes: Mapping[str, Block]) -> None:
    """Raise SpecError where a screen shall try what isn't there."""
    if settings is None:
        return
    named = settings.screen.recipes or []
    if wrong := [name for name in named if name not in recipes]:
        raise unknown("screen.recipes", "recipe", wrong[0], recipes)


def _faults_of_recipes(recipes: Mapping[str, Block], bases: Sequence[Arm]) -> Iterator[str]:
    """Yield what is wrong with recipes that make an arm of no problem that they are for.

    One that suits some of them is left out of the screens of the others. So is one that none would
    keep out by its network, but each by its own training: the recipe is in order.
    """
    for name, block in recipes.items():
        try:
            check_name(f"{RECIPES}.{name}", "recipe", name)
            recipe = parse(Recipe, block, f"{RECIPES}.{name}")
            meant = [base for base in bases if recipe.is_for(base.task)]
            tried = [_plain(base) for base in meant if hidden_layers(base)]
            if tried and not any(suits(name, recipe, base) for base in chain(meant, tried)):
                check_recipe(name, recipe, tried[0])
        except SpecError as error:
            if isinstance(block, dict) and not NEEDED <= set(block):  # a misspelt override
                for near in get_close_matches(str(name), {*map(str, recipes)} - {str(name)}, 1):
                    yield f"{RECIPES}.{name}: this is no whole recipe. Did you mean '{near}'?"
            yield from (f if f.startswith(RECIPES) else f"{RECIPES}.{f}" for f in error.faults)


def _faults_of_foundations(
    blocks: Mapping[str, Block], recipes: Mapping[str, Block], bases: Sequence[Arm]
) -> Iterator[str]:
    """Yield what is wrong with foundations: one has a recipe's name, or suits no problem at all."""
    try:
        foundations = parse_foundations(blocks)
    except SpecError as error:
        yield from error.faults
        return
    for name, one in foundations.items():
        if name in recipes:
            yield f"{FOUNDATIONS}.{name}: there is a recipe of that name. Expected another."
        tried = [base for base in bases if one.is_for(base.task) and hidden_layers(base)]
        if tried and not any(suited({name: one}, base) for base in tried):
            try:
                found(f"{FOUNDATIONS}.{name}", {name: (one, None)}, _plain(tried[0]))
            except SpecError as error:
                yield from error.faults


def _faults_of_starts(settings: Settings | None, parts: Collection[str]) -> Iterator[str]:
    """Yield which parts of the mixtures that are tried first aren't there."""
    for place, start in enumerate(settings.starts if settings else (), start=1):
        for name in start:
            if name not in parts:
                what = "recipe or foundation"
                yield from unknown(f"starts, number {place}", what, name, parts).faults


def _plain(base: Arm) -> Arm:
    """Return a problem's network with a training that nothing is asked of but its loss."""
    own = base.training
    return replace(base, training=Training(loss=own.loss, epochs=own.epochs))


def _faults_of_rules(rules: StoppingRules, bases: Mapping[str, Arm | None]) -> Iterator[str]:
    """Yield which problems aren't there, or don't log what the rules watch."""
    for problem in rules.problems:
        if problem not in bases:
            yield f"stopping_rules.problems: {_no_problem(problem, bases)}"
        elif base := bases[problem]:  # else it is there, and has a fault of its own
            for name, block in rules.rules.items():
                if block.rule.monitor not in base.task.logs:
                    path, what = f"stopping_rules.rules.{name}", f"number that {problem} logs"
                    yield from unknown(path, what, block.rule.monitor, base.task.logs).faults


def check_free(problems: Iterable[str], techniques: Mapping[str, Any]) -> None:
    """Raise SpecError where a problem or a technique can't be called so, or something else is."""
    if faults := _faults_of_names(problems, techniques):
        raise SpecError(*faults.values())


def _faults_of_names(problems: Iterable[str], techniques: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with names of problems and techniques, by the name."""
    grids = {
        f"{name}_grid": f"grid of {name}"
        for name, block in techniques.items()
        if isinstance(block, dict) and block.get("grid")
    }
    taken = {
        **dict.fromkeys(Settings.model_fields, "parameter"),
        **dict.fromkeys(PIPELINES, "pipeline"),
        **dict.fromkeys(DATASETS, "dataset"),
        **{f"{problem}_{what}": "pipeline" for problem in problems for what in OF_A_PROBLEM},
        **dict.fromkeys(OTHERS, "parameter"),
        **grids,
    }
    faults: dict[str, str] = {}
    for name in sorted({*problems, *techniques}):
        try:
            check_name(name, "problem or technique", name)
        except SpecError as error:
            faults[name] = str(error)
        if name in taken:
            faults[name] = f"{name}: this name is taken by a {taken[name]}. Expected another."
        elif name in problems and name in techniques:
            faults[name] = f"{name}: names both a problem and a technique. Expected two names."
    return faults


def _no_problem(problem: str, problems: Iterable[str]) -> str:
    return f"there is no problem '{problem}'. {hint(problem, problems)}"
