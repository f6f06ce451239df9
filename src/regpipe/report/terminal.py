"""The answers as a person reads them at the end of a run: a table, and a sentence each."""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import groupby

import pandas as pd
from rich import box, get_console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from regpipe.language import Problem
from regpipe.language.blocks import SIDES
from regpipe.language.metrics import METRICS
from regpipe.report.diagnosis import paragraph
from regpipe.report.sentence import grid_sentence, sentence
from regpipe.report.study import Screening
from regpipe.report.views.answer import Parts
from regpipe.report.views.answer import sentences as of_answer
from regpipe.report.views.answer_rows import compared_rows
from regpipe.report.views.cocktail import NOTHING_COMMON, cocktail_sentence, have_common
from regpipe.report.views.headline import claimed, headline
from regpipe.report.views.mechanisms import told
from regpipe.report.views.screening import sentences as of_screen
from regpipe.report.views.variance import variance
from regpipe.rows.draws import draws_of
from regpipe.statistics.answer import Answer, Role
from regpipe.statistics.claims import from_csv, published_baseline, tabulate_claims
from regpipe.statistics.cocktail import CocktailAnswer
from regpipe.statistics.diagnosis import Diagnosis
from regpipe.statistics.grid import Choice
from regpipe.statistics.judging import NOT_COMPARABLE, STAND_IN
from regpipe.statistics.summary import spread
from regpipe.statistics.winners import ModelAnswer


def show(
    answers: Sequence[Answer], baselines: Mapping[str, pd.DataFrame], sentences: bool = True
) -> None:
    """Print a table for each metric, and the sentences; `baselines` are as in `answers_table`."""
    for metric in METRICS:
        if chosen := [answer for answer in answers if answer.metric == metric]:
            _print(answers_table(chosen, baselines, get_console().width))
    if sentences:
        _print(*map(sentence, answers))


def show_problem(
    name: str, problem: Problem, runs: pd.DataFrame, departure: str | None = None
) -> None:
    """Print the scores of a problem's network without a technique.

    Args:
        name: of the problem.
        problem: its block.
        runs: the run table of its baseline.
        departure: in what it isn't as published. Then, as on rows that only stand in for those that
            were published, the published numbers are left out.
    """
    _print(_problem_table(name, problem, runs, departure))
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
    """Print the headline of a study, and where its page is."""
    _print(headline(leaderboard, from_csv(claims)).text)
    _print(f"All of it: {report}", fold=False)


def show_claims(claims: pd.DataFrame, table: str, picture: str) -> None:
    """Print what became of the published claims, and where they stand one by one."""
    _print(" ".join(claimed(from_csv(claims))))
    _print(f"Claim by claim: {table}\nA picture of them: {picture}", fold=False)


def show_mechanisms(mechanisms: pd.DataFrame, table: str) -> None:
    """Print what became of the claims of mechanism, and where they stand one by one."""
    if sentence := told(mechanisms):
        _print(sentence)
        _print(f"Claim by claim: {table}", fold=False)


def show_screen(leaderboard: pd.DataFrame, screening: Screening, report: str) -> None:
    """Print the headline of a screen, and where its page is."""
    told = headline(leaderboard, tabulate_claims([], {})).text
    _print(" ".join([told, *of_screen(screening)]))
    _print(f"All of it: {report}", fold=False)


def show_cocktail(answer: CocktailAnswer, block: str, page: str) -> None:
    """Print the answer of a cocktail, and where the common mixture and the report are."""
    _print(cocktail_sentence(answer))
    common = f"What is in most of them, as a technique: {block}"
    common = common if have_common(answer) else NOTHING_COMMON
    _print(f"All of it: {page}\n{common}", fold=False)


def show_answer(answer: ModelAnswer, diagnosis: Diagnosis, parts: Parts, page: str) -> None:
    """Print which model to use, what that rests on, and where to go on.

    Args:
        answer: the answer.
        diagnosis: what the network is like as it is.
        parts: recipes and foundations that were searched among, by their names.
        page: where its page is.
    """
    best, *further = of_answer(answer, parts)
    _print(paragraph(diagnosis), best, _compared_table(answer), " ".join(further))
    export = f"kedro run --pipelines={answer.problem}_export"
    same = "(with the same --params, if there were any, or all is searched anew)"
    _print(
        f"All of it: {page}\nTo have the model, trained on all rows: {export}\n{same}", fold=False
    )


