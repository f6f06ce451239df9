"""What the README, and the pages that go on from it, tell people to type has to work."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from regpipe.candidates.check import check_parameters
from tests.command_lines import type_in
from tests.conftest import PROJECT, blocks

README = (PROJECT / "README.md").read_text()
USING = (PROJECT / "docs" / "using.md").read_text()
TUTORIALS = sorted((PROJECT / "docs" / "tutorials").glob("*.md"))
PAGES = [
    *PROJECT.glob("*.md"),
    *PROJECT.glob(".github/**/*.md"),
    *PROJECT.glob("docs/**/*.md"),
    PROJECT / "benchmarks" / "README.md",
]


def typed_in(text: str) -> list[str]:
    """Return the lines that a page tells people to type."""
    return [
        line.split("#")[0].strip()
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]


COMMANDS = typed_in(README + USING)
IN_TUTORIALS = typed_in("".join(page.read_text() for page in TUTORIALS))


def test_make_targets_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"make (\w+)", " ".join(COMMANDS + IN_TUTORIALS)) + ["viz", "bench"]
    for target in {*targets}:
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target


def test_commands_work(project: Path) -> None:
    """In the quick environment, cheaply, so that each takes seconds, and in one process."""
    commands = [c for c in COMMANDS if c.startswith(("kedro run --pipelines", "kedro registry"))]
    # These have tests of their own, and take long.
    own = (
        "=claims",
        "variance",
        "stopping_rules",
        "_grid",
        "_answer",
        "_screen",
        "_cocktail",
        "_export",
        "_predict",
    )
    commands = [c for c in commands if not c.endswith(own) and "fresh.repeats" not in c]
    quick = [f"{c} --env=quick" if c.startswith("kedro run") else c for c in commands]
    done = type_in(project, *quick)
    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(zip(quick, done.stdout.split("$ kedro ")[1:], strict=True))
    for command, output in said.items():
        expected = "- weight_l2" if "registry" in command else "Test accuracy"
        assert expected in output, output
    left = {file.parent.name for file in (project / "data").rglob("*.json")}
    assert {"weight_l2", "dropout"} <= left


def test_pipelines_exist(run: Callable[..., None]) -> None:
    """`run` sets the project up."""
    from regpipe.pipeline_registry import register_pipelines

    typed = COMMANDS + IN_TUTORIALS
    named = {name for c in typed for name in re.findall(r"--pipelines=(\w+)", c)}
    # Of the examples' own blocks.
    mine = {name for name in named if name.startswith(("wine", "dropout_heavy", "circles_deep"))}
    pipelines = register_pipelines()
    for name in named - mine:
        assert pipelines[name].nodes
    assert "circles_screen" not in list(pipelines) and "weight_l2" in list(pipelines)


def test_the_example_block_can_be_run() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    new = yaml.safe_load(block)
    problems, techniques = blocks("problems"), {**blocks("techniques"), **new}
    check_parameters({**problems, **techniques, **blocks("parameters")}, problems, techniques)


def test_the_tutorial_s_blocks_can_be_run() -> None:
    """A technique, a line that is added to it, and a problem."""
    page = (PROJECT / "docs" / "tutorials" / "own-technique.md").read_text()
    technique, line, problem = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    problems = {**blocks("problems"), **yaml.safe_load(problem)}
    techniques = {**blocks("techniques"), **yaml.safe_load(technique + line)}
    assert "grid" in techniques["dropout_heavy"]
    check_parameters({**problems, **techniques, **blocks("parameters")}, problems, techniques)


def test_it_is_read_in_a_sitting() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_linked_files_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_page_of_results_names_techniques_that_are_there() -> None:
    """All that something was published about, and no other names than those of blocks."""
    page = (PROJECT / "docs" / "results.md").read_text()
    named = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    techniques = blocks("techniques")
    grids = {f"{name}_grid" for name, block in techniques.items() if "grid" in block}
    published = {name for name, block in techniques.items() if "published" in block}
    assert published <= named <= {*blocks("problems"), *techniques, *grids}
