"""From the answers of all techniques to leaderboard, claims and report."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm, arm_of, as_yaml, baseline_of
from regpipe.candidates.as_published import Shipped, departures, problem_departure
from regpipe.language import Mechanism, Statistics
from regpipe.language.reading import parse
from regpipe.pipelines.fits import splits_of
from regpipe.plots.style import Figure
from regpipe.provenance.origin import Origin
from regpipe.report.study import Stories, Story, Study
from regpipe.statistics.answer import Answer
from regpipe.statistics.claims import from_csv, tabulate_claims
from regpipe.statistics.judging import STAND_IN
from regpipe.statistics.leaderboard import leaderboard
from regpipe.statistics.mechanisms import Fits, tabulate_mechanisms, with_texts
from regpipe.statistics.overlap import without_units
from regpipe.statistics.plan import Plan

# What the names of datasets end in: of pictures, of answers and of grids; and those of blocks.
PICTURE, SUMMARY, GRID, BLOCK = "_plot", ".summary", "_grid.grid", ".block"
TUNED = "The strength chosen most often, of equals the lowest; scores are of what each split chose."
GRID_PICTURE = f"{GRID}{PICTURE}"


def make_story(
    arm: Arm,
    architecture: dict[str, Any],
    summary: Answer,
    runs: pd.DataFrame,
    model: Any = None,
    *,
    called: str | None = None,
    tuned: bool = False,
    **pictures: bytes,
) -> Stories:
    """Gather what is shown of one technique; it is the only one in what is returned.

    `model` is its Keras model, where a run makes one. A recipe's block is `called` by another name
    than the recipe, and says so where its strength was `tuned`.
    """
    from regpipe.report.keras_code import keras_code  # slow to import, as is `page`

    shape = tuple(architecture["config"]["layers"][0]["config"]["batch_shape"][1:])
    technique = arm.technique_block
    assert technique is not None
    story = Story(
        answer=summary,
        explanation=technique.explanation,
        runs=without_units(runs),
        pictures={name.removesuffix(PICTURE): file for name, file in pictures.items()},
        block=(f"# {TUNED}\n" if tuned else "") + as_yaml(called or arm.name, technique),
        code=keras_code(arm, shape, arm.problem_block.standardise),
        weights=None if model is None else model.count_params(),
    )
    return {summary.technique: story}


def gather(*parts: Stories) -> Stories:
    """Return all stories, such as those of all problems."""
    return {name: story for stories in parts for name, story in stories.items()}


def collect(**parts: Any) -> Stories:
    """Return the stories of a problem's techniques, with the pictures of their grids.

    Args:
        parts: the stories of each `<technique>.story`, the picture of `<technique>_grid.grid_plot`.
    """
    stories = gather(*(part for name, part in parts.items() if not name.endswith(GRID_PICTURE)))
    for name, picture in parts.items():
        if name.endswith(GRID_PICTURE):
            technique = name.removesuffix(GRID_PICTURE)
            story = stories[technique]
            stories[technique] = replace(story, pictures={**story.pictures, "grid": picture})
    return stories


def rank(stories: Stories) -> pd.DataFrame:
    """Put all techniques side by side."""
    return leaderboard([story.answer for story in stories.values()])


def check_claims(**results: Any) -> pd.DataFrame:
    """Put what was published beside the results.

    Args:
        results: the answer of each `<technique>.summary`, the table of each `<name>_grid.grid`.
    """
    answers = [answer for name, answer in results.items() if name.endswith(SUMMARY)]
    grids = {name.removesuffix(GRID): grid for name, grid in results.items() if name.endswith(GRID)}
    return tabulate_claims(answers, grids)


def judge_mechanisms(
    statistics: Statistics,
    *,
    claims: Mapping[str, Any],
    shipped: Mapping[str, Shipped],
    **left: Any,
) -> pd.DataFrame:
    """Put what was claimed to happen inside of networks beside what does.

    Args:
        statistics: by which they are compared.
        claims: the blocks of the claims.
        shipped: of each arm, the blocks that they are about.
        left: `<arm>.block` and `<arm>.runs` of each, `<arm>.look` of techniques, and
            `<arm>.history` where a claim is about that. (Not its arm: what is read outside of a
            technique's box comes out of it in kedro-viz, and an arm belongs before what goes in.)
    """
    parsed = {name: parse(Mechanism, block, name) for name, block in claims.items()}
    fits = {name: _fits(name, left, shipped[name]) for name in shipped}
    return tabulate_mechanisms(parsed, fits, statistics)


def _fits(name: str, left: Mapping[str, Any], shipped: Shipped) -> Fits:
    """Return what an arm left, and why claims can't be judged by it, where they can't."""
    blocks = {key.removesuffix(BLOCK): block for key, block in left.items() if key.endswith(BLOCK)}
    arm = (arm_of if f"{name}.look" in left else baseline_of)(name, blocks)
    problem = arm.problem_block
    splits = splits_of(problem, left[f"{arm.problem}.runs"])
    if problem.stand_in:
        away: str | None = f"{STAND_IN}. {problem.stand_in}"
    elif arm.technique:
        away = next(filter(None, departures(arm, shipped).values()), None)
    else:
        away = problem_departure(name, problem, shipped["problem"])
    plan = left[f"{name}.look"].plan if arm.technique else Plan()
    return Fits(arm, left[f"{name}.runs"], left.get(f"{name}.history"), splits, plan, away)


def plot_claims(claims: pd.DataFrame) -> Figure:
    """Show what became of each published gain and loss."""
    return plots.claims(from_csv(claims))


def report(
    stories: Stories,
    table: pd.DataFrame,
    claims: pd.DataFrame,
    shares: pd.DataFrame,
    mechanisms: pd.DataFrame,
    origin: Origin,
    **pictures: bytes,
) -> tuple[str, dict[str, bytes]]:
    """Return the page that shows it all, and the files beside it."""
    answers = [story.answer for story in stories.values()]
    problems = {answer.problem: answer.problem_block.title for answer in answers}
    shown = {name.removesuffix(PICTURE): file for name, file in pictures.items()}
    inside = with_texts(mechanisms)
    told = from_csv(claims)
    study = Study(table, told, shares, problems, stories, shown, mechanisms=inside)
    return written(study, origin)


def written(study: Study, origin: Origin) -> tuple[str, dict[str, bytes]]:
    """Return the page about a study, and the files beside it."""
    from regpipe.report.page import question_of, render
    from regpipe.report.technique_page import technique_files

    return render(study, origin), technique_files(study, origin, question_of(study))
