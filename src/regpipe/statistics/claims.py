"""Every published number beside what was found: is it contradicted, and does the claim hold?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.language.tasks import TASKS
from regpipe.statistics.judging import (
    JUDGED,
    NOT_COMPARABLE,
    NOT_CONTRADICTED,
    ROUNDING,
    STAND_IN,
    holds,
    ranges_over,
    reproduction,
)
from regpipe.statistics.summary import number

Answer = Mapping[str, Any]
Row = dict[str, Any]
SIDES = ("train", "test")
NOTHING = {"at": "", "verdict": "", "claim": "", "holds": "", "leak": False, "why": ""}
# Empty where there is nothing to say.
TEXTS = ("at", "reproduction", "why", "claim", "verdict", "holds", "source")
FLAGS = ("reproduced", "also_baseline")
EPOCHS = {"epochs": "stopping epoch", "best_epoch": "best epoch"}
COLUMNS = (
    *("arm", "technique", "title", "problem", "number", "at", "published"),
    *("mean", "sd", "low", "high", "seeds", "reproduced", "reproduction", "why", "also_baseline"),
    *("published_baseline", "published_gain", "claim", "fixed_gain"),
    *("fresh_gain", "ci_low", "ci_high", "draws", "verdict", "holds"),
    *("fresh_loss", "loss_low", "loss_high", "leak", "source"),
)


def tabulate_claims(answers: Iterable[Answer], grids: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row per published number, baselines first.

    Args:
        answers: the `summary.json` of each technique.
        grids: the table of each grid that something was published about, by its technique.

    Returns:
        arm (a technique, or the problem whose baseline it is), technique (whether it is one),
        title, problem, number (`test accuracy`, `stopping epoch`, ...), at (of a grid: the point),
        published; mean, sd, low and high over the seeds of the fixed draw; reproduced, whether the
        number lies between low and high, missing where that can't be told; reproduction, that in
        words, see `judging.reproduction`, and why where it can't; also_baseline, of a technique's
        score: whether the baseline's seeds range over the number, too.

        For the test score of a technique: published_baseline, of its own source; published_gain
        over it, and claim, whether that is a `gain`, a `loss` or `no difference`; fixed_gain on the
        same draw, fresh_gain on fresh ones with ci_low and ci_high, their verdict, and what becomes
        of the claim in holds, see `judging.holds`; fresh_loss, by how much the test loss changes on
        fresh draws, with loss_low and loss_high.

        leak: whether the technique watched the rows that its published number was taken on.
    """
    answers = list(answers)
    rows = list(_baselines(answers))
    for answer in answers:
        rows += _technique(answer)
        if answer["technique"] in grids:
            rows += _points(answer, grids[answer["technique"]])
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"draws": "Int64", **dict.fromkeys(FLAGS, "boolean")})


