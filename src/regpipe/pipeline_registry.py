"""One pipeline for each block of YAML: a new technique is a block there and nothing here."""

import warnings
from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from typing import Any

import click
from kedro.pipeline import Pipeline

from regpipe.candidates.arm import baseline_of
from regpipe.candidates.as_published import Shipped
from regpipe.candidates.recipes import is_for, only, parse_recipes, suiting
from regpipe.errors import SpecError
from regpipe.kedro_side.blocks import (
    Blocks,
    check_blocks,
    read_blocks,
    read_mechanisms,
    read_named,
    read_problems,
    read_shipped,
    replayed_problems,
)
from regpipe.language.blocks import TABLE
from regpipe.language.mechanisms import OF_HISTORY
from regpipe.pipelines.answer.pipeline import answer_name
from regpipe.pipelines.answer.pipeline import create_pipeline as create_answer
from regpipe.pipelines.cocktail.pipeline import cocktail_name
from regpipe.pipelines.cocktail.pipeline import create_pipeline as create_cocktail
from regpipe.pipelines.export.pipeline import create_pipeline as create_export
from regpipe.pipelines.export.pipeline import create_prediction
from regpipe.pipelines.grid.pipeline import create_pipeline as create_grid
from regpipe.pipelines.problem.pipeline import create_pipeline as create_problem
from regpipe.pipelines.screen.pipeline import create_pipeline as create_screen
from regpipe.pipelines.screen.pipeline import screen_name
from regpipe.pipelines.stopping_rules.pipeline import NAME as STOPPING_RULES
from regpipe.pipelines.stopping_rules.pipeline import create_pipeline as create_stopping_rules
from regpipe.pipelines.study.pipeline import (
    CLAIMS,
    ProblemPart,
    create_claims,
    create_mechanisms,
)
from regpipe.pipelines.study.pipeline import NAME as STUDY
from regpipe.pipelines.study.pipeline import create_pipeline as create_study
from regpipe.pipelines.technique.pipeline import create_pipeline as create_technique
from regpipe.pipelines.variance.pipeline import NAME as VARIANCE
from regpipe.pipelines.variance.pipeline import create_pipeline as create_variance
from regpipe.pipelines.views import view_of
from regpipe.pipelines.wiring import Lazily


def register_pipelines() -> Mapping[str, Pipeline]:
    """Return every problem's and every technique's pipeline by name, those of grids and screens.

    A technique's pipeline contains its problem's, so that the baseline is always there. The default
    is the study: every problem and every technique, the grids that something was published about,
    and what they say together; the other grids and the screens are run by name. Listed are the
    screens of own tables; those of the other problems are there, too, and only found by name.
    """
    # A technique reads its baseline's tables from the problem's namespace, hence the dots.
    warnings.filterwarnings("ignore", "One or more dataset names contain", UserWarning)
    check_blocks()
    problems, recipes = read_problems()
    _, techniques = read_blocks()
    makers = Makers(problems, techniques, recipes, read_mechanisms(), read_named())
    return Lazily(makers.makers(), unlisted=makers.unlisted())


