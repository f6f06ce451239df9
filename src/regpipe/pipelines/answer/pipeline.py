"""The wiring of an answer, behind a problem's rows: diagnosis, searches, and what came of them."""

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

from regpipe.pipelines.answer import nodes
from regpipe.pipelines.answer.diagnosis import fit_for_diagnosis
from regpipe.pipelines.answer.examine import examine, winners_of
from regpipe.pipelines.answer.networks import choose_networks, make_space
from regpipe.pipelines.answer.others import choose_others
from regpipe.pipelines.answer.report import plot_answer, report, write_code
from regpipe.pipelines.wiring import TRAINS, step
from regpipe.statistics.examined import summarise

PROTOCOL, STATISTICS, SIZES = "params:protocol", "params:statistics", "params:answer"
RECIPES, REFERENCES = "params:recipes", "params:references"
PARTS = [RECIPES, "params:foundations", "params:starts", "params:screen"]


def answer_name(problem: str) -> str:
    """Return what the answer of a problem is called."""
    return f"{problem}_answer"


def create_pipeline(problem: str, table: str, *, classifies: bool) -> Pipeline:
    """Return the answer of a problem, without the problem's own nodes.

    Args:
        problem: its name.
        table: the dataset of all rows.
        classifies: whether its target is a class.
    """

    def own(what: str) -> str:
        return f"{answer_name(problem)}.{what}"

    base, samples, block = f"{problem}.arm", f"{problem}.samples", f"params:{problem}"
    space, look, networks, others = map(own, ("space", "look", "networks", "others"))
    answer, winners, examined = map(own, ("answer", "winners", "examined"))
    predictions, importance, diagnosis = map(own, ("predictions", "importance", "diagnosis"))
    searched = [samples, table, "trainer", own("journal"), space, PROTOCOL, SIZES]
    fitted = [samples, table, base, REFERENCES, PROTOCOL, SIZES]
    asked = [space, samples, "looks", REFERENCES, PROTOCOL, STATISTICS, SIZES]
    answered = [networks, others, space, look, "looks", REFERENCES, SIZES]
    seen = [samples, table, "trainer", space, winners, PROTOCOL, SIZES]
    diagnosed = [samples, "trainer", base, PROTOCOL]
    return Pipeline(
        [
            step(fit_for_diagnosis, diagnosed, own("diagnosis_fits"), *TRAINS),
            step(nodes.diagnose, [own("diagnosis_fits"), block, STATISTICS], diagnosis, "evaluate"),
            step(make_space, [base, *PARTS], space, "model"),
            step(nodes.plan_repeats, asked, look, "model"),
            step(choose_networks, searched, networks, *TRAINS),
            step(choose_others, fitted, others, *TRAINS),
            step(nodes.answer, answered, answer, "evaluate"),
            step(winners_of, [networks, others, REFERENCES, answer], winners, "evaluate"),
            step(examine, seen, [predictions, importance], *TRAINS),
            step(summarise, [predictions, importance], examined, "evaluate"),
            *_pictures(own, classifies),
            *_page(own, table, classifies),
        ],
        namespace=f"{problem}.answer",
        prefix_datasets_with_namespace=False,
        tags=answer_name(problem),
    )


def _pictures(own: Callable[[str], str], classifies: bool) -> list[Node]:
    answer, examined, predictions = map(own, ("answer", "examined", "predictions"))
    fits = [own("diagnosis_fits"), own("diagnosis"), answer]
    drawn = [
        step(nodes.plot_diagnosis, fits, own("diagnosis_plot"), "plot"),
        step(nodes.plot_columns, [examined, answer], own("importance_plot"), "plot"),
    ]
    if classifies:
        told = [predictions, examined, answer]
        drawn.append(step(nodes.plot_reliability, told, own("reliability_plot"), "plot"))
    return drawn


def _page(own: Callable[[str], str], table: str, classifies: bool) -> list[Node]:
    pictures = ["answer", "diagnosis", "importance", *(["reliability"] if classifies else [])]
    tables = ("answer", "diagnosis", "examined", "space", "networks", "others", "code")
    shown = {"origin": "origin"} | {what: own(what) for what in tables}
    drawn = {f"{what}_plot": own(f"{what}_plot") for what in pictures}
    written = [table, own("space"), own("answer"), PROTOCOL]
    return [
        step(plot_answer, own("answer"), own("answer_plot"), "plot"),
        step(write_code, written, own("code"), "report"),
        step(report, shown | drawn, own("report"), "report"),
    ]
