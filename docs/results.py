"""Write docs/results.md from what a run left behind.

`kedro run` leaves everything. What became of the claims is told of a run of their own, where there
is one, of 200 repeats in a folder of its own. (Where its `looks.csv` is put into the folder of the
study beforehand, the verdicts of both hold together.)
`kedro run --pipelines=claims` leaves nothing else, and the page then tells of the claims alone.

Usage: python docs/results.py [DATA_ROOT [CLAIMS_ROOT]]
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from regpipe.language import Measure
from regpipe.language.metrics import METRICS, Metric
from regpipe.report.sentence import span
from regpipe.report.views.headline import claimed, headline
from regpipe.report.views.mechanisms import claimed as said
from regpipe.report.views.mechanisms import told
from regpipe.report.views.variance import variance
from regpipe.statistics.claims import from_csv
from regpipe.statistics.judging import FATES, NOT_COMPARABLE, NOT_CONTRADICTED, STAND_IN
from regpipe.statistics.mechanisms import with_texts

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "results.md"
Row = dict[str, Any]

HEAD = """\
# Results

What {command} found: {seeds} seeds on the published draw, {draws} fresh draws (or splits
of a table), each technique on its home problem{claims}. Written by `make results` from the runs'
own files; regpipe {regpipe}, Keras {keras}, TensorFlow {tensorflow}.

{headline}
"""
CLAIMS = """\
## What was published, and what became of it

On the published draw: mean over the seeds, and in brackets the lowest and highest. Published scores
of baseline and technique are those of one source. Gains are in points over the baseline, with
{confidence:.0%} intervals on fresh draws ([what holds means](method.md)). *Leak*: the published
number was taken on rows that the technique watched while it trained.
"""
GAINS = """\
| technique | on | published | published draw | published gain | gain on fresh draws | the claim |
| --- | --- | --- | --- | --- | --- | --- |
"""
STAND_INS = """\
About rows that others stand in for; what the technique does on those says nothing of the claim:

| technique | on | published | published gain | gain on stand-ins | test loss | the claim |
| --- | --- | --- | --- | --- | --- | --- |
"""
NUMBERS = """\
The other numbers, and what the seeds of the published draw say of them:

| arm | number | published | found | by the seeds | by the baseline's seeds |
| --- | --- | --- | --- | --- | --- |
"""
INSIDE = """\
## What was said to happen inside, and what does

