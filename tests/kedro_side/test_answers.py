"""What does the end of a run say of an answer, and of an export?"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kedro.io import DataCatalog

from regpipe.candidates.arm import baseline
from regpipe.candidates.mixtures import MixtureSpace
from regpipe.kedro_side.answers import AnswerHooks
from regpipe.tables.sealed import seal
from tests.conftest import PROBLEMS
from tests.exports import about
from tests.report.test_answer import PARTS, answer
from tests.statistics.test_diagnosis import diagnosed, fits

VALUES = {
    "mine_answer.answer": "regpipe.statistics.winners.ModelAnswer",
    "mine_answer.diagnosis": "regpipe.statistics.diagnosis.Diagnosis",
    "mine_answer.space": "regpipe.candidates.mixtures.MixtureSpace",
}


@pytest.fixture(autouse=True)
def no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regpipe.kedro_side.answers.read_blocks", lambda: ({}, {}))


def ended(root: Path, *left: str) -> None:
    """End a run that left this, with its files in a folder."""
    config: dict[str, Any] = {
        name: {
            "type": "regpipe.kedro_side.datasets.ValueDataset",
            "filepath": str(root / f"{name}.json"),
            **{"kind": kind, "save_args": {"exclude_unset": False}},
        }
        for name, kind in VALUES.items()
    }
    page = {"type": "text.TextDataset", "filepath": str(root / "report.html")}
    export = {
        "type": "regpipe.kedro_side.datasets.ExportDataset",
        "filepath": str(root / "mine_export"),
    }
    catalog = DataCatalog.from_config(config | {"mine_answer.report": page, "mine.export": export})
    base, foundations = baseline("moons", PROBLEMS["moons"]), {"cosine": PARTS["cosine"]}
    space = MixtureSpace({"weight_l2": PARTS["weight_l2"]}, base, foundations)
    for name, value in zip(VALUES, (answer(), diagnosed(fits()), space), strict=True):
        catalog.save(name, value)
    pipeline: Any = SimpleNamespace(all_outputs=lambda: set(left))
    AnswerHooks().after_pipeline_run(pipeline, catalog)


def test_an_answer_is_told_with_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(tmp_path, "mine_answer.report", *VALUES)
    printed = capsys.readouterr().out
    assert "Use this network: cosine schedule; L2 weight penalty" in " ".join(printed.split())
    assert f"All of it: {tmp_path / 'report.html'}" in printed


@pytest.mark.parametrize(
    ("model", "chosen", "told"),
    [
        ("network", {"mixture": {"dropout": 0.2}, "seeds": 5}, "network (dropout 0.2; the mean of"),
        ("SVC", {"model": "SVC", "setting": {"C": 10}}, "SVC (C 10), trained on all 1,768 rows"),
    ],
)
def test_an_export_says_what_it_is(
    model: str, chosen: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine_export"
    folder.mkdir()
    text = about(model=model, chosen=chosen, rows=1768).model_dump_json()
    (folder / "about.json").write_text(text)
    seal(folder)
    ended(tmp_path, "mine.export", *VALUES)
    printed = capsys.readouterr().out
    assert f"The {told}" in printed and "rows of mine: " in printed
    assert str(tmp_path / "mine_export") in printed and "Use this network" not in printed
