"""Write docs/results.md from what `kedro run` left behind: what holds of everything published.

Usage: python docs/results.py [DATA_ROOT]
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "results.md"
SCALES = {"accuracy": (100, 1), "r2": (1, 2), "mse": (1000, 2)}  # of a difference, and its decimals
NAMES = {"accuracy": "points of accuracy", "r2": "R²", "mse": "thousandths of squared error"}

HEAD = """\
# Results

What `kedro run` found: {fixed} seeds on the fixed draw, {fresh} fresh draws (or splits of a table),
each technique on its home problem. Written by `make results` from the run's own files; regpipe
{regpipe}, Keras {keras}, TensorFlow {tensorflow}.
"""
PUBLISHED = """\
## What was published, and what {fixed} seeds give

Accuracy on the published draw: mean, and in brackets the lowest and highest seed. A number is
reproduced where it lies between those.

| technique | on | published train / test | train | test | reproduced |
| --- | --- | --- | --- | --- | --- |
"""
STOPPED = """\
Where early stopping stopped, and the epoch whose weights were kept (lowest to highest seed; where
nothing says which weights to keep, these are the last):

| technique | published | stopped at epoch | kept epoch |
| --- | --- | --- | --- |
"""
ALL = """\
## Every technique

Test rows: mean ± standard deviation; technique minus baseline on fresh draws, with {confidence:.0%}
intervals. `leak`: the rows that score the fixed draw were watched while training.

Splits of a table share rows, and the correction for that (Nadeau and Bengio 2003) is hard on
`digits`, where 1597 rows are tested on for 200 trained on: hardly anything can be decided there.
Autoencoders (`codes`) are judged by the squared error on clean rows, of which less is better; what
their techniques are after is another code (`zeros_code` and `activation_code` in the run table).
"""
GRIDS = """\
## Grids

Mean on the test rows of fresh repeats: without the technique; with the value that rows held out of
the training rows choose in each repeat; and what choosing by the test rows themselves would have
claimed.

| grid | without | honest | optimistic | chosen most often |
| --- | --- | --- | --- | --- |
"""
GRID = """\
The published grid of `weight_l2` on the fixed draw of moons:

| l2 | published train / test | train | test |
| --- | --- | --- | --- |
"""
STOPPING = """\
## Stopping rules, replayed

Means over the fresh repeats: epochs spent, and how far the loss that is kept lies above the lowest
of the whole training. The rules watch the rows that they are measured on, as in Prechelt's
trade-off.

"""
TABLE = """\
| technique | fixed | fresh | difference in {unit} | better in | verdict |
| --- | --- | --- | --- | --- | --- |
"""


def main(root: Path) -> None:
    """Write the page."""
    problems, techniques = (
        yaml.safe_load((PROJECT / "conf" / "base" / f"{kind}.yml").read_text())
        for kind in ("problems", "techniques")
    )
    answers = {name: read_answer(root, name) for name in techniques}
    some = next(iter(answers.values()))
    facts = {
        "fixed": some["fixed"]["repeats"],
        "fresh": some["fresh"]["repeats"],
        "confidence": some["run"]["parameters"]["statistics"]["confidence"],
        **some["run"]["versions"],
    }
    parts = [
        HEAD.format(**facts),
        PUBLISHED.format(**facts) + "\n".join(published_rows(problems, answers)),
        "\n".join(notes(problems, answers)),
        STOPPED + "\n".join(stopped_rows(answers)),
        ALL.format(**facts) + "\n" + "\n\n".join(tables(problems, answers)),
        *grids(root, techniques),
        *stopping_rules(root),
    ]
    PAGE.write_text("\n\n".join(part.strip() for part in parts if part) + "\n")


def read_answer(root: Path, technique: str) -> dict[str, Any]:
    """Return a technique's summary."""
    return json.loads((root / "08_reporting" / technique / "summary.json").read_text())


def published_rows(problems: Any, answers: Any) -> Iterator[str]:
    """Yield a row for each baseline and each technique that something was published about."""
    for name, problem in problems.items():
        if problem.get("published"):
            told = next(a for a in answers.values() if a["problem"] == name)
            yield claim_row(f"{name} (baseline)", name, problem["published"], told, "baseline")
    for name, answer in answers.items():
        if claimed := answer["fixed"]["published"]:
            yield claim_row(f"`{name}`", answer["problem"], claimed, answer, "technique")


def claim_row(name: str, problem: str, claimed: Any, answer: Any, arm: str) -> str:
    """Return a row of the table of claims."""
    sides = {side: answer["fixed"][arm][side] for side in ("train", "test")}
    found = [f"{n['mean']:.3f} [{n['min']:.3f}, {n['max']:.3f}]" for n in sides.values()]
    missed = [
        side
        for side, n in sides.items()
        if claimed.get(side) is not None
        and not n["min"] - 0.0005 <= claimed[side] <= n["max"] + 0.0005
    ]
    said = f"{claimed['train']:.3f} / {claimed['test']:.3f}"
    verdict = f"no: {' and '.join(missed)}" if missed else "yes"
    return f"| {name} | {problem} | {said} | {found[0]} | {found[1]} | {verdict} |"


