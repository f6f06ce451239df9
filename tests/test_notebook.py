"""Do the notebooks run, and do they show what they showed?"""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PROJECT

NOTEBOOKS = ("tour", "study", "own_model")  # the study's is run by tests/pipelines/test_study.py


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4)


def executed(notebook: nbformat.NotebookNode, project: Path) -> tuple[str, int]:
    """Run a notebook in a project; return its text, and how many pictures it shows."""
    folder = project / "notebooks"
    folder.mkdir(exist_ok=True)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
    return shown(notebook)


def shown(notebook: nbformat.NotebookNode) -> tuple[str, int]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    text = "".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs)
    return text, sum("image/png" in output.get("data", {}) for output in outputs)


def test_the_tour_runs_from_its_first_cell_to_its_last(project: Path, tiny_run: Path) -> None:
    (project / "data").symlink_to(tiny_run)
    text, pictures = executed(read("tour"), project)
    assert "mean gain" in text and "published 0.943" in text and "INFO" not in text
    assert pictures == 3


def test_an_own_table_and_network_come_to_an_answer(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (project / "data" / "01_raw").mkdir(parents=True)
    notebook = read("own_model")
    small = "protocol.fresh.repeats=5,protocol.fixed.repeats=2,my_wine.training.epochs=5"
    (run,) = (cell for cell in notebook.cells if "!kedro run" in cell.source)
    run.source = run.source.replace("my_dropout", f"my_dropout --params {small}")
    text, pictures = executed(notebook, project)
    assert "Wrote conf/local/problems_my_wine.yml" in text
    assert "Dropout of half of all hidden units (my_dropout)" in text
    assert "\x1b" not in run.outputs[0]["text"] and pictures == 2


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_a_notebook_showed_is_kept(name: str) -> None:
    notebook = read(name)
    for cell in notebook.cells:
        assert not any(output.output_type == "error" for output in cell.get("outputs", []))
    text, pictures = shown(notebook)
    assert pictures >= 2 and len(text) > 500
    assert str(PROJECT) not in text and str(Path.home()) not in text
    assert {file.stem for file in (PROJECT / "notebooks").glob("*.ipynb")} == set(NOTEBOOKS)
