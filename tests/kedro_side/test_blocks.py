"""Blocks of YAML are what Kedro reads, and what was shipped is what the base environment has."""

from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader

from regpipe.kedro_side import blocks

BASE = {
    "parameters.yml": "seed: 1\ntwice: ${seed}",
    "problems.yml": "moons: {rows: 30, published: {test: 0.9}}",
    "techniques.yml": "l2: {problem: moons, rate: 0.1}\nl1: {problem: moons}",
}
OWN = {"techniques.yml": "l2: {rate: 0.5}\nmine: {problem: moons}"}


@pytest.fixture
def conf(tmp_path: Path) -> str:
    for env, files in {"base": BASE, "local": {}, "own": OWN}.items():
        (tmp_path / env).mkdir()
        for name, text in files.items():
            (tmp_path / env / name).write_text(text)
    return str(tmp_path)


def loaders(conf: str, env: str | None) -> tuple[blocks.BlockLoader, OmegaConfigLoader]:
    arguments: dict[str, Any] = {"env": env, "runtime_params": {"seed": 2, "l2": {"rate": 0.9}}}
    kinds = (blocks.BlockLoader, OmegaConfigLoader)
    ours, kedros = (kind(conf, **arguments, **blocks.LOADER_ARGS) for kind in kinds)
    return ours, kedros


@pytest.mark.parametrize("env", [None, "base", "own"])
def test_all_is_read_as_kedro_reads_it(conf: str, env: str | None) -> None:
    ours, kedros = loaders(conf, env)
    for kind in ("parameters", "problems", "techniques"):
        assert ours[kind] == kedros[kind]
    assert ours["parameters"]["twice"] == 2
    assert ours["parameters"]["l2"] == {"problem": "moons", "rate": 0.9}


@pytest.mark.parametrize(("env", "rate"), [(None, 0.1), ("base", 0.1), ("own", 0.5)])
def test_what_is_shipped_is_as_the_base_environment_has_it(
    conf: str, env: str | None, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_loader", None)
    blocks.use(loaders(conf, env)[0])
    problems, techniques = blocks.read_blocks()
    assert techniques["l2"]["rate"] == rate
    shipped = {**techniques, "l2": {"problem": "moons", "rate": 0.1}}
    assert blocks.read_shipped() == (problems, shipped)
    assert ("mine" in shipped) is (env == "own")
