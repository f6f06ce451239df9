"""A configuration that is no good is refused in the line that stands beside it, and at once."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from regpipe.candidates.check import check_parameters
from regpipe.errors import SpecError
from regpipe.kedro_side import blocks
from regpipe.kedro_side.blocks import LOADER_ARGS, BlockLoader
from tests.bad_input.small import CONF, parameters, put, written
from tests.command_lines import PROJECT

HERE = Path(__file__).parent
FILES, BLOCKS, COMMANDS = (
    yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    for name in ("config_files", "blocks", "command_lines")
)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of the small project."""
    monkeypatch.setattr(blocks, "_loader", None)  # put back afterwards
    conf = tmp_path / "conf"
    shutil.copytree(CONF, conf)
    for env in ("local", "quick"):
        (conf / env).mkdir()
    shutil.copy(PROJECT / "conf" / "base" / "catalog.yml", conf / "base")
    return conf


def content(case: dict[str, Any]) -> bytes:
    text = case["text"]
    if "times" in case:
        text = text.replace(case["replace"], case["replace"] * case["times"])
    return text.encode(case.get("encoding", "utf-8"))


def refusal(conf: Path, env: str | None, kind: str) -> list[str]:
    """Return what is said of a configuration, line by line."""
    with pytest.raises(click.ClickException) as refused:
        loader = BlockLoader(conf, env=env, **LOADER_ARGS)
        blocks.use(loader)
        loader.check()
        loader[kind]
    headline, said = refused.value.message.split(".", 1)
    assert headline in ("the configuration can't be read", "these parameters can't be run")
    return said.strip().splitlines()


def test_the_small_project_is_good(small: Path) -> None:
    loader = BlockLoader(small, **LOADER_ARGS)
    blocks.use(loader)
    loader.check()
    assert loader["catalog"]


def lines(says: str | list[str]) -> list[str]:
    return [says] if isinstance(says, str) else says


def test_every_file_that_is_no_good_is_refused_in_its_line(small: Path) -> None:
    """All in one test: each takes some hundredths of a second."""
    for case in FILES:
        path = small / case["file"]
        before = path.read_bytes() if path.exists() else None
        path.write_bytes(content(case))
        told = refusal(small, case.get("env"), case.get("reads", "catalog"))
        assert told == lines(case["says"]), case["what"]
        path.unlink()
        if before is not None:
            path.write_bytes(before)


def test_every_value_that_is_no_good_is_refused_in_its_line() -> None:
    for case in BLOCKS:
        with pytest.raises(SpecError) as refused:
            check_parameters(put(parameters(), case["put"], case["value"]), *written())
        assert list(refused.value.faults) == lines(case["says"]), case


def test_what_is_beyond_a_limit_is_run_where_that_is_raised() -> None:
    wide = put(parameters(), "moons.network.hidden.Dense.units", 20_000)
    with pytest.raises(SpecError, match="--params limits.units=20000"):
        check_parameters(wide, *written())
    check_parameters(put(wide, "limits.units", 20_000), *written())
    deep = put(put(wide, "limits.units", 20_000), "limits.weights", 30_000)
    with pytest.raises(SpecError, match="moons.network: 40,000 is more than 30,000 weights"):
        check_parameters(deep, *written())


@pytest.fixture
def typed_in_the_project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kedro knows this project, and afterwards nothing of what was read for a test."""
    bootstrap_project(PROJECT)
    monkeypatch.chdir(PROJECT)
    yield
    bootstrap_project(PROJECT)


@pytest.mark.usefixtures("typed_in_the_project")
def test_every_command_line_that_is_no_good_is_refused_in_its_line(small: Path) -> None:
    from regpipe.cli import run

    data = small.parent / "data"
    for case in COMMANDS:
        words = case.get("type", "--pipelines=weight_l2").split()
        asked = [case["params"]] if "params" in case else []
        if not asked or not asked[0].startswith("data_root="):
            asked.append(f"data_root={data}")
        given = [f"--params={','.join(asked)}", f"--conf-source={small}"]
        words += [one for one in given if one.split("=")[0] not in case.get("type", "")]
        done = CliRunner().invoke(run, words)
        told = done.output.replace(str(PROJECT), "PROJECT").rpartition("Error: ")[2]
        said = [line.rstrip() for line in told.splitlines() if line.strip()]
        assert said == lines(case["says"]), case
        assert isinstance(done.exception, SystemExit) and done.exit_code, case
        assert not list(data.rglob("*")), case
