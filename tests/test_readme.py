"""What the README tells people to type has to work."""

import re
import shlex
import subprocess
import sys
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


def test_the_table_of_results_names_every_technique() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == set(blocks("techniques"))
