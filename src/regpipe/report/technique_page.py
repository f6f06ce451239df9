"""A page for each technique, and beside it its table of fits and its card."""

from collections.abc import Iterator
from urllib.parse import quote

from regpipe.language.metrics import typeset
from regpipe.provenance.origin import Origin
from regpipe.report.sentence import sentence
from regpipe.report.study import Story, Study
from regpipe.report.templating import fill
from regpipe.report.views.cells import badge, change
from regpipe.report.views.technique import CARD, figures


def technique_files(study: Study, origin: Origin, question: str) -> dict[str, bytes]:
    """Return the files about all techniques, by their names.

    Args:
        study: that they are part of.
        origin: of the pages.
        question: that the page about all of them answers.
    """
    return {
        file: content
        for name, story in study.stories.items()
        for file, content in _files(name, story, study, origin, question)
    }


def _files(
    name: str, story: Story, study: Study, origin: Origin, question: str
) -> Iterator[tuple[str, bytes]]:
    answer, gain = story.answer, story.answer.gain
    yield f"{name}.csv", story.runs.to_csv(index=False).encode()
    if card := story.pictures.get(CARD):
        yield f"{name}.png", card
    page = fill(
        "technique.html.j2",
        question=f"{answer.title} on {study.problems.get(answer.problem, answer.problem)}",
        whole=question,
        origin=origin,
        name=name,
        file=quote(name),
        explanation=story.explanation,
        weights=story.weights,
        verdict=badge(answer.fresh.verdict),
        change=change(answer.unit, gain.mean, gain.ci_low, gain.ci_high),
        sentence=typeset(sentence(answer)),
        figures=figures(story),
        fits=len(story.runs),
        card=CARD in story.pictures,
        block=story.block,
        code=story.code,
    )
    yield f"{name}.html", page.encode()
