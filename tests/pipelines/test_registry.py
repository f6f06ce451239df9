"""The registry makes a pipeline of each block; looking at it imports nothing that is slow."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path

import click
import pytest
import yaml

from tests.command_lines import refusals, type_in
from tests.conftest import PROBLEMS, PROJECT, TECHNIQUES, blocks


def kedro(*arguments: str, cwd: Path = PROJECT, env: dict[str, str] | None = None) -> str:
    """Run a command of Kedro and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "kedro", *arguments],
        cwd=cwd, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("library", ["tensorflow", "keras", "sklearn", "scipy", "matplotlib"])
def test_the_blocking_works(library: str, without_slow_libraries: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {library}"],
        env=without_slow_libraries, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "was imported" in done.stderr


def test_every_block_is_a_pipeline(without_slow_libraries: dict[str, str]) -> None:
    listed = kedro("registry", "list", env=without_slow_libraries)
    for name in ("__default__", *PROBLEMS, *TECHNIQUES):
        assert f"- {name}\n" in listed


def test_no_node_has_more_than_seven_inputs(run: Callable[..., None]) -> None:
    """As many as a function gathers into one argument (`*`, `**`) count as one."""
    from regpipe.pipeline_registry import register_pipelines
    from regpipe.pipelines.answer.pipeline import create_pipeline as create_answer
    from regpipe.pipelines.export.pipeline import create_pipeline as create_export

    registered = register_pipelines()
    screened = [name for name, block in PROBLEMS.items() if block.task != "reconstruction"]
    named = {*registered, *(f"{problem}_cocktail" for problem in screened)}
    own = create_export("moons", "table"), create_answer("moons", "table", classifies=True)
    whole = [*(registered[name] for name in named), *own]
    for node in {node for pipeline in whole for node in pipeline.nodes}:
        arguments = signature(node.func).parameters.values()
        asked = [one for one in arguments if one.kind is not Parameter.KEYWORD_ONLY]
        assert len(asked) <= 7, node.name


def test_the_catalog_lists(without_slow_libraries: dict[str, str]) -> None:
    listed = kedro("catalog", "resolve-patterns", "-p", "weight_l2", env=without_slow_libraries)
    assert "weight_l2.summary" in listed and "moons.model" in listed


def test_help_comes_at_once(without_slow_libraries: dict[str, str]) -> None:
    assert "--target" in kedro("regpipe", "new-problem", "--help", env=without_slow_libraries)


def test_each_technique_is_a_box_in_that_of_its_problem(run: Callable[..., None]) -> None:
    from regpipe.pipeline_registry import register_pipelines

    nodes = register_pipelines()["__default__"].nodes
    of_all = {"study", "variance", "stopping_rules"}
    boxes = {str(node.namespace) for node in nodes}
    assert boxes == {
        *PROBLEMS, *of_all, "moons.weight_l2_grid",
        *(f"{block.problem}.{name}" for name, block in TECHNIQUES.items()),
    }  # fmt: skip


# One of each problem: each takes viz a while.
FEW = {"weight_l2", *{block.problem: name for name, block in TECHNIQUES.items()}.values()}


def test_viz_shows_layers_namespaces_and_previews(
    tiny_run: Path, project: Path, without_slow_libraries: dict[str, str]
) -> None:
    few = {name: block for name, block in blocks("techniques").items() if name in FEW}
    (project / "conf" / "base" / "techniques.yml").write_text(yaml.safe_dump(few, sort_keys=False))
    (project / "conf" / "base" / "mechanisms.yml").unlink()  # claims about the others
    shutil.copytree(tiny_run, project / "data")
    kedro("viz", "build", "--include-previews", cwd=project, env=without_slow_libraries)
    built = json.loads((project / "build" / "api" / "main").read_text())
    layers = ["primary", "models", "model_output", "reporting"]
    assert built["layers"] == layers
    technique = json.loads((project / "build/api/pipelines/weight_l2").read_text())
    assert technique["layers"] == layers
    boxes = {n["id"] for n in built["nodes"] if n["type"] == "modularPipeline"}
    outside = {child["id"] for child in built["modular_pipelines"]["__root__"]["children"]}
    of_all = {"study", "variance", "stopping_rules"}
    assert boxes & outside == {*PROBLEMS, *of_all}
    assert boxes - outside == {
        *(f"{few[name]['problem']}.{name}" for name in FEW), "moons.weight_l2_grid",
    }  # fmt: skip
    shown = {node["name"]: node for node in built["nodes"]}
    for name, layer, preview in (
        ("moons.samples", "primary", "table"),
        ("weight_l2.architecture", "models", "json"),
        ("moons.runs", "model_output", "table"),
        ("weight_l2.summary", "reporting", "json"),
        ("weight_l2.model", "reporting", "json"),
        ("weight_l2.learning_curves_plot", "reporting", "image"),
        ("weight_l2.card_plot", "reporting", "image"),
    ):
        assert shown[name]["layer"] == layer
        details = json.loads((project / "build" / "api" / "nodes" / shown[name]["id"]).read_text())
        assert preview in details["preview_type"].lower()
        assert details["preview"]


OWN = """
mine:
  title: A strong L2 weight penalty
  family: weight
  explanation: As weight_l2, and more of it.
  problem: moons
  network: {hidden: {kernel_regularizer: {l2: 0.1}}}
"""


def test_a_new_technique_is_a_block_and_does_not_disturb_another_environment(project: Path) -> None:
    """Those of one's own are read where no environment is named, and not elsewhere."""
    (project / "conf" / "local" / "techniques.yml").write_text(OWN)
    words = "--env=quick --pipelines=weight_l2 --to-nodes=moons.draw_samples"
    done = type_in(project, "kedro registry list", f"kedro run {words}", cheaply=False)
    assert done.returncode == 0 and "rror" not in done.stdout + done.stderr
    _, listed, _ = done.stdout.split("$ kedro ")
    assert "- mine\n" in listed


def test_an_environment_may_have_techniques_of_its_own(project: Path) -> None:
    (project / "conf" / "mine").mkdir()
    (project / "conf" / "mine" / "techniques.yml").write_text(OWN)
    output = kedro(
        "run", "--env=mine", "--pipelines=mine", "--to-nodes=moons.draw_samples", cwd=project
    )
    assert "rror" not in output


WRONG = {
    "--pipelines=wieght_l2": "weight_l2",
    "--pipelines=weight_l2 --to-nodes=moons.trian": "moons.trian",
    "--pipelines=weight_l2 --tags=nothing": "contains no nodes",
    "--pipelines=weight_l2 --params=protcol.fresh.repeats=3": "protcol: there is no such parameter",
    "--pipelines=weight_l2 --params=weight_l2.network.hiden.kernel_regularizer.l2=1": (
        "Did you mean 'hidden'?"
    ),
    "--pipelines=weight_l2 --params=weight_l2.network.hidden.kernel_regularizer.l3=1": (
        "weight_l2.network.hidden"
    ),
}


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory, without_slow_libraries: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """What is said of each wrong line, after which nothing is written."""
    root = tmp_path_factory.mktemp("refused") / "data"
    lines = [
        f"kedro run {line},data_root={root}" if "--params" in line else f"kedro run {line}"
        for line in WRONG
    ]
    output = refusals(PROJECT, *lines, environment=without_slow_libraries)
    assert not root.exists()
    return dict(zip(WRONG, output, strict=True))


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_word_is_answered_in_a_line(line: str, refused: dict[str, tuple[str, str]]) -> None:
    output, error = refused[line]
    assert WRONG[line] in error and "Traceback" not in output + error
    assert "--params" not in line or len(error.splitlines()) <= 5  # the first is what was typed


def test_broken_yaml_is_named_without_a_traceback(project: Path) -> None:
    (project / "conf" / "local" / "techniques.yml").write_text("mine: {title: [}\n")
    done = subprocess.run(
        [sys.executable, "-m", "kedro", "run", "--pipelines=weight_l2"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the configuration can't be read" in done.stderr and "techniques.yml" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_claims_are_those_techniques_that_something_was_published_about(
    run: Callable[..., None],
) -> None:
    """And of a problem whose baseline alone was written about, the first technique."""
    from regpipe.pipeline_registry import Makers

    problems, techniques = blocks("problems"), blocks("techniques")
    of_digits = [name for name, block in techniques.items() if block["problem"] == "digits"]
    problems["digits"]["published"] = {"test": 0.9, "source": "s"}
    pipeline = Makers(problems, techniques, {}, {}).makers()["claims"]()
    published = [name for name, block in techniques.items() if block.get("published")]
    summaries = {name for name in pipeline.all_outputs() if name.endswith(".summary")}
    assert summaries == {f"{name}.summary" for name in [*published, of_digits[0]]}
    assert pipeline.outputs() >= {"study.claims_plot", "weight_l2_grid.grid_plot"}
    assert not {"study.report", "study.leaderboard"} & pipeline.all_outputs()
    without = {n: {**b, "published": None, "grid_published": None} for n, b in techniques.items()}
    bare = {name: {**block, "published": None} for name, block in problems.items()}
    assert "claims" not in Makers(bare, without, {}, {}).makers()


def test_a_screen_and_all_behind_it_know_the_recipes_that_were_asked_for(
    run: Callable[..., None],
) -> None:
    from regpipe.pipeline_registry import Makers

    def of(pipeline: str, *named: str) -> set[str]:
        blocks_of_all = blocks("problems"), {}, blocks("recipes")["recipes"], {}
        return Makers(*blocks_of_all, list(named) or None).makers()[pipeline]().all_outputs()

    def tried(outputs: set[str]) -> set[str]:
        recipes = (name.partition(".")[0] for name in outputs if name.endswith(".trials"))
        return {name.removeprefix("moons/") for name in recipes}

    assert tried(of("moons_screen", "dropout", "mixup", "class_weights")) == {"dropout", "mixup"}
    assert tried(of("moons_screen")) > {"dropout", "mixup", "weight_l2"}
    cocktail = of("moons_cocktail", "dropout")
    assert tried(cocktail) == {"dropout"} and "moons_cocktail.mixtures" in cocktail
    with pytest.raises(click.ClickException) as raised:
        of("diabetes_screen", "class_weights", "noise_labels")
    assert "none of screen.recipes (class_weights, noise_labels) suits" in raised.value.message


def test_what_claims_of_mechanism_are_about_is_part_of_the_claims(run: Callable[..., None]) -> None:
    """With what is beside it, its problem's baseline, and histories where curves are asked for."""
    from regpipe.pipeline_registry import Makers

    problems, techniques = blocks("problems"), blocks("techniques")
    curve = {"arm": "noise_lstm", "measure": "worsening_val_loss", "direction": "smaller"}
    norm = {"arm": "max_norm", "beside": "non_neg", "measure": "norm", "direction": "smaller"}
    wrong = [{"arm": "nothing"}, {"arm": []}, {"arm": "max_norm", "beside": "nothing"}, "no block"]
    mechanisms = {str(place): block for place, block in enumerate([curve, norm, *wrong])}
    makers = Makers(problems, techniques, {}, mechanisms).makers()
    plain = Makers(problems, techniques, {}, {}).makers()["claims"]().all_outputs()
    (judge,) = (node for node in makers["claims"]().nodes if "study.mechanisms" in node.outputs)
    arms = ("noise_lstm", "waves", "max_norm", "non_neg", "moons")
    assert set(judge.inputs) == {
        "params:statistics", "noise_lstm.history", "waves.history",
        *(f"{arm}.look" for arm in ("noise_lstm", "max_norm", "non_neg")),
        *(f"{arm}.runs" for arm in arms), *(f"params:{arm}" for arm in arms),
    }  # fmt: skip
    further = makers["claims"]().all_outputs() - plain
    assert {name.partition(".")[0] for name in further} == {"noise_lstm", "waves", *arms[2:4]}
    of_study = next(n for n in makers["study"]().nodes if "study.report" in n.outputs)
    assert "study.mechanisms" in of_study.inputs
