"""`kedro regpipe list` tells what there is to run, and what came of it."""

from pathlib import Path

from click.testing import CliRunner, Result
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project

from regpipe.cli import cli
from tests.conftest import PROJECT, blocks


def listed(*words: str) -> Result:
    bootstrap_project(PROJECT)
    return CliRunner().invoke(cli, ["regpipe", "list", *words])


def test_techniques_of_a_problem_with_their_verdicts(tiny_run: Path) -> None:
    done = listed("moons", "--data-root", str(tiny_run))
    assert done.exit_code == 0, done.output
    lines = {words[0]: line for line in done.output.splitlines() if (words := line.split())}
    text = " ".join(done.output.split())
    techniques = {k: v for k, v in blocks("techniques").items() if v["problem"] == "moons"}
    assert techniques.keys() <= lines.keys() and "dropout" not in lines
    # Of what it is, where that is less than the block says.
    assert " weight_l2 L2 weight penalty too few (2 draws; 5 epochs instead of 4000) " in text
    assert "few" not in lines["weight_l1"]
    assert "moons_screen, moons_cocktail, weight_l2_grid" in lines["and"]


def test_all_problems_none_of_which_has_run(tmp_path: Path) -> None:
    done = listed("--data-root", str(tmp_path))
    problems, techniques = blocks("problems"), blocks("techniques")
    for name in (*problems, *techniques):
        assert f" {name} " in done.output
    assert "verdict" not in done.output
    named = {
        name.strip(",")
        for line in done.output.splitlines()
        if line.startswith(" and ")
        for name in line.split()[1:]
    }
    assert {"moons_screen", "dropout_grid"} <= named
    assert all(name in pipelines for name in named)  # some of which no list of Kedro's has


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    done = listed("--data-root", str(tmp_path / "none"))
    assert (done.exit_code, done.output) == (1, f"Error: there is no folder {tmp_path / 'none'}.\n")


def test_a_problem_that_is_none() -> None:
    done = listed("mons")
    assert (done.exit_code, done.output) == (
        1,
        "Error: 'mons' is no problem. Did you mean 'moons'?\n",
    )