def _compared_table(answer: ModelAnswer) -> Table:
    """Return a row for the answer, for both sides, and for what is left of the best network."""
    unit = METRICS[answer.metric]
    made = _table(f"{answer.problem}: test {unit.values}, mean of {answer.repeats} splits")
    for heading in ("model", "mean", "interval", "beside the best network", "so it is"):
        made.add_column(heading)
    for row in compared_rows(answer):
        cells = (row.name, row.mean, row.interval, row.beside)
        made.add_row(*map(escape, cells), row.verdict.text if row.verdict else "")
    return made


DISPENSABLE = ("published", "repeats", "fixed", "fresh")  # in this order, where there is no room
WIDE = 120  # characters, in which all columns have room beside a whole name


def show_grid(grid: pd.DataFrame, choice: Choice) -> None:
    """Print the table and the sentence of a grid."""
    _print(_grid_table(grid, choice), grid_sentence(choice))


def _print(*parts: str | Table, fold: bool = True) -> None:
    """Print each part behind an empty line."""
    for part in parts:
        get_console().print()
        _line(part, fold)


def _line(part: str | Table, fold: bool = True) -> None:
    """Print text as it is, or a table; a path isn't folded, so that it can be copied."""
    text = escape(part) if isinstance(part, str) else part
    get_console().print(text, highlight=False, soft_wrap=not fold)


def answers_table(
    answers: Sequence[Answer], baselines: Mapping[str, pd.DataFrame], width: int = 80
) -> Table:
    """Return a row per arm, problem by problem: the metric on test rows, gain and verdict.

    `fixed` is the published draw under many seeds, `fresh` a new draw at each repeat; published
    numbers stand where the run is as published. Where arms have different numbers of repeats, each
    says how many; a gain is of the repeats that its technique has.

    Args:
        answers: all of one metric.
        baselines: the run table of each problem's baseline, all of whose repeats count.
        width: of the terminal, in characters. Where it is too small for all columns, some that say
            how the verdict came about are left out.
    """
    unit = answers[0].unit
    made = _table(f"Test {unit.values}")
    ordered = sorted(answers, key=lambda answer: (answer.problem, answer.technique))
    by_problem = groupby(ordered, key=lambda answer: answer.problem)
    sections = [_section(list(part), baselines[problem], width) for problem, part in by_problem]
    rows = [row for section in sections for row in section]
    shown = [heading for heading in rows[0] if _tells(heading, {row[heading] for row in rows})]
    for heading in DISPENSABLE:
        if heading in shown and sum(_width(name, rows) + 1 for name in shown) > width:
            shown.remove(heading)
    for heading in shown:
        folds = heading == "verdict"
        least = _width(heading, rows) if folds else None
        made.add_column(heading, no_wrap=not folds, min_width=least)
    for section in sections:
        made.add_section()
        for row in section:
            made.add_row(*(row[heading] for heading in shown))
    return made


def _width(heading: str, rows: Sequence[Mapping[str, str]]) -> int:
    """Return how many characters a column takes; a verdict is folded between its words."""
    if heading == "verdict":
        return len("difference")
    lines = [line for row in rows for line in Text.from_markup(row[heading]).plain.split("\n")]
    return max(map(len, [heading, *lines]))


def _tells(heading: str, cells: set[str]) -> bool:
    """Whether a column is worth its place."""
    return {"published": cells != {"-"}, "repeats": len(cells) > 1}.get(heading, True)


def _section(answers: Sequence[Answer], baseline: pd.DataFrame, width: int) -> list[dict[str, str]]:
    """Return the cells of a problem's rows, by the headings of their columns."""
    first, fresh = answers[0], baseline[baseline["protocol"] == "fresh"]
    unit = first.unit
    change = f"{unit.movement} in{unit.unit}" if unit.unit else unit.movement

    def row(name: str, role: Role, answer: Answer, published: list[float]) -> dict[str, str]:
        bare = role == "baseline"
        fixed, gain = answer.fixed.of(role)["test"], answer.gain
        of_fresh = spread(fresh, answer.metric)["test"] if bare else answer.fresh.technique["test"]
        moved = "" if bare else escape(unit.with_interval(gain.mean, gain.ci_low, gain.ci_high))
        return {
            "arm": name,
            "published": "\n".join(map(unit.value, published)) or "-",
            "fixed": unit.spread(fixed.mean, fixed.sd),
            "fresh": unit.spread(of_fresh.mean, of_fresh.sd),
            "repeats": str(len(fresh) if bare else answer.fresh.repeats),
            change: moved,
            "verdict": "(baseline)" if bare else answer.fresh.verdict,
        }

    longest = 14 if width < WIDE else width
    published = list(dict.fromkeys(n for answer in answers for n in _published(answer, "baseline")))
    others = (
        row(_folded(a.technique, longest), "technique", a, _published(a, "technique"))
        for a in answers
    )
    return [row(first.problem, "baseline", first, published), *others]


