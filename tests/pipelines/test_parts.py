"""Parts of pipelines: what a stage is called, and that a run may begin anywhere."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import ClickException
from click.testing import CliRunner
from kedro.framework.cli.utils import find_run_command
from kedro.io import CatalogConfigResolver, DataCatalog
from kedro.pipeline import Pipeline

from regpipe.pipelines.wiring import Lazily
from tests.conftest import PROJECT, summary_of

STAGES = {"data", "model", "train", "evaluate", "plot", "report"}
NAMES = [
    *("__default__", "weight_l2", "weight_l2_grid", "stopping_rules", "variance"),
    *("circles_screen", "diabetes_cocktail"),
]


TINY = {"fixed": {"repeats": 2}, "fresh": {"repeats": 2, "score_rows": 100}}  # as `run` has it


def fresh(**changed: Any) -> dict[str, Any]:
    """Return that protocol with another `fresh`."""
    return {**TINY, "fresh": changed}


@pytest.fixture(scope="module")
def pipelines(run: Callable[..., None]) -> dict[str, Pipeline]:
    from regpipe.pipeline_registry import register_pipelines

    registered = register_pipelines()
    return {name: registered[name] for name in NAMES}


@pytest.fixture(scope="module")
def exported(pipelines: dict[str, Pipeline]) -> Pipeline:
    """What there is for the user's own table alone."""
    from regpipe.pipelines.export.pipeline import create_pipeline, create_prediction

    return create_pipeline("wine", "wine_table") + create_prediction("wine")


@pytest.mark.parametrize("name", NAMES)
def test_a_run_may_begin_at_any_node(name: str, pipelines: dict[str, Pipeline]) -> None:
    """What one node hands to another is in the catalog, and so there in a later run."""
    text = (PROJECT / "conf" / "base" / "catalog.yml").read_text().replace("${_root}", "data")
    entries = {key: entry for key, entry in yaml.safe_load(text).items() if key != "_root"}
    catalog = CatalogConfigResolver(entries)
    pipeline = pipelines[name]
    lost = {
        made
        for made in pipeline.all_outputs()
        if not catalog.resolve_pattern(made).keys() & {"filepath", "path"}
    }
    begins = {node.name: lost & set(node.inputs) for node in pipeline.nodes}
    assert not {node: missing for node, missing in begins.items() if missing}


def test_a_part_says_what_makes_what_it_lacks(pipelines: dict[str, Pipeline]) -> None:
    from regpipe.kedro_side.parts import missing_inputs

    part = pipelines["diabetes_cocktail"].only_nodes("diabetes.cocktail.compare")
    missing = missing_inputs(part, DataCatalog())
    assert missing["diabetes.runs"] == "diabetes"
    assert missing["diabetes/dropout.trials"] == "diabetes_screen"
    assert not missing.keys() & {"diabetes", "trainer"}
    part = pipelines["__default__"].only_nodes("study.gather")
    assert missing_inputs(part, DataCatalog())["moons.stories"] == "study"


