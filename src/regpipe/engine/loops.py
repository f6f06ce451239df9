"""Loops for many arms: those that differ in strengths alone share one compile."""

import json
from collections.abc import Callable
from typing import Any

from regpipe.arm import Arm
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit
from regpipe.engine.strengths import strengths, without_strengths
from regpipe.network import Architecture
from regpipe.problems.samples import Rows


class Loops:
    """Trains any arm, and keeps the loops it made."""

    def __init__(self, make_loop: Callable[[Architecture, Arm, Rows], Any]) -> None:
        """Keep how a loop is made."""
        self._make_loop = make_loop
        self._loops: dict[str, Any] = {}

    def fit(self, arm: Arm, architecture: Architecture, rows: Rows, seed: int) -> Fit:
        """Train once."""
        shapes = [part.shape for part in (rows.x_train, rows.x_val)]
        alike = [without_strengths(architecture), arm.training.model_dump(), shapes]
        key = json.dumps(alike)
        if key not in self._loops:
            self._loops[key] = self._make_loop(architecture, arm, rows)
        loop = self._loops[key]
        if isinstance(loop, CompiledLoop):
            return loop.fit(rows, seed, strengths(architecture))
        return self._make_loop(architecture, arm, rows).fit(rows, seed)
