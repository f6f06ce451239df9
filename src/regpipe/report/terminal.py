"""The answers as a person reads them at the end of a run: a table, and a sentence each."""

from collections.abc import Sequence
from typing import Any

from rich import box, get_console
from rich.markup import escape
from rich.table import Table

Answer = dict[str, Any]


def show(answers: Sequence[Answer]) -> None:
    """Print the table and the sentences."""
    console = get_console()
    console.print()
    console.print(table(answers))
    for answer in answers:
        console.print()
        console.print(escape(sentence(answer)), highlight=False, soft_wrap=False)


def table(answers: Sequence[Answer]) -> Table:
    """Return a row per arm and protocol: train and test accuracy, published and reproduced."""
    made = Table(box=box.SIMPLE_HEAD, title="Accuracy, train / test", title_justify="left")
    for heading in ("problem", "arm", "published", "reproduced on the fixed draw", "fresh draws"):
        made.add_column(heading)
    seen = set()
    for answer in answers:
        problem = answer["problem"]
        if problem not in seen:
            base = answer["run"]["parameters"][problem].get("published")
            made.add_row(problem, "baseline", *_cells(answer, "baseline", base))
            seen.add(problem)
        published = answer["fixed"]["published"]
        made.add_row(problem, answer["technique"], *_cells(answer, "technique", published))
    return made


def sentence(answer: Answer) -> str:
    """Return what a newcomer should take away, in a few short sentences."""
    fresh = answer["fresh"]
    gain = fresh["difference"][answer["metric"]]
    points = f"{abs(100 * gain['mean']):.1f} points"
    direction = "raised" if gain["mean"] > 0 else "lowered"
    confidence = answer["run"]["parameters"]["statistics"]["confidence"]
    interval = f"{confidence:.0%} interval {100 * gain['ci_low']:+.1f} to {100 * gain['ci_high']:+.1f}"
    measured = (
        f"over {fresh['repeats']} fresh draws it {direction} test accuracy by {points} on average "
        f"({interval}) and was the better one in {gain['p_better']:.0%} of them"
    )
    name = f"{answer['title']} ({answer['technique']}) on {answer['problem']}"
    return f"{name}: {_verdict(answer)}; {measured}.{_claim(answer)}"


def _verdict(answer: Answer) -> str:
    fresh = answer["fresh"]
    smallest = answer["run"]["parameters"]["statistics"]["smallest_difference"][answer["metric"]]
    if fresh["verdict"] == "undecided":
        return f"undecided, about {fresh['repeats_needed']:,} draws would tell"
    if fresh["verdict"] == "no difference":
        return f"no difference, or less than {100 * smallest:g} points"
    return f"it {fresh['verdict']}"


def _claim(answer: Answer) -> str:
    published = answer["fixed"]["published"]
    if not published or published["test"] is None:
        return ""
    found = answer["fixed"]["technique"]["test"]
    agrees = "reproduced" if answer["fixed"]["reproduced"] else "not reproduced"
    return (
        f" The published {published['test']:.3f} is {agrees} on the published draw: "
        f"{_spread(found)} over {answer['fixed']['repeats']} seeds."
    )


def _cells(answer: Answer, arm: str, published: Answer | None) -> list[str]:
    fixed, fresh = answer["fixed"][arm], answer["fresh"][arm]
    claimed = f"{_number(published['train'])} / {_number(published['test'])}" if published else "-"
    return [claimed, *(f"{_spread(p['train'])} / {_spread(p['test'])}" for p in (fixed, fresh))]


def _spread(numbers: dict[str, float]) -> str:
    return f"{_number(numbers['mean'])} ± {_number(numbers['sd'])}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