class Makers:
    """What builds each pipeline of the blocks.

    A block without a problem that exists is left to the check of the parameters, which reports
    what is wrong.
    """

    def __init__(
        self,
        problems: Blocks,
        techniques: Blocks,
        recipes: Mapping[str, Any],
        mechanisms: Mapping[str, Any],
        named: list[str] | None = None,
    ) -> None:
        """Keep the blocks, and build each problem's pipeline once.

        Of the recipes, screens try those that are `named`; without, all that suit.
        """
        self._problems = problems
        self._techniques = {
            name: block
            for name, block in techniques.items()
            if isinstance(block, dict) and block.get("problem") in problems and name not in problems
        }
        self._recipes, self._named = recipes, named
        arms = [*problems, *self._techniques]
        self._mechanisms = {
            name: block
            for name, block in mechanisms.items()
            if isinstance(block, dict)
            and block.get("arm") in arms
            and block.get("beside") in (None, *arms)
        }
        self._screened = [
            problem
            for problem, block in problems.items()
            if any(is_for(recipe, block) for recipe in recipes.values())
        ]
        homes = {block["problem"] for block in self._techniques.values()} | {*self._inside()}
        # What nothing is tried on by name, as a table of the user's own, is no part of the study.
        self._shown = [problem for problem in problems if problem in homes]
        self._bases = Lazily({name: partial(self._base, name) for name in problems})
        self._alone = Lazily({name: partial(self._technique, name) for name in self._techniques})

    def makers(self) -> dict[str, Any]:
        """Return what builds each pipeline, by its name."""
        made: dict[str, Any] = dict.fromkeys(("__default__", STUDY), cache(self._study))
        made |= {name: partial(self._bases.__getitem__, name) for name in self._problems}
        for name, block in self._techniques.items():
            made[name] = partial(self._with_technique, name)
            if block.get("grid"):
                made[f"{name}_grid"] = partial(self._with_grid, name)
        for problem in self._screened:
            made[screen_name(problem)] = partial(self._with_screen, problem)
            made[cocktail_name(problem)] = partial(self._with_cocktail, problem)
            if self._table(problem):
                made[answer_name(problem)] = partial(self._with_answer, problem)
                made[f"{problem}_export"] = partial(self._with_export, problem)
                made[f"{problem}_predict"] = partial(create_prediction, problem)
        if self._claimed() or self._mechanisms:
            made[CLAIMS] = self._claims
        made[VARIANCE] = partial(self._with_inputs, self._variance)
        if self._replayed():
            made[STOPPING_RULES] = partial(self._with_inputs, self._stopping_rules)
        return made

    def unlisted(self) -> set[str]:
        """Return the pipelines that are only found by name: they would fill every list."""
        others = [
            problem
            for problem in self._screened
            if not self._table(problem) or not self._suiting(problem)
        ]
        of_each = (answer_name, screen_name, cocktail_name, "{}_export".format)
        return {name(problem) for problem in others for name in of_each}

    def _base(self, problem: str) -> Pipeline:
        return create_problem(problem, view_of(self._problems[problem]), self._table(problem))

    def _table(self, problem: str) -> str | None:
        """Return the dataset of a problem's own table, None where its rows are others."""
        block = self._problems[problem]
        rows = block.get("rows") if isinstance(block, dict) else None
        table = rows.get(TABLE) if isinstance(rows, dict) else None
        return table if isinstance(table, str) else None

    @cached_property
    def _blocks_as_shipped(self) -> tuple[Blocks, Blocks]:
        return read_shipped()

    def _home(self, name: str) -> str:
        """Return the problem of a technique, or the problem itself."""
        return self._techniques[name]["problem"] if name in self._techniques else name

    def _shipped(self, name: str) -> Shipped:
        """Return the blocks of an arm and its problem that what was published is about."""
        problems, techniques = self._blocks_as_shipped
        home = self._home(name)
        return {"problem": problems[home], "technique": techniques.get(name, {})}

    def _technique(self, name: str) -> Pipeline:
        home = self._techniques[name]["problem"]
        view = view_of(self._problems[home])
        family = sum(block["problem"] == home for block in self._techniques.values())
        return create_technique(name, home, view, self._shipped(name), family)

    def _with_technique(self, name: str) -> Pipeline:
        return self._bases[self._techniques[name]["problem"]] + self._alone[name]

    def _grid(self, name: str) -> Pipeline:
        return create_grid(name, self._techniques[name]["problem"], self._shipped(name))

    def _with_grid(self, name: str) -> Pipeline:
        return self._bases[self._techniques[name]["problem"]] + self._grid(name)

    def _suiting(self, problem: str) -> dict[str, bool]:
        """Return the recipes that suit a problem, and whether they have a strength to choose."""
        try:
            base = baseline_of(problem, self._problems)
            suit = suiting(only(parse_recipes(self._recipes), self._named), base)
        except SpecError:  # the check of the parameters reports what is wrong
            return {}
        return {name: bool(recipe.strength) for name, recipe in suit.items()}

    def _tried(self, problem: str) -> dict[str, bool]:
        """Return what a screen tries, or report why there can't be one."""
        if suiting := self._suiting(problem):
            return suiting
        asked = f"screen.recipes ({', '.join(self._named)})" if self._named else "the recipes"
        raise click.ClickException(
            f"none of {asked} suits {problem}, so there is nothing to try. Expected a hidden "
            "layer in its network, or recipes of another kind."
        )

    def _with_screen(self, problem: str) -> Pipeline:
        view = view_of(self._problems[problem])
        return self._bases[problem] + create_screen(problem, view, self._tried(problem))

    def _with_cocktail(self, problem: str) -> Pipeline:
        recipes = list(self._tried(problem))
        return self._with_screen(problem) + create_cocktail(problem, recipes)

    def _with_answer(self, problem: str) -> Pipeline:
        table = self._table(problem)
        assert table is not None and self._tried(problem)
        classifies = self._problems[problem].get("task") != "regression"
        answer = create_answer(problem, table, classifies=classifies)
        return self._only(problem, answer) + answer

    def _only(self, problem: str, pipeline: Pipeline) -> Pipeline:
        """Return those nodes of a problem that make what a pipeline reads."""
        base = self._bases[problem]
        return base.to_outputs(*(pipeline.inputs() & base.all_outputs()))

    def _with_export(self, problem: str) -> Pipeline:
        table = self._table(problem)
        assert table is not None
        return self._with_answer(problem) + create_export(problem, table)

    def _variance(self) -> Pipeline:
        return create_variance(list(self._shown))

    def _replayed(self) -> list[str]:
        replayed = replayed_problems()
        return replayed if set(replayed) <= set(self._problems) else []

    def _stopping_rules(self) -> Pipeline:
        return create_stopping_rules(self._replayed())

    def _claimed(self) -> list[str]:
        """Return the techniques whose answers cover everything that was published.

        Those are the ones that something was published about, themselves or their grids, and the
        first of a problem where that is true of its baseline alone.
        """
        homes = {
            name: block["problem"]
            for name, block in self._techniques.items()
            if block.get("published") or block.get("grid_published")
        }
        for name, block in self._techniques.items():
            home = self._problems[block["problem"]]
            published = isinstance(home, dict) and home.get("published")
            if published and not block.get("metric") and block["problem"] not in homes.values():
                homes[name] = block["problem"]
        return [name for name in self._techniques if name in homes]

    def _grids_claimed(self) -> list[str]:
        return [n for n, block in self._techniques.items() if block.get("grid_published")]

    def _claims(self) -> Pipeline:
        claimed, grids = self._claimed(), self._grids_claimed()
        arms = dict.fromkeys([*claimed, *self._inside()])
        parts = [
            *(self._bases[home] for home in dict.fromkeys(map(self._home, arms))),
            *(self._alone[name] for name in arms if name in self._techniques),
            *map(self._grid, grids),
            *self._judged(),
        ]
        return Pipeline({node for part in parts for node in part.nodes})

    def _judged(self) -> list[Pipeline]:
        """Return what judges the claims, given the results."""
        inside = self._inside()
        curves = [arm for arm, curved in inside.items() if curved]
        techniques = [arm for arm in inside if arm in self._techniques]
        shipped = {arm: self._shipped(arm) for arm in inside}
        return [
            create_claims(self._claimed(), self._grids_claimed()),
            create_mechanisms(self._mechanisms, shipped, techniques, curves),
        ]

    def _inside(self) -> dict[str, bool]:
        """Return the arms that claims of mechanism are about, and whether by their curves."""
        arms: dict[str, bool] = {}
        for claim in self._mechanisms.values():
            arm, home = claim["arm"], self._home(claim["arm"])
            curved = str(claim.get("measure")).startswith(OF_HISTORY)
            beside = claim.get("beside") or home
            for name in (arm, beside, home, self._home(beside)):
                arms[name] = arms.get(name, False) or curved
        return arms

    def _study(self) -> Pipeline:
        parts = {problem: ProblemPart(view_of(self._problems[problem])) for problem in self._shown}
        for name, block in self._techniques.items():
            part = parts.get(block["problem"])
            if part is None:
                continue
            part.techniques[name] = self._alone[name]
            if block.get("grid_published"):
                part.grids[name] = self._grid(name)
        further = [
            self._variance(),
            *([self._stopping_rules()] if self._replayed() else []),
            *self._judged(),
        ]
        bases = {problem: self._bases[problem] for problem in self._shown}
        return create_study(bases, parts, further)

    def _with_inputs(self, make: Callable[[], Pipeline]) -> Pipeline:
        """Return a pipeline with the nodes of the problems that make what it reads."""
        pipeline = make()
        everything = Pipeline({node for base in self._bases.values() for node in base.nodes})
        return everything.to_outputs(*(pipeline.inputs() & everything.all_outputs())) + pipeline
