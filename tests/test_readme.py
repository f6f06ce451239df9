"""What the README tells people to type has to work."""

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from regpipe.check import check_parameters
from tests.conftest import PROJECT, blocks

README = (PROJECT / "README.md").read_text()
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


def test_make_targets_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"make (\w+)", " ".join(COMMANDS)) + ["viz", "bench"]
    for target in {*targets}:
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith(("kedro run --pipelines", "kedro registry"))]
)
def test_commands_work(command: str, project: Path) -> None:
    """In the quick environment, so that each takes seconds."""
    words = shlex.split(command)[1:]
    quick = ["--env=quick"] if words[0] == "run" else []
    done = subprocess.run(
        [sys.executable, "-m", "kedro", *words, *quick],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Test accuracy" in done.stdout or "- weight_l2" in done.stdout
    summaries = list((project / "data").rglob("summary.json"))
    assert bool(summaries) == (words[0] == "run")


def test_the_example_block_can_be_run() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    new = yaml.safe_load(block)
    problems, techniques = blocks("problems"), {**blocks("techniques"), **new}
    check_parameters({**problems, **techniques, **blocks("parameters")}, problems, techniques)


def test_linked_files_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or (PROJECT / target).exists(), target


def test_the_page_of_results_names_every_technique() -> None:
    page = (PROJECT / "docs" / "results.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(blocks("techniques"))


def test_the_page_of_results_is_written_from_a_run(
    run: Callable[..., None], tmp_path: Path
) -> None:
    """With the blocks of one technique per metric."""
    names = ("early_stopping", "early_stopping_regression", "sparse_autoencoder")
    run(*names, data_root=tmp_path)
    spec = importlib.util.spec_from_file_location("results", PROJECT / "docs" / "results.py")
    assert spec and spec.loader
    results = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(results)
    answers = {name: results.read_answer(tmp_path, name) for name in names}
    homes = {answer["problem"] for answer in answers.values()}
    problems = {name: block for name, block in blocks("problems").items() if name in homes}
    tables = "\n".join(results.tables(problems, answers))
    for name in names:
        assert f"| `{name}` |" in tables
    assert "difference in R²" in tables and "leak" in tables
    rows = [*results.published_rows(problems, answers), *results.stopped_rows(answers)]
    assert any(row.startswith("| moons (baseline) | moons | 1.000 / 0.914") for row in rows)
    assert any(re.match(r"\| `early_stopping` \| 219 \| \d+ to \d+ \|", row) for row in rows)
