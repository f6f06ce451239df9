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
from regpipe.spec import Engine

MakeLoop = Callable[[Engine, Architecture, Arm, Rows], Any]


class Loops:
    """Trains any arm, and keeps the loops it made."""

    def __init__(self, engine: Engine, make_loop: MakeLoop) -> None:
        """Keep how a loop is made."""
        self._engine, self._make_loop = engine, make_loop
        self._loops: dict[str, Any] = {}

    def fit(self, arm: Arm, architecture: Architecture, rows: Rows, seed: int) -> Fit:
        """Train once."""
        shares = self._engine == "compiled" and not arm.training.after_stopping
        network = without_strengths(architecture) if shares else architecture
        shapes = [part.shape for part in (rows.x_train, rows.x_val)]
        key = json.dumps([network, arm.training.model_dump(), shapes])
        if key not in self._loops:
            self._loops[key] = self._make_loop(self._engine, architecture, arm, rows)
        loop = self._loops[key]
        if isinstance(loop, CompiledLoop):
            return loop.fit(rows, seed, strengths(architecture))
        return loop.fit(rows, seed)
