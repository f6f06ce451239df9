"""What takes seconds to make, for all that breaks it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.torture.forks import Forks
from tests.torture.left import contents
from tests.torture.small import Small, params, write_conf

Line = Callable[..., str]


@pytest.fixture(scope="session")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of the small project."""
    return write_conf(tmp_path_factory.mktemp("small") / "conf")


@pytest.fixture(scope="module")
def small(conf: Path) -> Iterator[Small]:
    """The small project in this process."""
    project = Small(conf)
    yield project
    project.close()


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Processes of their own."""
    started = Forks()
    yield started
    started.close()


@pytest.fixture(scope="session")
def line(conf: Path) -> Line:
    """The command that runs a pipeline of the small project on a data folder."""

    def typed(name: str, root: Path, **parameters: Any) -> str:
        return f"kedro run --pipelines={name} --conf-source={conf} {params(root, **parameters)}"

    return typed


@pytest.fixture(scope="session")
def finished(
    forks: Forks, line: Line, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The folder of an undisturbed run of weight_l2, and what it holds."""
    root = tmp_path_factory.mktemp("finished") / "data"
    assert forks.run(line("weight_l2", root)).code == 0
    return root, contents(root)
