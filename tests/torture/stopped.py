"""What workers of a cluster load first: their clocks stand, too."""

from typing import Any

from tests.torture.small import stop_clocks


def dask_setup(worker: Any) -> None:
    """Stop them; Dask calls it where a worker begins, not where a test is looked for."""
    stop_clocks()
