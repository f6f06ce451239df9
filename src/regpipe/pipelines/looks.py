"""What was told before, and by which plans: whoever asks again is as sure as who asked once.

A question is an arm on the rows of a problem, with everything that decides what is trained. A plan
is how many repeats it gets, the seed of all draws, and how many rows score one.
"""

import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd
from pydantic.dataclasses import dataclass

from regpipe.candidates.arm import Arm
from regpipe.errors import SpecError
from regpipe.language import Protocol, Statistics
from regpipe.places.files import read, stand_in
from regpipe.places.place import Place
from regpipe.provenance.digests import digest
from regpipe.statistics.plan import Plan
from regpipe.whole import written_whole

if sys.platform != "win32":
    import fcntl

PLAN = ("seed", "score_rows", "repeats")
COLUMNS = ("question", "problem", "technique", *PLAN, "told")
# What a problem's block says besides: words, and which seed the published draw had.
BESIDES = {"title", "published", "stand_in", "smallest_difference"}
SEED = "random_state"


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

    @property
    def row(self) -> dict[str, str]:
        """What is remembered of it."""
        return {
            "question": self.question,
            "problem": self.problem,
            "technique": self.technique,
            "seed": str(self.protocol.seed),
            "score_rows": str(self.protocol.fresh.score_rows),
            "repeats": self.repeats,
        }


def question_of(arms: Sequence[Arm], samples: pd.DataFrame, further: Any = None) -> str:
    """Return a digest of everything that decides what fits become, seeds aside.

    Args:
        arms: that are trained, of one problem. Their names are none of it: a copy is no news.
        samples: the problem's. How often each target is there tells one table from another; the
            rows themselves are standardised and ordered by the seed of a split.
        further: how an arm is chosen among several.
    """
    block = arms[0].problem_block.model_dump(exclude=BESIDES, exclude_defaults=True, mode="json")
    targets = samples.loc[samples["protocol"] == "fixed", "target"].value_counts().sort_index()
    trained = [
        [
            [[name, layer.kind, layer.arguments] for name, layer in arm.layers.items()],
            arm.training.model_dump(),
            arm.task.metric,
            *([] if arm.inputs == "standard" else [arm.inputs]),
        ]
        for arm in arms
    ]
    return digest([arms[0].problem, _without_seeds(block), targets.tolist(), trained, further])


def _without_seeds(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    return {key: _without_seeds(value) for key, value in block.items() if key != SEED}


class Looks:
    """The verdicts that were told: a table in a file, to which rows are added."""

    def __init__(self, path: Place) -> None:
        """Point it at its file; it needn't exist."""
        self._path = path
        self._lock = Lock()  # nodes run side by side

    def at(
        self,
        arms: Sequence[Arm],
        samples: pd.DataFrame,
        protocol: Protocol,
        statistics: Statistics,
        plan: Plan,
        *,
        repeats: int,
        name: str | None = None,
        further: Any = None,
    ) -> Look:
        """Return the look at some arms by a plan, whose place among those that were told is set.

        Args:
            arms: see `question_of`, as `samples` and `further`.
            samples: of their problem.
            protocol: how it is made.
            statistics: by which it is judged.
            plan: without its place.
            repeats: the most that are asked for; there are no more than the baseline has.
            name: of what is asked about, where that isn't the first arm.
            further: see `question_of`.
        """
        most = min(repeats, protocol.fresh.ceiling)
        first, question = arms[0], question_of(arms, samples, [name, further])
        ends = " ".join(map(str, plan.analyses or [most]))
        look = Look(question, first.problem, name or first.name, ends, plan, protocol, statistics)
        own = [look.row[key] for key in PLAN]
        with self._lock:
            rows = [row for row in self._rows() if row["question"] == question]
        plans = [[row[key] for key in PLAN] for row in rows]
        asked = plans.index(own) if own in plans else len(plans)
        return replace(look, plan=replace(plan, asked=asked, taken=len(plans)))

    def tell(self, look: Look, verdicts: Iterable[str]) -> None:
        """Remember that a look had verdicts, and when; once is enough, and too few had none."""
        if set(verdicts) <= {"too few"}:
            return
        with self._lock, _alone(stand_in(self._path.parent)):
            rows, asked = self._rows(), ("question", *PLAN)
            if any(all(row[key] == look.row[key] for key in asked) for row in rows):
                return
            rows.append({**look.row, "told": datetime.now(UTC).isoformat(timespec="seconds")})
            with (
                written_whole(self._path) as begun,
                begun.open("w", newline="", encoding="utf-8") as file,
            ):
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)

    def check(self) -> None:
        """Raise SpecError if the file isn't what was written there."""
        self._rows()

    def _rows(self) -> list[dict[str, str]]:
        try:
            content = read(self._path)
        except FileNotFoundError:
            return []
        with suppress(csv.Error, UnicodeDecodeError):
            # Excel puts a mark before the first column.
            text = io.StringIO(content.decode("utf-8-sig"), newline="")
            reader = csv.DictReader(text, strict=True)
            columns, rows = reader.fieldnames, list(reader)
            whole = all(None not in row and None not in row.values() for row in rows)
            if columns == list(COLUMNS) and whole:
                return rows
        raise SpecError(
            f"{self._path}: can't be read as the table of what was told before. Expected the "
            f"columns {', '.join(COLUMNS)}. Put back what was there, or remove the file: then "
            "nothing is remembered, and further verdicts are less sure than they say."
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have a folder to oneself among the processes of a run, as ParallelRunner starts several."""
    if sys.platform == "win32":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