{sentence} Means over the same fresh draws (or splits of a table), and their difference with its
{confidence:.0%} interval ([how that is judged](method.md#what-happens-inside)).

| claim | measured | it should be | arm | found | beside | difference | the claim |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
ALL = """\
## Every technique

Means on test rows, and technique minus baseline on fresh draws, with {confidence:.0%} intervals.
`leak`: the rows that score the fixed draw were watched while training. Jointly: what is left of
the verdict once all techniques tried on the problem count.

The baseline's mean is of as many repeats as the first technique has; where another has more or
fewer, its gain is over the baseline in its own. The order is by gains without what stopping early
adds to them.

Splits of a table share rows, which widens their intervals ([method](method.md)).
Autoencoders (`codes`) are judged by what they are for: the squared error where inputs are corrupted
(less is better), or the accuracy of a linear probe on the code ([method](method.md)).
"""
TABLE = """\
| technique | fixed | fresh | {movement} | better in | verdict | jointly |
| --- | --- | --- | --- | --- | --- | --- |
"""
VARIANCE = """\
## Where the noise of a single run comes from

The baseline on {draws} draws of rows, from several initial weights on each, in several orders.

| problem | scored on | standard deviation | {sources} |
| --- | --- | ---: | {rule} |
"""
GRIDS = """\
## Grids

Mean on the test rows of fresh repeats: without the technique; with the value that rows held out of
the training rows choose in each repeat; and what choosing by the test rows themselves would have
claimed.

| grid | without | honest | optimistic | chosen most often |
| --- | --- | --- | --- | --- |
"""
STOPPING = """\
## Stopping rules, replayed

Means over the fresh repeats: epochs spent, and how far the loss that is kept lies above the lowest
of the whole training. The rules watch the rows that they are measured on, as in Prechelt's
trade-off.

"""


def main(root: Path, of_claims: Path) -> None:
    """Write the page; a part whose files the run didn't leave is left out."""
    reporting, judged = root / "08_reporting", of_claims / "08_reporting"
    claims = from_csv(pd.read_csv(judged / "claims.csv"))
    board = read(reporting / "leaderboard.csv")
    arm = claims.loc[claims["technique"].astype(bool), "arm"].iloc[0]
    run = json.loads((judged / arm / "summary.json").read_text())["run"]
    draws = span(claims["draws"].dropna().astype(int))
    told = " ".join(claimed(claims)) if board is None else headline(board, claims).text
    facts = {
        "command": "`kedro run --pipelines=claims`" if board is None else "`kedro run`",
        "seeds": int(claims["seeds"].max()),
        "draws": draws if board is None else span(board["repeats"]),
        "claims": "" if root == of_claims else f"; {draws} of each claim, set beforehand",
        "headline": told,
        "confidence": run["parameters"]["statistics"]["confidence"],
        **run["versions"],
    }
    shares = read(reporting / "variance" / "variance.csv")
    parts = [
        HEAD.format(**facts),
        CLAIMS.format(**facts),
        *gains(claims),
        NUMBERS + "\n".join(number_rows(claims)),
        "\n".join(reasons(claims)),
        *inside(judged, facts),
        *([] if board is None else [ALL.format(**facts), *problem_tables(board)]),
        "" if shares is None else variance_part(shares, run),
        *grids(reporting),
        *stopping_rules(reporting),
    ]
    PAGE.write_text("\n\n".join(part.strip() for part in parts if part) + "\n")


def read(file: Path) -> pd.DataFrame | None:
    """Return a table, None where the run left none."""
    return pd.read_csv(file) if file.is_file() else None


def gains(claims: pd.DataFrame) -> Iterator[str]:
    """Yield a table of the gains and losses that could be judged, and one of those on stand-ins."""
    claims = claims[claims["holds"] != ""]
    stands_in = claims["holds"] == STAND_IN
    if (~stands_in).any():
        yield GAINS + "\n".join(gain_rows(claims[~stands_in]))
    if stands_in.any():
        yield STAND_INS + "\n".join(stand_in_rows(claims[stands_in]))


def gain_rows(claims: pd.DataFrame) -> Iterator[str]:
    """Yield a row for each gain or loss that was published, those that hold first."""
    order = [*FATES, NOT_COMPARABLE]
    ranked = claims.assign(place=claims["holds"].map(order.index)).sort_values(
        ["place", "problem", "published_gain"], ascending=[True, True, False], kind="stable"
    )
    for row in ranked.to_dict("records"):
        unit = METRICS[row["number"].split()[-1]]
        fresh = unit.with_interval(row["fresh_gain"], row["ci_low"], row["ci_high"])
        kind = "" if row["claim"] == "gain" else f" ({row['claim']})"
        yield (
            f"| `{row['arm']}` | {row['problem']} | {both(unit, row)} | {found(unit, row)}"
            f"{', leak' if row['leak'] else ''} | {unit.signed(row['published_gain'])}{kind} "
            f"| {fresh} | {row['holds']} |"
        )


def stand_in_rows(claims: pd.DataFrame) -> Iterator[str]:
    """Yield a row for each gain or loss that was published about rows that others stand in for."""
    for row in claims.to_dict("records"):
        unit = METRICS[row["number"].split()[-1]]
        fresh = unit.with_interval(row["fresh_gain"], row["ci_low"], row["ci_high"])
        loss = METRICS["loss"].with_interval(row["fresh_loss"], row["loss_low"], row["loss_high"])
        yield (
            f"| `{row['arm']}` | {row['problem']} | {both(unit, row)} "
            f"| {unit.signed(row['published_gain'])} | {fresh} | {loss} | {row['holds']} |"
        )


def both(unit: Metric, row: Row) -> str:
    """Return what was published of the baseline and of the technique."""
    return f"{unit.value(row['published_baseline'])} → {unit.value(row['published'])}"


def found(unit: Metric, row: Row) -> str:
    """Return mean, lowest and highest of the seeds."""
    return f"{unit.value(row['mean'])} [{unit.value(row['low'])}, {unit.value(row['high'])}]"


def number_rows(claims: pd.DataFrame) -> Iterator[str]:
    """Yield a row for each published number, a point of a grid included."""
    for row in claims.to_dict("records"):
        unit = METRICS.get(row["number"].split()[-1], EPOCHS)
        at = f", {row['at']}" if row["at"] else ""
        also = row["also_baseline"]
        baseline = "" if pd.isna(also) else NOT_CONTRADICTED if also else "contradicted"
        yield (
            f"| `{row['arm']}` | {row['number']}{at} | {unit.value(row['published'])} "
            f"| {found(unit, row)} | {row['reproduction']} | {baseline} |"
        )


EPOCHS = Metric("epochs", higher_is_better=False, value_places=0)


def reasons(claims: pd.DataFrame) -> Iterator[str]:
    """Yield why numbers can't be told, where that is so."""
    for problem, why in claims[["problem", "why"]].drop_duplicates().itertuples(index=False):
        if why:
            yield f"- {problem}: {why}"


def inside(reporting: Path, facts: Row) -> Iterator[str]:
    """Yield a table of the claims of mechanism, and why some can't be told."""
    table = read(reporting / "mechanisms.csv")
    if table is None or table.empty:
        return
    table = with_texts(table)
    rows = [mechanism_row(row) for row in records(table)]
    yield INSIDE.format(**facts, sentence=told(table)) + "\n".join(rows)
    away = table[table["why"] != ""]
    yield "\n".join(f"- `{row.arm}`: {row.why}" for row in away.itertuples())


def mechanism_row(row: Row) -> str:
    """Return a row about a claim of mechanism."""
    measure = Measure.named(row["measure"])
    unit = measure.unit
    beside = f"{unit.value(row['beside_mean'])} (`{row['beside']}`)" if row["beside"] else ""
    change = unit.with_interval(row["difference"], row["ci_low"], row["ci_high"])
    return (
        f"| {row['statement']} | {measure.words} | {said(row)} | `{row['arm']}` "
        f"| {unit.value(row['arm_mean'])} | {beside} | {change}{unit.unit} | {row['verdict']} |"
    )


def problem_tables(board: pd.DataFrame) -> Iterator[str]:
    """Yield a table for each problem and metric, the largest gain first."""
    for (problem, metric), part in board.groupby(["problem", "metric"], sort=False):
        unit = METRICS[metric]
        first = part.iloc[0]
        base = [unit.value(first[column]) for column in ("fixed_baseline", "fresh_baseline")]
        rows = [
            f"| (baseline) | {base[0]} | {base[1]} | | | | |",
            *map(technique_row, records(part)),
        ]
        movement = f"{unit.movement}{unit.unit and ',' + unit.unit}"
        yield (
            f"### {problem}, by {unit.name}\n\n" + TABLE.format(movement=movement) + "\n".join(rows)
        )


def technique_row(row: Row) -> str:
    """Return a row about a technique."""
    unit = METRICS[row["metric"]]
    change = unit.with_interval(row["difference"], row["ci_low"], row["ci_high"])
    ties = f", {row['ties']} equal" if row["ties"] else ""
    return (
        f"| `{row['technique']}` | {unit.value(row['fixed'])}{', leak' if row['leak'] else ''} "
        f"| {unit.value(row['fresh'])} | {change} | {row['wins']}/{row['repeats']}{ties} "
        f"| {row['verdict']} | {row['verdict_joint']} |"
    )


def variance_part(shares: pd.DataFrame, run: Row) -> str:
    """Return the table of what makes a single run's score vary."""
    sources = list(dict.fromkeys(shares["source"]))
    rows = [
        f"| {row.problem} | {row.rows} | {row.total} "
        f"| {' | '.join(share for _, share, _ in row.sources)} |"
        for row in variance(shares)
    ]
    rule = " | ".join(["---:"] * len(sources))
    draws = run["parameters"]["protocol"]["variance"]["draws"]
    head = VARIANCE.format(sources=" | ".join(sources), rule=rule, draws=draws)
    return head + "\n".join(rows)


def grids(reporting: Path) -> Iterator[str]:
    """Yield a table of the grids that were run."""
    rows = []
    for name in yaml.safe_load((PROJECT / "conf" / "base" / "techniques.yml").read_text()):
        file = reporting / f"{name}_grid" / "choice.json"
        if file.is_file():
            choice = json.loads(file.read_text())
            fresh = choice["fresh"]
            numbers = [f"{fresh[key]['mean']:.3f}" for key in ("baseline", "honest", "optimistic")]
            times = fresh["chosen"][0]["times"]
            most = [one for one in fresh["chosen"] if one["times"] == times]
            values = [", ".join(f"{one[path]:.3g}" for path in choice["paths"]) for one in most]
            each = " each" if most[1:] else ""
            often = f"{' or '.join(values)} ({times} of {fresh['repeats']}{each})"
            rows.append(f"| `{name}_grid` | {' | '.join(numbers)} | {often} |")
    if rows:
        yield GRIDS + "\n".join(rows)


def stopping_rules(reporting: Path) -> Iterator[str]:
    """Yield a table of the replayed stopping rules, where they were."""
    file = reporting / "stopping_rules" / "rules.csv"
    if not file.is_file():
        return
    rules = pd.read_csv(file).query("protocol == 'fresh'")
    names = list(rules["problem"].unique())
    lines = [
        f"| rule | {' | '.join(f'{name}: epochs | loss' for name in names)} |",
        f"| --- |{' --- | --- |' * len(names)}",
    ]
    for rule, part in rules.groupby("rule", sort=False):
        cells = [f"{r.epochs_mean:,.0f} | +{r.excess_mean:.1f}%" for r in part.itertuples()]
        lines.append(f"| {rule} | {' | '.join(cells)} |")
    yield STOPPING + "\n".join(lines)


def records(table: pd.DataFrame) -> list[Row]:
    """Return the rows as mappings."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


if __name__ == "__main__":
    roots = [Path(root) for root in sys.argv[1:]] or [PROJECT / "data"]
    alone = roots[0] / "claims"
    main(roots[0], roots[1] if len(roots) > 1 else alone if alone.is_dir() else roots[0])
