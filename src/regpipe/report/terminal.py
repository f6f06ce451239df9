"""The answers as a person reads them at the end of a run: a table, and a sentence each."""

import re
from collections.abc import Sequence

import pandas as pd
from rich import box, get_console
from rich.markup import escape
from rich.table import Table

from regpipe.language import Problem
from regpipe.language.metrics import METRICS, Metric
from regpipe.report.cocktail import cocktail_sentence
from regpipe.report.grid import grid_sentence, grid_table
from regpipe.report.problem import problem_table
from regpipe.report.sentence import sentence
from regpipe.report.stopping import rules_table
from regpipe.report.study import Screening
from regpipe.report.variance import variance_table
from regpipe.report.views.claimed import claimed
from regpipe.report.views.headline import headline
from regpipe.report.views.screening import omission
from regpipe.report.views.screening import sentence as screening_sentence
from regpipe.statistics.answer import ROLES, Answer, Role
from regpipe.statistics.claims import from_csv, published_baseline, tabulate_claims
from regpipe.statistics.cocktail import CocktailAnswer
from regpipe.statistics.grid import Choice
from regpipe.statistics.judging import NOT_COMPARABLE, STAND_IN


def show(answers: Sequence[Answer], sentences: bool = True) -> None:
    """Print a table for each metric, and the sentences."""
    console = get_console()
    for metric in METRICS:
        if chosen := [answer for answer in answers if answer.metric == metric]:
            console.print()
            console.print(table(chosen))
    for answer in answers if sentences else ():
        console.print()
        console.print(escape(sentence(answer)), highlight=False, soft_wrap=False)


def show_problem(
    name: str, problem: Problem, runs: pd.DataFrame, departure: str | None = None
) -> None:
    """Print what a problem's network does without a technique; args as of `problem_table`."""
    console = get_console()
    console.print()
    console.print(problem_table(name, problem, runs, departure))
    if problem.published and (problem.stand_in or departure):
        why = (
            f"{STAND_IN}. {problem.stand_in}"
            if problem.stand_in
            else f"{NOT_COMPARABLE}: {departure}."
        )
        console.print(escape(f"What was published: {why}"), highlight=False, soft_wrap=False)
    if diverged := int((runs["outcome"] == "diverged").sum()):
        console.print(f"{diverged} of {len(runs)} fits diverged.", highlight=False)


def show_folder(folder: str) -> None:
    """Print where the files are."""
    get_console().print(f"Pictures and tables: {escape(folder)}", highlight=False, soft_wrap=True)


def show_study(leaderboard: pd.DataFrame, claims: pd.DataFrame, report: str) -> None:
    """Print what the study says as a whole, and where it is told."""
    console = get_console()
    said = " ".join(headline(leaderboard, from_csv(claims)).sentences)
    console.print()
    console.print(escape(said), highlight=False, soft_wrap=False)
    console.print()
    console.print(f"All of it: {escape(report)}", highlight=False, soft_wrap=True)


def show_claims(claims: pd.DataFrame, table: str, picture: str) -> None:
    """Print what became of the published claims, and where they are told one by one."""
    console = get_console()
    console.print()
    console.print(escape(" ".join(claimed(from_csv(claims)))), highlight=False, soft_wrap=False)
    console.print()
    told = f"Claim by claim: {escape(table)}\nA picture of them: {escape(picture)}"
    console.print(told, highlight=False, soft_wrap=True)


def show_screen(leaderboard: pd.DataFrame, screening: Screening, report: str) -> None:
    """Print what a screen says as a whole, and where it is told."""
    console = get_console()
    said = [
        *headline(leaderboard, tabulate_claims([], {})).sentences,
        screening_sentence(screening),
        omission(screening),
    ]
    console.print()
    console.print(escape(" ".join(said).rstrip()), highlight=False, soft_wrap=False)
    console.print()
    console.print(f"All of it: {escape(report)}", highlight=False, soft_wrap=True)


def show_cocktail(answer: CocktailAnswer, block: str, page: str) -> None:
    """Print what a cocktail says, and where the common mixture and the report are."""
    console = get_console()
    console.print()
    console.print(escape(cocktail_sentence(answer)), highlight=False, soft_wrap=False)
    console.print()
    told = f"All of it: {escape(page)}\nWhat is in most of them, as a technique: {escape(block)}"
    console.print(told, highlight=False, soft_wrap=True)


def show_variance(shares: pd.DataFrame) -> None:
    """Print where the noise of each problem's score comes from."""
    console = get_console()
    console.print()
    console.print(variance_table(shares))


def show_grid(grid: pd.DataFrame, choice: Choice) -> None:
    """Print the table and the sentence of a grid."""
    console = get_console()
    console.print()
    console.print(grid_table(grid, choice))
    console.print()
    console.print(escape(grid_sentence(choice)), highlight=False, soft_wrap=False)


def show_rules(rules: pd.DataFrame) -> None:
    """Print the table of replayed stopping rules."""
    console = get_console()
    console.print()
    console.print(rules_table(rules))


def table(answers: Sequence[Answer]) -> Table:
    """Return a row per arm, problem by problem: the metric on test rows, gain and verdict.

    `fixed` is the published draw under many seeds, `fresh` a new draw at each repeat; published
    numbers stand where the run is as published. All answers are of one metric.
    """
    unit = answers[0].unit
    made = Table(box=box.SIMPLE_HEAD, title=_title(unit), title_justify="left", padding=0)
    made.add_column("arm", no_wrap=True)
    change = f"{unit.movement} in{unit.unit}" if unit.unit else unit.movement
    claims = any(_published(a, arm) for a in answers for arm in ROLES)
    for heading in (*(["published"] if claims else ()), "fixed", "fresh", change):
        made.add_column(heading, no_wrap=True)
    made.add_column("verdict", min_width=len("difference"))
    problem = None
    for answer in sorted(answers, key=lambda a: (a.problem, a.technique)):
        if answer.problem != problem:
            problem = answer.problem
            made.add_section()
            said = (n for a in answers if a.problem == problem for n in _published(a, "baseline"))
            cells = _cells(answer, "baseline", list(dict.fromkeys(said)))[not claims :]
            made.add_row(problem, *cells, "", "(baseline)")
        cells = _cells(answer, "technique", _published(answer, "technique"))[not claims :]
        gain = unit.told(answer.gain.mean, answer.gain.ci_low, answer.gain.ci_high)
        made.add_row(_folded(answer.technique), *cells, escape(gain), answer.fresh.verdict)
    return made


def _title(unit: Metric) -> str:
    return f"Test {unit.name}" + (f", in{unit.unit}" if unit.value_scale != 1 else "")


def _folded(name: str, width: int = 14) -> str:
    """Break a long name behind underscores, so that the table fits into 80 columns."""
    lines = [""]
    for part in re.findall(r"[^_]+_*", name):
        if lines[-1] and len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _published(answer: Answer, role: Role) -> list[float]:
    """Return what was published of an arm's test score, where this run can be compared with it.

    That of a baseline is the one of the technique's own source, where that has one.
    """
    fixed = answer.fixed
    if fixed.stand_in or fixed.departure(role):
        return []
    said = published_baseline(answer) if role == "baseline" else fixed.published
    return [said.test] if said and said.test is not None else []


def _cells(answer: Answer, role: Role, published: list[float]) -> list[str]:
    unit = answer.unit
    claimed = "\n".join(map(unit.value, published)) or "-"
    found = [part.of(role)["test"] for part in (answer.fixed, answer.fresh)]
    return [claimed, *(unit.spread(numbers.mean, numbers.sd) for numbers in found)]
