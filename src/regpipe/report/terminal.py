"""The answers as a person reads them at the end of a run: a table, and a sentence each."""

from collections.abc import Sequence

import pandas as pd
from rich import get_console
from rich.markup import escape
from rich.table import Table

from regpipe.language import Problem
from regpipe.language.metrics import METRICS
from regpipe.report.sentence import grid_sentence, sentence
from regpipe.report.study import Screening
from regpipe.report.terminal_tables import (
    answers_table,
    grid_table,
    problem_table,
    rules_table,
    variance_table,
)
from regpipe.report.views.claimed import claimed
from regpipe.report.views.cocktail import cocktail_sentence
from regpipe.report.views.headline import headline
from regpipe.report.views.screening import omission
from regpipe.report.views.screening import sentence as screening_sentence
from regpipe.statistics.answer import Answer
from regpipe.statistics.claims import from_csv, tabulate_claims
from regpipe.statistics.cocktail import CocktailAnswer
from regpipe.statistics.grid import Choice
from regpipe.statistics.judging import NOT_COMPARABLE, STAND_IN


def show(answers: Sequence[Answer], sentences: bool = True) -> None:
    """Print a table for each metric, and the sentences."""
    for metric in METRICS:
        if chosen := [answer for answer in answers if answer.metric == metric]:
            _print(answers_table(chosen))
    if sentences:
        _print(*map(sentence, answers))


def show_problem(
    name: str, problem: Problem, runs: pd.DataFrame, departure: str | None = None
) -> None:
    """Print what a problem's network does without a technique; args as of `problem_table`."""
    _print(problem_table(name, problem, runs, departure))
    if problem.published and problem.stand_in:
        _line(f"What was published: {STAND_IN}. {problem.stand_in}")
    elif problem.published and departure:
        _line(f"What was published: {NOT_COMPARABLE}: {departure}.")
    if diverged := int((runs["outcome"] == "diverged").sum()):
        _line(f"{diverged} of {len(runs)} fits diverged.")


def show_folder(folder: str) -> None:
    """Print where the files are."""
    _line(f"Pictures and tables: {folder}", fold=False)


def show_study(leaderboard: pd.DataFrame, claims: pd.DataFrame, report: str) -> None:
    """Print what the study says as a whole, and where it is told."""
    _print(" ".join(headline(leaderboard, from_csv(claims)).sentences))
    _print(f"All of it: {report}", fold=False)


def show_claims(claims: pd.DataFrame, table: str, picture: str) -> None:
    """Print what became of the published claims, and where they are told one by one."""
    _print(" ".join(claimed(from_csv(claims))))
    _print(f"Claim by claim: {table}\nA picture of them: {picture}", fold=False)


def show_screen(leaderboard: pd.DataFrame, screening: Screening, report: str) -> None:
    """Print what a screen says as a whole, and where it is told."""
    told = headline(leaderboard, tabulate_claims([], {})).sentences
    _print(" ".join([*told, screening_sentence(screening), omission(screening)]).rstrip())
    _print(f"All of it: {report}", fold=False)


def show_cocktail(answer: CocktailAnswer, block: str, page: str) -> None:
    """Print what a cocktail says, and where the common mixture and the report are."""
    _print(cocktail_sentence(answer))
    _print(f"All of it: {page}\nWhat is in most of them, as a technique: {block}", fold=False)


def show_variance(shares: pd.DataFrame) -> None:
    """Print where the noise of each problem's score comes from."""
    _print(variance_table(shares))


def show_grid(grid: pd.DataFrame, choice: Choice) -> None:
    """Print the table and the sentence of a grid."""
    _print(grid_table(grid, choice), grid_sentence(choice))


def show_rules(rules: pd.DataFrame) -> None:
    """Print the table of replayed stopping rules."""
    _print(rules_table(rules))


def _print(*parts: str | Table, fold: bool = True) -> None:
    """Print each part behind an empty line."""
    for part in parts:
        get_console().print()
        _line(part, fold)


def _line(part: str | Table, fold: bool = True) -> None:
    """Print text as it is, or a table; a path isn't folded, so that it can be copied."""
    text = escape(part) if isinstance(part, str) else part
    get_console().print(text, highlight=False, soft_wrap=not fold)
