"""The environment of `make run` and that of `make test`, what is said meanwhile, who uses them."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import regpipe
from tests.conftest import PROJECT

EXTRAS = {"tables"}  # of the base: what README's own table may be written in


def locked(name: str) -> dict[str, tuple[str, ...]]:
    """Return the version and the hashes of each package, by its name and version."""
    text = (PROJECT / name).read_text()
    entries = re.findall(r"^(\S+==\S+)(?: ;[^\n\\]*)? ?\\\n((?:    --hash=\S+.*\n)+)", text, re.M)
    return {
        package: tuple(sorted(re.findall(r"sha256:\w+", hashes))) for package, hashes in entries
    }


@pytest.fixture
def set_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", PROJECT / ".ci" / "set_up.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_locks_agree() -> None:
    """So the second stage adds to the first, and changes nothing of it."""
    base, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert len(base) > 80 and base.items() <= dev.items()
    assert not re.search(r"https?://", "".join((PROJECT / "requirements.lock").read_text()))


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(one for extra in EXTRAS for one in extras[extra])]
    base, dev = (
        {package.split("==")[0] for package in locked(name)}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {called(one) for one in asked} <= base
    assert {called(one) for one in extras["dev"]} - {"regpipe"} <= dev
    assert not base & {"pytest", "kedro-viz", "mlflow-skinny", "distributed", "mkdocs"}


def called(requirement: str) -> str:
    return re.split(r"[\[<>=;]", requirement)[0].strip().lower().replace("_", "-")


def test_progress_is_what_pip_says(set_up: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text(
        "a==1 \\\n    --hash=sha256:0\n    # via b\nb==2 \\\n    --hash=sha256:1\nc==3\n"
    )
    progress = set_up.Progress(lock, tmp_path, tmp_path / "downloads")
    progress.hear("Ignoring c: markers 'os_name == \"nt\"' don't match your environment\n")
    progress.hear("Collecting a==1 (from -r some.lock (line 1))\n")
    (tmp_path / "downloads" / "pip-unpack-x").mkdir(parents=True)
    (tmp_path / "downloads" / "pip-unpack-x" / "a.whl").write_bytes(bytes(3_000_000))
    assert str(progress) == "1 of 2: downloading, 1 of 2 packages, 3 MB: a"
    progress.hear("Installing collected packages: a, b\n")
    (tmp_path / "lib" / "python3" / "site-packages" / "a-1.dist-info").mkdir(parents=True)
    assert str(progress) == "2 of 2: installing, 1 of 2 packages"


def test_it_is_never_silent_and_says_what_went_wrong(
    set_up: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "EVERY", 0.01)
    heard: list[str] = []
    noise = "import sys, time; print('WARNING: noise', flush=True); time.sleep(0.5)"
    set_up.run([sys.executable, "-c", noise], "at work", heard.append)
    said = capsys.readouterr().out
    assert said.count("at work") == 2 and said.count(".") > 5 and "noise" not in said
    assert heard == ["WARNING: noise\n"]
    fails = "print('WARNING: noise'); print('ERROR: no such package'); raise SystemExit(1)"
    with pytest.raises(SystemExit, match=r"^ERROR: no such package$"):
        set_up.run([sys.executable, "-c", fails], "at work", heard.append)


def test_workflows_say_what_there_is() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    workflows = [*PROJECT.glob(".github/workflows/*.yml"), PROJECT / ".ci" / "run"]
    assert len(workflows) == 3
    for workflow in workflows:
        text = workflow.read_text()
        for target in re.findall(r"\bmake ([a-z]+)$", text, re.MULTILINE):
            assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target
        assert workflow.name == "run" or yaml.safe_load(text)["jobs"]
    ci = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())
    tested = ci["jobs"]["tests"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert {f"Programming Language :: Python :: {one}" for one in tested} < {
        *project["classifiers"]
    }


def test_what_is_cited_is_this_version() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    assert citation["version"] == regpipe.__version__
    for template in PROJECT.glob(".github/ISSUE_TEMPLATE/*.yml"):
        assert {"name", "description", "body"} <= yaml.safe_load(template.read_text()).keys()