def notes(problems: Any, answers: Any) -> Iterator[str]:
    """Yield why a number isn't reproduced, where the YAML says so."""
    claims = {name: problem.get("published") for name, problem in problems.items()}
    claims |= {name: answer["fixed"]["published"] for name, answer in answers.items()}
    for name, claimed in claims.items():
        if claimed and claimed.get("note"):
            yield f"- `{name}`: {claimed['note']}"


def stopped_rows(answers: Any) -> Iterator[str]:
    """Yield a row for each technique whose stopping epoch was published."""
    for name, answer in answers.items():
        claimed = answer["fixed"]["published"]
        if claimed and claimed.get("epochs"):
            best = claimed.get("best_epoch")
            said = f"{claimed['epochs']}" + (f", best {best}" if best else "")
            stopped, kept = (
                "{min} to {max}".format(**answer["fixed"][column]["technique"])
                for column in ("epochs", "best_epoch")
            )
            yield f"| `{name}` | {said} | {stopped} | {kept if best else 'the last'} |"


def tables(problems: Any, answers: Any) -> Iterator[str]:
    """Yield a table for each problem, the largest gain first."""
    for problem in problems:
        of = {name: answer for name, answer in answers.items() if answer["problem"] == problem}
        metric = next(iter(of.values()))["metric"]
        best = -1 if metric != "mse" else 1
        ranked = sorted(of.items(), key=lambda item: best * (gain_of(item[1])["mean"] or 0))
        base = spreads(next(iter(of.values())), "baseline")
        rows = [f"| (baseline) | {base[0]} | {base[1]} | | | |"]
        rows += [technique_row(name, answer) for name, answer in ranked]
        yield f"### {problem}\n\n" + TABLE.format(unit=NAMES[metric]) + "\n".join(rows)


def grids(root: Path, techniques: Any) -> Iterator[str]:
    """Yield a table of the grids that were run, and one of the grid that was published."""
    rows = []
    for name in techniques:
        file = root / "08_reporting" / f"{name}_grid" / "choice.json"
        if file.is_file():
            choice = json.loads(file.read_text())
            fresh = choice["fresh"]
            numbers = [f"{fresh[key]['mean']:.3f}" for key in ("baseline", "honest", "optimistic")]
            most = fresh["chosen"][0]
            value = ", ".join(f"{most[path]:g}" for path in choice["paths"])
            often = f"{value} ({most['times']} of {fresh['repeats']})"
            rows.append(f"| `{name}_grid` | {' | '.join(numbers)} | {often} |")
    if rows:
        yield GRIDS + "\n".join(rows)
    file = root / "08_reporting" / "weight_l2_grid" / "grid.csv"
    if file.is_file():
        yield GRID + "\n".join(grid_rows(pd.read_csv(file)))


def grid_rows(grid: pd.DataFrame) -> Iterator[str]:
    """Yield a row for each value of which something was published."""
    path = next(column for column in grid.columns if column.startswith("network."))
    fixed = grid[(grid["protocol"] == "fixed") & grid["published_test"].notna()]
    for _, row in fixed.iterrows():
        found = [f"{row[f'{s}_mean']:.3f} ± {row[f'{s}_sd']:.3f}" for s in ("train", "test")]
        said = f"{row['published_train']:.3f} / {row['published_test']:.3f}"
        yield f"| {row[path]:g} | {said} | {found[0]} | {found[1]} |"


def stopping_rules(root: Path) -> Iterator[str]:
    """Yield a table of the replayed stopping rules, where they were."""
    file = root / "08_reporting" / "stopping_rules" / "rules.csv"
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


def technique_row(name: str, answer: Any) -> str:
    """Return a row about a technique."""
    gain, (scale, places) = gain_of(answer), SCALES[answer["metric"]]
    fixed, fresh = spreads(answer, "technique")
    told = "-"
    if gain["mean"] is not None:
        mean, low, high = (scale * gain[key] for key in ("mean", "ci_low", "ci_high"))
        told = f"{mean:+.{places}f} [{low:.{places}f}, {high:.{places}f}]"
    won = f"{gain['wins']}/{gain['pairs']}"
    verdict, needed = answer["fresh"]["verdict"], answer["fresh"]["repeats_needed"]
    if needed:
        verdict += f" ({needed:,} would tell)"
    if answer["fresh"]["trifling"] and verdict in ("helps", "hurts"):
        verdict += ", by a trifle"
    leak = ", leak" if answer["leak"] else ""
    return f"| `{name}` | {fixed}{leak} | {fresh} | {told} | {won} | {verdict} |"


def gain_of(answer: Any) -> dict[str, Any]:
    """Return the paired difference of the metric on fresh draws."""
    return answer["fresh"]["difference"][answer["metric"]]


def spreads(answer: Any, arm: str) -> list[str]:
    """Return mean ± sd on test rows, of both protocols."""
    places = 5 if answer["metric"] == "mse" else 3
    numbers = [answer[protocol][arm]["test"] for protocol in ("fixed", "fresh")]
    return [
        "-" if n["mean"] is None else f"{n['mean']:.{places}f} ± {n['sd']:.{places}f}"
        for n in numbers
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "data")
