"""The end of a run: its answers, and where its files are."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from regpipe.candidates.as_published import problem_departure
from regpipe.kedro_side.blocks import read_blocks, read_shipped
from regpipe.kedro_side.runner.records import config_of
from regpipe.language import Problem
from regpipe.language.reading import parse
from regpipe.pipelines.screen.pipeline import screen_name

if TYPE_CHECKING:
    import pandas as pd


class AnswerHooks:
    """Ends a run with its answers."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Print a table and a sentence for each technique and each grid that this run answered.

        The study and the claims have too many for a sentence each, and end with what they say
        together. Who asks for an export has seen the screen behind it.
        """
        left = pipeline.all_outputs()
        if _show_files(left, catalog):
            return
        answers = sorted(name for name in left if name.endswith(".summary"))
        # A screen has a choice for each recipe, too, and shows them in its report.
        choices = [name.removesuffix(".choice") for name in left if name.endswith(".choice")]
        grids = sorted(name for name in choices if "/" not in name)
        screens = [name.removesuffix(".report") for name in left if name.endswith("_screen.report")]
        _show_models(left, catalog)
        if not left & {"variance.shares", "stopping_rules.rules"} and not answers and not grids:
            _show_problems(left, catalog)
            return
        from regpipe.report import terminal
        from regpipe.report.study import Screening

        many = bool(screens) or "study.claims" in left
        told = [catalog.load(name) for name in answers]
        baselines = {name: _baseline(name, left, catalog) for name in {a.problem for a in told}}
        terminal.show(told, baselines, sentences=not many)
        for name in () if many else answers:
            terminal.show_folder(_folder_of(catalog, name))
        for name in grids:
            terminal.show_grid(catalog.load(f"{name}.grid"), catalog.load(f"{name}.choice"))
            terminal.show_folder(_folder_of(catalog, f"{name}.choice"))
        if "stopping_rules.rules" in left:
            terminal.show_rules(catalog.load("stopping_rules.rules"))
        if "variance.shares" in left:
            terminal.show_variance(catalog.load("variance.shares"))
        if "study.mechanisms" in left:
            mechanisms = catalog.load("study.mechanisms")
            terminal.show_mechanisms(mechanisms, _file_of(catalog, "study.mechanisms"))
        if "study.report" in left:
            leaderboard, claims = catalog.load("study.leaderboard"), catalog.load("study.claims")
            terminal.show_study(leaderboard, claims, _file_of(catalog, "study.report"))
        elif "study.claims" in left:
            files = (_file_of(catalog, f"study.{name}") for name in ("claims", "claims_plot"))
            terminal.show_claims(catalog.load("study.claims"), *files)
        for name in screens:
            parts = [
                catalog.load(f"{name}.{table}") for table in ("tuning", "references", "left_out")
            ]
            leaderboard = catalog.load(f"{name}.leaderboard")
            report = _file_of(catalog, f"{name}.report")
            terminal.show_screen(leaderboard, Screening(*parts), report)
        for name in sorted(name for name in left if name.endswith("_cocktail.answer")):
            cocktail = name.removesuffix(".answer")
            files = (_file_of(catalog, f"{cocktail}.{what}") for what in ("technique", "report"))
            terminal.show_cocktail(catalog.load(name), *files)


def _baseline(problem: str, left: set[str], catalog: DataCatalog) -> "pd.DataFrame":
    """Return the run table of a baseline; of a screen those repeats that any of its recipes has."""
    runs = catalog.load(f"{problem}.runs")
    if (board := f"{screen_name(problem)}.leaderboard") in left:
        runs = runs[runs["repeat"] < catalog.load(board)["repeats"].max()]
    return runs


def _show_files(left: set[str], catalog: DataCatalog) -> bool:
    """Print where an export, and where predictions are; return whether there are any."""
    from regpipe.report.views.answer_rows import exported

    lines = []
    for name in sorted(left):
        problem, _, what = name.rpartition(".")
        if what == "export":
            folder = config_of(catalog, name)["filepath"]
            export: Any = catalog[name]
            about = export.about()
            rows = f"{about.rows:,} rows of {problem}"
            model = exported(about.model, about.chosen)
            lines.append(f"{model}, trained on all {rows}: {folder}")
        if what == "predicted":
            rows = f"{len(catalog.load(name)):,} rows of {problem}"
            lines.append(f"{rows} predicted: {_file_of(catalog, name)}")
    for line in lines:
        click.echo(f"\n{line}")
    return bool(lines)


def _show_models(left: set[str], catalog: DataCatalog) -> None:
    """Print which model to use, of each problem that this run answered it for."""
    from regpipe.report import terminal

    for name in sorted(name for name in left if name.endswith("_answer.answer")):
        of = name.removesuffix(".answer")
        answer, diagnosis, space = (
            catalog.load(f"{of}.{what}") for what in ("answer", "diagnosis", "space")
        )
        terminal.show_answer(answer, diagnosis, space.parts, _file_of(catalog, f"{of}.report"))


def _show_problems(left: set[str], catalog: DataCatalog) -> None:
    """Print what the networks of the problems of a run do without a technique."""
    from regpipe.report import terminal

    for name in sorted(read_blocks()[0].keys() & {n.removesuffix(".runs") for n in left}):
        problem = parse(Problem, catalog.load("parameters")[name], name)
        departure = None
        if problem.published and not problem.stand_in:
            departure = problem_departure(name, problem, read_shipped()[0][name])
        terminal.show_problem(name, problem, catalog.load(f"{name}.runs"), departure)
        if f"{name}.rows_plot" in left:
            terminal.show_folder(_folder_of(catalog, f"{name}.rows_plot"))


def _file_of(catalog: DataCatalog, name: str) -> str:
    """Return where a dataset lies."""
    path = str(config_of(catalog, name)["filepath"])
    return path.removeprefix(f"{Path.cwd()}/")


def _folder_of(catalog: DataCatalog, name: str) -> str:
    """Return the folder in which a dataset lies."""
    return _file_of(catalog, name).rpartition("/")[0]