def from_csv(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as it was before a file, in which empty text is a missing number."""
    # A column without any text was read as one of numbers, one of flags with gaps as one of text.
    texts = {name: table[name].astype(object).fillna("") for name in TEXTS}
    flags = {name: table[name].astype("boolean") for name in FLAGS}
    return table.assign(**texts, **flags)


def _baselines(answers: list[Answer]) -> Iterator[Row]:
    """Yield a row for each number published about a problem's baseline, whatever the source.

    Sources that say the same of a problem said it once; one that says something else has its rows.
    """
    said = []
    for answer in answers:
        name = answer["problem"]
        title = answer["run"]["parameters"][name]["title"]
        about = {"arm": name, "technique": False, "title": title, "problem": name}
        for published in (_of_problem(answer), published_baseline(answer)):
            if published is None:
                continue
            scores = name, published["train"], published["test"]
            if scores not in said:
                said.append(scores)
                yield from _numbers(published, answer, "baseline", about)


def published_baseline(answer: Answer) -> Row | None:
    """Return what was published of the baseline that a technique is compared with.

    That is what its own source says of it, else what was published about its problem, by the metric
    of the answer; None where nothing was.
    """
    own: Row | None = answer["fixed"]["published"]
    if own and own["baseline"]:
        return {**own["baseline"], "source": own["source"]}
    return _of_problem(answer)


def _of_problem(answer: Answer) -> Row | None:
    """Return what was published about a problem, None where the answer is by another metric."""
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
            yield row | (_gain(row, answer) if tested else {})


def _about(answer: Answer) -> Row:
    about = {"arm": answer["technique"], "technique": True, "title": answer["title"]}
    return about | {"problem": answer["problem"], "leak": answer["leak"]}


def _numbers(published: Row, answer: Answer, arm: str, about: Row) -> Iterator[Row]:
    fixed, metric = answer["fixed"], answer["metric"]
    departure = fixed["not_comparable" if arm == "technique" else "baseline_not_comparable"]
    shared = {**NOTHING, **about, "source": published["source"]}
    judged = fixed["repeats"], departure, fixed["stand_in"]
    for side in SIDES:
        if published[side] is not None:
            row = _found(f"{side} {metric}", published[side], fixed[arm][side], ROUNDING, *judged)
            if arm == "technique":
                row["also_baseline"] = _also(row, fixed["baseline"][side])
            yield shared | row
    for key, name in EPOCHS.items():
        if published.get(key) is not None:
            yield shared | _found(name, published[key], fixed[key][arm], 0.0, *judged)


def _found(
    name: str,
    claimed: float,
    found: Mapping[str, Any],
    rounding: float,
    seeds: int,
    departure: str | None,
    stand_in: str | None,
) -> Row:
    inside = ranges_over(found, claimed, rounding)
    said = reproduction(inside, seeds, departure, stand_in)
    return {
        "number": name,
        "published": claimed,
        "mean": found["mean"],
        "sd": found.get("sd"),
        "low": found["min"],
        "high": found["max"],
        "seeds": seeds,
        "reproduced": said == NOT_CONTRADICTED if said in JUDGED else None,
        "reproduction": said,
        "why": stand_in or departure or "",
    }


def _also(row: Row, baseline: Mapping[str, Any]) -> bool | None:
    """Return whether the baseline ranges over a technique's number, too, where that is judged."""
    return ranges_over(baseline, row["published"]) if row["reproduction"] in JUDGED else None


def _gain(row: Row, answer: Answer) -> Row:
    """Return what was claimed of a technique's gain, and what became of it."""
    published = published_baseline(answer)
    base = published["test"] if published else None
    if base is None:
        return {}
    fixed, fresh, metric = answer["fixed"], answer["fresh"], answer["metric"]
    found, loss = fresh["difference"][metric], fresh["difference"].get("loss", {})
    claimed = round(row["published"] - base, 6)
    upwards = METRICS[metric].higher_is_better
    low, high = number(found["ci_low"]), number(found["ci_high"])
    arms = [number(fixed[arm]["test"]["mean"]) for arm in ("baseline", "technique")]
    fate = holds(claimed, fresh["verdict"], low, high, upwards)
    # A technique may make up for what its baseline departs in, and then only its gain is another.
    departure = fixed["not_comparable"] or fixed["baseline_not_comparable"]
    if departure:
        fate = NOT_COMPARABLE
    if fixed["stand_in"]:
        fate = STAND_IN
    return {
        "published_baseline": base,
        "published_gain": claimed,
        "claim": _kind(claimed if upwards else -claimed),
        "fixed_gain": arms[1] - arms[0],
        "fresh_gain": found["mean"],
        "ci_low": low,
        "ci_high": high,
        "draws": fresh["repeats"],
        "verdict": fresh["verdict"],
        "holds": fate,
        "why": row["why"] or departure or "",
        "fresh_loss": number(loss.get("mean")),
        "loss_low": number(loss.get("ci_low")),
        "loss_high": number(loss.get("ci_high")),
    }


def _kind(gain: float) -> str:
    return "no difference" if gain == 0 else "gain" if gain > 0 else "loss"


def _points(answer: Answer, grid: pd.DataFrame) -> Iterator[Row]:
    """Yield a row for each number that was published about a point of a technique's grid."""
    block, fixed = answer["run"]["parameters"][answer["technique"]], answer["fixed"]
    shared = {**NOTHING, **_about(answer), "source": block["grid_published"]["source"]}
    for _, point in grid[grid["published_test"].notna()].iterrows():
        at = ", ".join(f"{path.rpartition('.')[2]} = {point[path]:g}" for path in block["grid"])
        departure = point["not_comparable"] if isinstance(point["not_comparable"], str) else None
        judged = int(point["repeats"]), departure or None, fixed["stand_in"]
        for side in SIDES:
            names = {"mean": "mean", "sd": "sd", "min": "low", "max": "high"}
            found = {key: point[f"{side}_{name}"] for key, name in names.items()}
            claimed, name = point[f"published_{side}"], f"{side} {answer['metric']}"
            row = _found(name, claimed, found, ROUNDING, *judged)
            also = _also(row, fixed["baseline"][side])
            yield {**shared, **row, "at": at, "also_baseline": also}
