from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.conftest import PROJECT


def test_the_tour_runs_from_its_first_cell_to_its_last(project: Path, tiny_run: Path) -> None:
    (project / "data").symlink_to(tiny_run)
    (project / "notebooks").mkdir()
    notebook = nbformat.read(PROJECT / "notebooks" / "tour.ipynb", as_version=4)
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": project / "notebooks"}}
    )
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)
    text = "".join(output.get("text", "") for output in shown)
    assert "mean gain" in text and "published 0.943" in text


def test_no_output_is_kept_in_the_repository() -> None:
    notebook = nbformat.read(PROJECT / "notebooks" / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
