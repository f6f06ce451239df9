"""Every published number beside what was found: reproduced, and does the gain hold?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from regpipe.statistics.summary import ROUNDING, number
from regpipe.tasks import TASKS

Answer = Mapping[str, Any]
Row = dict[str, Any]
SIDES = ("train", "test")
NOTHING = {"at": "", "verdict": "", "holds": "", "leak": False, "note": ""}
TEXTS = ("at", "verdict", "holds", "source", "note")  # empty where there is nothing to say
EPOCHS = {"epochs": "stopping epoch", "best_epoch": "best epoch"}
COLUMNS = (
    *("arm", "technique", "title", "problem", "number", "at", "published"),
    *("mean", "sd", "low", "high", "seeds", "reproduced"),
    *("published_gain", "fixed_gain", "fresh_gain", "ci_low", "ci_high", "draws"),
    *("verdict", "holds", "leak", "source", "note"),
)


def tabulate_claims(answers: Iterable[Answer], grids: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row per published number, baselines first.

    Args:
        answers: the `summary.json` of each technique.
        grids: the table of each grid that something was published about, by its technique.

    Returns:
        arm (a technique, or the problem whose baseline it is), technique (whether it is one),
        title, problem, number (`test accuracy`, `stopping epoch`, ...), at (of a grid: the point),
        published; mean, sd, low and high over the seeds of the fixed draw, and whether the number
        was reproduced, which is to lie between low and high. For the test score of a technique:
        published_gain over the published baseline, fixed_gain on the same draw, fresh_gain on fresh
        ones with ci_low and ci_high, their verdict, and whether the claim holds, see `holds`.
    """
    answers = list(answers)
    some_of = {a["problem"]: a for a in reversed(answers) if published_baseline(a)}
    rows = [row for answer in reversed(some_of.values()) for row in _baseline(answer)]
    for answer in answers:
        rows += _technique(answer)
        if answer["technique"] in grids:
            rows += _points(answer, grids[answer["technique"]])
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"draws": "Int64"})


def from_csv(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as it was before a file, in which empty text is a missing number."""
    # A column without any text was read as one of numbers.
    return table.assign(**{name: table[name].astype(object).fillna("") for name in TEXTS})


def holds(claimed: float, verdict: str, low: float, high: float) -> str:
    """Return whether a claimed gain (or, below 0, a loss) holds on fresh draws.

    It `holds` where the technique helps there (or hurts); `holds, smaller` where it does and the
    claimed size lies beyond the interval; else it `does not hold` or is `undecided`.

    >>> holds(0.029, "helps", 0.002, 0.012)
    'holds, smaller'
    """
    if verdict in ("undecided", "too few"):
        return "undecided"
    if claimed == 0 or verdict != ("helps" if claimed > 0 else "hurts"):
        return "does not hold"
    beyond = claimed > high if claimed > 0 else claimed < low
    return "holds, smaller" if beyond else "holds"


def _baseline(answer: Answer) -> Iterator[Row]:
    """Yield a row for each number published about the baseline of an answer's problem."""
    name = answer["problem"]
    problem = answer["run"]["parameters"][name]
    about = {"arm": name, "technique": False, "title": problem["title"], "problem": name}
    if published := published_baseline(answer):
        yield from _numbers(published, answer, "baseline", about)


def published_baseline(answer: Answer) -> Row | None:
    """Return what was published of the baseline, None where the answer is by another metric."""
    blocks = answer["run"]["parameters"]
    problem, own = blocks[answer["problem"]], blocks.get(answer["technique"], {}).get("metric")
    if own and own != (problem["metric"] or TASKS[problem["task"]].metric):
        return None
    published: Row | None = problem["published"]
    return published


def _technique(answer: Answer) -> Iterator[Row]:
    """Yield a row for each number published about a technique."""
    if published := answer["fixed"]["published"]:
        for row in _numbers(published, answer, "technique", _about(answer)):
            tested = row["number"].startswith("test ")
            yield row | (_gain(row["published"], answer) if tested else {})


def _about(answer: Answer) -> Row:
    about = {"arm": answer["technique"], "technique": True, "title": answer["title"]}
    return about | {"problem": answer["problem"], "leak": answer["leak"]}


def _numbers(published: Row, answer: Answer, arm: str, about: Row) -> Iterator[Row]:
    fixed, metric = answer["fixed"], answer["metric"]
    shared = {**NOTHING, **about, "seeds": fixed["repeats"]}
    shared |= {"source": published["source"], "note": published["note"] or ""}
    for side in SIDES:
        if published[side] is not None:
            found = fixed[arm][side]
            yield shared | _found(f"{side} {metric}", published[side], found, ROUNDING)
    for key, name in EPOCHS.items():
        if published[key] is not None:
            yield shared | _found(name, published[key], fixed[key][arm], 0.0)


def _found(name: str, number: float, found: Mapping[str, Any], rounding: float) -> Row:
    low, high = found["min"], found["max"]
    known = low is not None and high is not None
    return {
        "number": name,
        "published": number,
        "mean": found["mean"],
        "sd": found.get("sd"),
        "low": low,
        "high": high,
        "reproduced": known and low - rounding <= number <= high + rounding,
    }


def _gain(published: float, answer: Answer) -> Row:
    """Return what was claimed of a technique's gain, and what became of it."""
    base = published_baseline(answer)
    if not base or base["test"] is None:
        return {}
    fixed, fresh = answer["fixed"], answer["fresh"]
    found = fresh["difference"][answer["metric"]]
    claimed = round(published - base["test"], 6)
    low, high = number(found["ci_low"]), number(found["ci_high"])
    arms = [number(fixed[arm]["test"]["mean"]) for arm in ("baseline", "technique")]
    return {
        "published_gain": claimed,
        "fixed_gain": arms[1] - arms[0],
        "fresh_gain": found["mean"],
        "ci_low": low,
        "ci_high": high,
        "draws": fresh["repeats"],
        "verdict": fresh["verdict"],
        "holds": holds(claimed, fresh["verdict"], low, high),
    }


def _points(answer: Answer, grid: pd.DataFrame) -> Iterator[Row]:
    """Yield a row for each number that was published about a point of a technique's grid."""
    block = answer["run"]["parameters"][answer["technique"]]
    shared = {**NOTHING, **_about(answer), "source": block["grid_published"]["source"]}
    for _, point in grid[grid["published_test"].notna()].iterrows():
        at = ", ".join(f"{path.rpartition('.')[2]} = {point[path]:g}" for path in block["grid"])
        for side in SIDES:
            names = {"mean": "mean", "sd": "sd", "min": "low", "max": "high"}
            found = {key: point[f"{side}_{name}"] for key, name in names.items()}
            claimed, name = point[f"published_{side}"], f"{side} {answer['metric']}"
            yield {**shared, **_found(name, claimed, found, ROUNDING), "at": at} | {
                "seeds": point["repeats"]
            }
