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
    """Return a row per arm: test accuracy as published and as reproduced, gain and verdict."""
    made = Table(box=box.SIMPLE_HEAD, title="Test accuracy", title_justify="left", padding=0)
    for heading in ("arm", "published", "fixed draw", "fresh draws", "gain in points"):
        made.add_column(heading, no_wrap=True)
    made.add_column("verdict")
    problems = set()
    for answer in answers:
        problem = answer["problem"]
        if problem not in problems:
            claimed = answer["run"]["parameters"][problem]["published"]
            made.add_row(problem, *_cells(answer, "baseline", claimed), "", "(baseline)")
            problems.add(problem)
        cells = _cells(answer, "technique", answer["fixed"]["published"])
        made.add_row(answer["technique"], *cells, escape(_gain(answer)), answer["fresh"]["verdict"])
    return made


def sentence(answer: Answer) -> str:
    """Return what a newcomer should take away, in one or two sentences."""
    fresh = answer["fresh"]
    gain = fresh["difference"][answer["metric"]]
    confidence = answer["run"]["parameters"]["statistics"]["confidence"]
    return (
        f"{_verdict(answer)}: over {fresh['repeats']} fresh draws, test accuracy "
        f"{_movement(gain['mean'])} ({confidence:.0%} interval {100 * gain['ci_low']:+.1f} to "
        f"{100 * gain['ci_high']:+.1f}), and it won {gain['p_better']:.0%} of the draws."
        f"{_claim(answer)}"
    )


def _verdict(answer: Answer) -> str:
    name = f"{answer['title']} ({answer['technique']})"
    verdict, problem = answer["fresh"]["verdict"], answer["problem"]
    if verdict == "undecided":
        needed = answer["fresh"]["repeats_needed"]
        return (
            f"Whether {name} helps on {problem} is undecided, and about {needed:,} draws would tell"
        )
    if verdict == "no difference":
        return f"{name} makes no difference on {problem} that is worth mentioning"
    return f"{name} {verdict} on {problem}"


def _movement(mean: float) -> str:
    points = f"{abs(100 * mean):.1f} points on average"
    return f"rose by {points}" if mean > 0 else f"fell by {points}" if mean < 0 else "stayed"


def _claim(answer: Answer) -> str:
    published = answer["fixed"]["published"]
    if not published or published["test"] is None:
        return ""
    found = answer["fixed"]["technique"]["test"]
    agrees = "reproduced" if answer["fixed"]["reproduced"] else "not reproduced"
    return (
        f" The published {published['test']:.3f} is {agrees} on the published draw "
        f"({_spread(found)} over {answer['fixed']['repeats']} seeds)."
    )


def _cells(answer: Answer, arm: str, published: Answer | None) -> list[str]:
    claimed = f"{published['test']:.3f}" if published and published["test"] else "-"
    return [claimed, *(_spread(answer[protocol][arm]["test"]) for protocol in ("fixed", "fresh"))]


def _gain(answer: Answer) -> str:
    gain = answer["fresh"]["difference"][answer["metric"]]
    mean, low, high = (100 * gain[key] for key in ("mean", "ci_low", "ci_high"))
    return f"{mean:+.1f} [{low:.1f}, {high:.1f}]"


def _spread(numbers: dict[str, float]) -> str:
    return f"{numbers['mean']:.3f}±{numbers['sd']:.3f}"
