"""Every published number beside what was measured: is it contradicted, and does the claim hold?"""

import math
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from regpipe.language import Published
from regpipe.language.blocks import SIDES
from regpipe.statistics.answer import Answer, Epochs, Role
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
from regpipe.statistics.summary import Spread

Row = dict[str, object]
EMPTY = {"at": "", "verdict": "", "claim": "", "holds": "", "leak": False, "why": ""}
# Empty where they don't apply.
TEXTS = ("at", "reproduction", "why", "claim", "verdict", "holds", "source")
FLAGS = ("reproduced", "also_baseline")
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
        answers: of each technique.
        grids: the table of each grid that something was published about, by its technique.

    Returns:
        arm (a technique, or the problem whose baseline it is), technique (whether it is one),
        title, problem, number (`test accuracy`, `stopping epoch`, ...), at (of a grid: the point),
        published; mean, sd, low and high over the seeds of the fixed draw; reproduced, whether the
        number lies between low and high, missing where that can't be judged; reproduction, that in
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
        if answer.technique in grids:
            rows += _points(answer, grids[answer.technique])
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

    Sources with the same numbers of a problem give rows once; one with other numbers has its own.
    """
    numbers = []
    for answer in answers:
        name, title = answer.problem, answer.problem_block.title
        about: Row = {"arm": name, "technique": False, "title": title, "problem": name}
        for published in (_of_problem(answer), published_baseline(answer)):
            if published and (name, published.scores) not in numbers:
                numbers.append((name, published.scores))
                yield from _numbers(published, answer, "baseline", about)


def published_baseline(answer: Answer) -> Published | None:
    """Return what was published of the baseline that a technique is compared with.

    That is what its own source has of it, else what was published about its problem, by the metric
    of the answer; None where nothing was.
    """
    own = answer.fixed.published
    if own and own.baseline:
        return Published(train=own.baseline.train, test=own.baseline.test, source=own.source)
    return _of_problem(answer)


def _of_problem(answer: Answer) -> Published | None:
    """Return what was published about a problem, None where the answer is by another metric."""
    problem = answer.problem_block
    return problem.published if answer.metric == problem.kind.metric else None


def _technique(answer: Answer) -> Iterator[Row]:
    """Yield a row for each number published about a technique."""
    if published := answer.fixed.published:
        for row in _numbers(published, answer, "technique", _about(answer)):
            tested = row["number"] == f"test {answer.metric}"
            yield row | (_gain(published.scores["test"], row, answer) if tested else {})


def _about(answer: Answer) -> Row:
    about: Row = {"arm": answer.technique, "technique": True, "title": answer.title}
    return about | {"problem": answer.problem, "leak": answer.leak}


def _numbers(published: Published, answer: Answer, role: Role, about: Row) -> Iterator[Row]:
    fixed = answer.fixed
    shared = {**EMPTY, **about, "source": published.source}
    judged = fixed.repeats, fixed.departure(role), fixed.stand_in
    for side, number in published.scores.items():
        row = _number(f"{side} {answer.metric}", number, fixed.of(role)[side], ROUNDING, *judged)
        if role == "technique":
            row |= _also(row, number, fixed.baseline[side])
        yield shared | row
    if published.epochs is not None:
        epochs = fixed.epochs[role]
        yield shared | _number("stopping epoch", published.epochs, epochs, 0.0, *judged)
    if published.best_epoch is not None:
        epochs = fixed.best_epoch[role]
        yield shared | _number("best epoch", published.best_epoch, epochs, 0.0, *judged)


def _number(
    name: str,
    claimed: float,
    measured: Spread | Epochs,
    rounding: float,
    seeds: int,
    departure: str | None,
    stand_in: str | None,
) -> Row:
    inside = ranges_over(measured.min, measured.max, claimed, rounding)
    reproduced = reproduction(inside, seeds, departure, stand_in)
    return {
        "number": name,
        "published": claimed,
        "mean": measured.mean,
        "sd": measured.sd if isinstance(measured, Spread) else math.nan,
        "low": measured.min,
        "high": measured.max,
        "seeds": seeds,
        "reproduced": reproduced == NOT_CONTRADICTED if reproduced in JUDGED else None,
        "reproduction": reproduced,
        "why": stand_in or departure or "",
    }


def _also(row: Row, claimed: float, baseline: Spread) -> Row:
    """Return whether the baseline ranges over a technique's number, too, where that is judged."""
    judged = row["reproduction"] in JUDGED
    return {"also_baseline": ranges_over(baseline.min, baseline.max, claimed) if judged else None}


def _gain(score: float, row: Row, answer: Answer) -> Row:
    """Return what was claimed of a technique's gain, and what became of it."""
    published = published_baseline(answer)
    if published is None or published.test is None:
        return {}
    fixed, fresh, gain = answer.fixed, answer.fresh, answer.gain
    loss, upwards = fresh.difference["loss"], answer.unit.higher_is_better
    claimed = round(score - published.test, 6)
    fate = holds(claimed, fresh.verdict, gain.ci_low, gain.ci_high, upwards)
    # A technique may make up for what its baseline departs in, and then only its gain is another.
    departure = fixed.not_comparable or fixed.baseline_not_comparable
    if departure:
        fate = NOT_COMPARABLE
    if fixed.stand_in:
        fate = STAND_IN
    return {
        "published_baseline": published.test,
        "published_gain": claimed,
        "claim": _kind(claimed if upwards else -claimed),
        "fixed_gain": fixed.technique["test"].mean - fixed.baseline["test"].mean,
        "fresh_gain": gain.mean,
        "ci_low": gain.ci_low,
        "ci_high": gain.ci_high,
        "draws": fresh.repeats,
        "verdict": fresh.verdict,
        "holds": fate,
        "why": row["why"] or departure or "",
        "fresh_loss": loss.mean,
        "loss_low": loss.ci_low,
        "loss_high": loss.ci_high,
    }


def _kind(gain: float) -> str:
    return "no difference" if gain == 0 else "gain" if gain > 0 else "loss"


def _points(answer: Answer, grid: pd.DataFrame) -> Iterator[Row]:
    """Yield a row for each number that was published about a point of a technique's grid."""
    block, fixed = answer.block, answer.fixed
    source = block.grid_published.source if block.grid_published else ""
    shared = {**EMPTY, **_about(answer), "source": source}
    for _, point in grid[grid["published_test"].notna()].iterrows():
        at = ", ".join(f"{path.rpartition('.')[2]} = {point[path]:g}" for path in block.grid)
        departure = point["not_comparable"] if isinstance(point["not_comparable"], str) else None
        judged = int(point["repeats"]), departure or None, fixed.stand_in
        for side in SIDES:
            mean, sd, low, high = (
                point[f"{side}_{name}"] for name in ("mean", "sd", "low", "high")
            )
            spread = Spread(mean=mean, sd=sd, min=low, max=high)
            claimed = point[f"published_{side}"]
            row = _number(f"{side} {answer.metric}", claimed, spread, ROUNDING, *judged)
            yield {**shared, **row, **_also(row, claimed, fixed.baseline[side]), "at": at}
