"""Which regularization technique helps a small data set, by how much, and is the gain real?"""

from collections.abc import Sequence
from typing import Any

__version__ = "0.1.0"


def load(folder: str, trusted: Sequence[str] = ()) -> Any:
    """Return the predictor that `kedro run --pipelines=<problem>_export` left in a folder.

    Its `predict(frame)` takes rows as they come, see `regpipe.tables.exported.Predictor`. Types
    that a model of another library consists of are named in `trusted`.
    """
    from regpipe.tables import exported  # imports TensorFlow

    return exported.load(folder, trusted)
