"""Every block of the YAML, trained by its graph, as a run does; `make test` trains step by step."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.test_every_block import BLOCKS, assert_it_works

pytestmark = pytest.mark.torture


@pytest.mark.usefixtures("without_xla", "fit_eagerly")
@pytest.mark.parametrize("name", BLOCKS)
def test_it_builds_trains_exports_and_reloads(
    name: str, samples_of: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    assert_it_works(name, samples_of, tmp_path)