def _problem_table(name: str, problem: Problem, runs: pd.DataFrame, departure: str | None) -> Table:
    """Return a row for the training rows and one for the test rows: the metric of the baseline."""
    metric, draws = METRICS[problem.kind.metric], draws_of(problem)
    parts = {name: runs[runs["protocol"] == name] for name in ("fixed", "fresh")}
    scores = [spread(part, problem.kind.metric) for part in parts.values()]
    made = _table(f"{name}, without a technique: {metric.values}")
    made.add_column("rows")
    published = None if departure or problem.stand_in else problem.published
    if published:
        made.add_column("published")
    seeds, repeats = (len(parts[protocol]) for protocol in ("fixed", "fresh"))
    made.add_column(f"{draws.fixed}, {seeds} seeds")
    made.add_column(f"{repeats} {draws.fresh}")
    for side in SIDES:
        claimed = [metric.value(published.scores.get(side, math.nan))] if published else []
        spreads = (metric.spread(sides[side].mean, sides[side].sd) for sides in scores)
        made.add_row(side, *claimed, *spreads)
    return made


def _grid_table(grid: pd.DataFrame, choice: Choice) -> Table:
    """Return a row per point: mean of train and test for both protocols, and how often chosen."""
    unit, paths = METRICS[choice.metric], choice.paths
    made = _table(f"{choice.technique}_grid: {unit.values}")
    for path in paths:
        made.add_column(path.rpartition(".")[2])
    for heading in ("fixed train", "fixed test", "fresh train", "fresh test", "chosen"):
        made.add_column(heading, justify="right")
    for _, part in grid.groupby(paths, sort=True):
        rows = part.set_index("protocol")
        cells = [
            unit.value(float(rows[f"{side}_mean"][protocol]))
            for protocol in ("fixed", "fresh")
            for side in ("train", "test")
        ]
        times = f"{rows['chosen']['fresh']} of {rows['repeats']['fresh']}"
        values = [f"{value:g}" for value in part[paths].iloc[0]]
        made.add_row(*values, *cells, times)
    return made


def show_rules(rules: pd.DataFrame) -> None:
    """Print a row per stopping rule: epochs spent and loss above the lowest, for each problem.

    Means over the fresh repeats.
    """
    fresh = rules[rules["protocol"] == "fresh"]
    title = (
        f"Stopping rules on {fresh['repeats'].max()} fresh repeats: epochs spent, and how far the "
        "loss that is kept lies above the lowest"
    )
    made = _table(title)
    made.add_column("rule", no_wrap=True)
    for problem in fresh["problem"].unique():
        made.add_column(problem, justify="right")
        made.add_column("", justify="right")
    for rule, part in fresh.groupby("rule", sort=False):
        cells = []
        for _, row in part.iterrows():
            cells += [f"{row['epochs_mean']:,.0f}", f"+{row['excess_mean']:.1f}%"]
        made.add_row(str(rule), *cells)
    _print(made)


def show_variance(shares: pd.DataFrame) -> None:
    """Print a row per problem and kind of rows: the standard deviation, and each source's share.

    Args:
        shares: as `statistics.variance` gives them.
    """
    made = _table("How much a single run's score varies, and because of what")
    for heading in ("problem", "scored on"):
        made.add_column(heading, no_wrap=True)
    for heading in ("sd", *dict.fromkeys(shares["source"])):
        made.add_column(heading, justify="right")
    for row in variance(shares):
        made.add_row(row.problem, row.rows, row.total, *(share for _, share, _ in row.sources))
    _print(made)


def _table(title: str) -> Table:
    return Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=0)


def _folded(name: str, width: int) -> str:
    """Break a long name behind underscores."""
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
    scores = published_baseline(answer) if role == "baseline" else fixed.published
    return [scores.test] if scores and scores.test is not None else []