def test_predictions_say_that_an_export_comes_first(
    exported: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.kedro_side import parts

    export, predict = (Pipeline([node]) for node in exported.nodes)
    made = {"wine": Pipeline([]), "wine_export": export, "wine_predict": predict}
    makers = {name: partial(made.__getitem__, name) for name in made}
    slow = dict.fromkeys(("claims", "study"), partial(pytest.fail, "this takes a second"))
    monkeypatch.setattr(parts, "pipelines", Lazily(makers | slow))
    assert parts.missing_inputs(predict, DataCatalog()) == {"wine.export": "wine_export"}


@pytest.mark.parametrize("name", NAMES)
def test_each_node_says_its_stage(name: str, pipelines: dict[str, Pipeline]) -> None:
    for node in pipelines[name].nodes:
        assert len(node.tags & STAGES) == 1, node.name


def test_each_node_of_an_export_says_its_stage(exported: Pipeline) -> None:
    assert [node.tags & STAGES for node in exported.nodes] == [{"train"}, {"evaluate"}]


def test_the_pictures_of_a_finished_run_can_be_drawn_alone(
    run: Callable[..., None], tiny_run: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_run, tmp_path, dirs_exist_ok=True)
    drawn = set((tmp_path / "08_reporting").rglob("*.png"))
    for picture in drawn:
        picture.unlink()
    run("weight_l2", data_root=tmp_path, part={"tags": ["plot"]})
    assert set((tmp_path / "08_reporting").rglob("*.png")) == drawn
    run("weight_l2", data_root=tmp_path, part={"from_nodes": ["weight_l2.evaluate"]})


@pytest.mark.parametrize(
    ("begins", "changed", "whose"),
    [
        ("weight_l2.compare", {"moons": {"training": {"epochs": 6}}}, "moons and weight_l2"),
        ("weight_l2.answer", {"weight_l2": {"training": {"epochs": 6}}}, "weight_l2"),
        ("weight_l2.resolve_arm", {"moons": {"training": {"epochs": 6}}}, "moons"),
        ("weight_l2.compare", {"protocol": {**TINY, "seed": 2}}, "moons and weight_l2"),
        ("weight_l2.compare", {"protocol": {**TINY, "fixed": {"repeats": 3}}}, "weight_l2"),
        ("weight_l2.compare", {"protocol": fresh(repeats=3, score_rows=100)}, "weight_l2"),
        ("weight_l2.compare", {"protocol": fresh(repeats="auto", score_rows=100)}, "weight_l2"),
        ("weight_l2.compare", {"protocol": fresh(repeats=2, score_rows=99)}, "moons and weight_l2"),
        ("weight_l2.compare", {"statistics": {"confidence": 0.9}}, "weight_l2"),
    ],
)
def test_a_part_does_not_pass_off_the_fits_of_another_run(
    begins: str,
    changed: dict[str, Any],
    whose: str,
    run: Callable[..., None],
    tiny_run: Path,
    tmp_path: Path,
) -> None:
    """Else 5 epochs would be judged by what was published of 4000, or interim analyses hidden."""
    shutil.copytree(tiny_run, tmp_path, dirs_exist_ok=True)
    before = summary_of(tmp_path, "weight_l2")
    with pytest.raises(ClickException, match=f"reads what {whose} left when run with other"):
        run("weight_l2", data_root=tmp_path, part={"from_nodes": [begins]}, **changed)
    assert summary_of(tmp_path, "weight_l2") == before


def test_a_part_may_train_anew_on_the_same_rows(
    run: Callable[..., None], tiny_run: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_run, tmp_path, dirs_exist_ok=True)
    changed = {"moons": {"training": {"epochs": 6}}}
    begins = ["moons.resolve_arm", "weight_l2.resolve_arm"]
    run("weight_l2", data_root=tmp_path, part={"from_nodes": begins}, **changed)
    fixed = summary_of(tmp_path, "weight_l2")["fixed"]
    assert fixed["not_comparable"] == "6 epochs instead of 4000"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--namespaces=weight_l2"], "Run what makes it first: kedro run --pipelines=moons\n"),
        (["--load-versions=weight_l2.runs:2026-11-25T00.00.00.000Z"], "isn't versioned"),
        (["--load-versions=weight_l2.rnus:2026-11-25T00.00.00.000Z"], "weight_l2.rnus"),
        (["--env=nope"], "there is no environment 'nope'. Expected one of: base, "),
        (["--params=data_root=README.md"], "is no folder, and can't be made one"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_line(
    words: list[str],
    says: str,
    run: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(PROJECT)
    root = [] if words[0].startswith("--params") else [f"--params=data_root={tmp_path}"]
    done = CliRunner().invoke(find_run_command("regpipe"), ["--pipelines=weight_l2", *words, *root])
    assert done.exit_code == 1
    assert says in done.stderr and done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"lock"}


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regpipe", "--help"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "--conf-source" in done.stdout
