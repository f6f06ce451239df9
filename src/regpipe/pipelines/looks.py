"""What was told before, and by which plans: whoever asks again is as sure as who asked once.

A question is a technique, or a recipe, on the rows of a problem, with everything that decides what
is trained. A plan is how many repeats it gets, and the seed of all draws.
"""

import csv
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import pandas as pd
from pydantic.dataclasses import dataclass

from regpipe.candidates.arm import Arm
from regpipe.errors import SpecError
from regpipe.language import Protocol, Statistics
from regpipe.provenance import digest
from regpipe.statistics.plan import Plan

COLUMNS = ("question", "problem", "technique", "seed", "repeats", "told")


@dataclass(frozen=True)
class Look:
    """A question, and by what it is answered this time.

    Attributes:
        question: a digest of all that it is about.
        problem: the name of its problem.
        technique: its name.
        repeats: the numbers after which it may end, a space between them.
        plan: what they make of it, and what was told before.
        protocol: how it is made.
        statistics: by which it is judged.
    """

    question: str
    problem: str
    technique: str
    repeats: str
    plan: Plan
    protocol: Protocol
    statistics: Statistics


def question_of(arm: Arm, samples: pd.DataFrame) -> str:
    """Return a digest of everything that decides what an arm's fits become, seeds aside."""
    fixed = samples[
        samples["protocol"] == "fixed"
    ]  # of fresh draws, there are as many as asked for
    rows = pd.util.hash_pandas_object(fixed, index=False).to_numpy().tobytes().hex()
    layers = [[name, layer.kind, layer.arguments] for name, layer in arm.layers.items()]
    training = arm.training.model_dump()
    return digest([arm.name, arm.settings, arm.task.metric, layers, training, digest(rows)])


class Looks:
    """The verdicts that were told: a table in a file, to which rows are added."""

    def __init__(self, path: Path) -> None:
        """Point it at its file; it needn't exist."""
        self._path = path
        self._writing = Lock()  # nodes run side by side

    def at(
        self,
        arm: Arm,
        samples: pd.DataFrame,
        protocol: Protocol,
        statistics: Statistics,
        plan: Plan,
        ceiling: int,
    ) -> Look:
        """Return the look at an arm by a plan, whose place among those that were told is set.

        `ceiling` are the most repeats that there can be.
        """
        question = question_of(arm, samples)
        repeats = " ".join(map(str, plan.analyses or [ceiling]))
        rows = [row for row in self._rows() if row["question"] == question]
        plans, own = [(row["seed"], row["repeats"]) for row in rows], (str(protocol.seed), repeats)
        asked = plans.index(own) if own in plans else len(plans)
        ranked = replace(plan, asked=asked)
        return Look(question, arm.problem, arm.name, repeats, ranked, protocol, statistics)

    def tell(self, look: Look, verdicts: Iterable[str]) -> None:
        """Remember that a look had verdicts, and when; once is enough, and too few had none."""
        if set(verdicts) <= {"too few"}:
            return
        with self._writing:
            rows = self._rows()
            told = {**asdict(look), "seed": look.protocol.seed}
            row = {name: str(told[name]) for name in COLUMNS if name in told}
            if any(row.items() <= known.items() for known in rows):
                return
            rows.append({**row, "told": datetime.now(UTC).isoformat(timespec="seconds")})
            self._path.parent.mkdir(parents=True, exist_ok=True)
            begun = self._path.with_suffix(f".{os.getpid()}.tmp")
            with begun.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
            begun.replace(self._path)

    def _rows(self) -> list[dict[str, str]]:
        if not self._path.exists():
            return []
        with self._path.open(newline="", encoding="utf-8") as file, suppress(csv.Error):
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
            if reader.fieldnames == list(COLUMNS) and not any(None in row.values() for row in rows):
                return rows
        raise SpecError(
            f"{self._path}: can't be read as the table of what was told before. Expected the "
            f"columns {', '.join(COLUMNS)}. Without that, further verdicts would be less sure than "
            "they say."
        )
