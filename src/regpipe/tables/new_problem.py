"""A file with a table -> the blocks of YAML that make a problem of it, and notes on it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from regpipe.candidates.arm import baseline
from regpipe.errors import SpecError, hint
from regpipe.language import FreshProtocol, Problem, Protocol, TableRows
from regpipe.language.metrics import METRICS
from regpipe.language.reading import parse
from regpipe.language.tasks import TASKS, TaskName
from regpipe.rows.sources import check_rows
from regpipe.tables.asked import Said
from regpipe.tables.columns import Columns, describe
from regpipe.tables.defaults import (
    RARE,
    TRAINED,
    TRAINED_IN_TIME,
    default_network,
    default_training,
)
from regpipe.tables.dialect import Dialect, name_of
from regpipe.tables.infer import declared
from regpipe.tables.notes import notes_on_rows, notes_on_texts, notes_on_words
from regpipe.tables.own_table import Whole, split_whole, whole_of
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import Options, entry, read, said
from regpipe.tables.target import infer_task
from regpipe.tables.text_file import is_excel
from regpipe.tables.tidy import rows_of, tidied
from regpipe.tables.wording import count_rows

LONGEST = 1000  # letters of a name; YAML takes no longer key
NEW = "new"  # the dataset of rows that are to be predicted, <problem>.new
LAST = "last"  # names the last column, unless one is called so
QUICK = Protocol(fresh=FreshProtocol(repeats=2))  # by which a table is tried
NOTHING = Options()


def propose(
    name: str, file: Path, filepath: str, target: str, options: Options = NOTHING
) -> Proposal:
    """Read a file, and return the problem that it makes.

    Args:
        name: of the problem.
        file: where the table is.
        filepath: the same, for the catalog.
        target: the column to predict: its name, `last`, or its place from 1 on.
        options: all else about the table.

    Raises:
        SpecError: the file or an option can't be used.
    """
    found = read(file, options)
    table, path = tidied(found.frame), f"{name}.rows"
    names = list(map(str, table))
    target = _find_target(target, names, file, found.notes)
    asked = said(options, found, names)
    _check_named(names, target, options, asked, path)
    roles: dict[str, Any] = dict(_roles(options))
    roles["labelled_only"] = options.labelled_only or None
    asked_for = {key: value for key, value in roles.items() if value is not None}
    rows = parse(TableRows, {"table": name, "target": target, **asked_for}, path)
    rows, notes = declared(table, rows, asked)
    frame, _ = rows_of(found.frame, rows, path)
    task = options.task or infer_task(frame[target])
    columns = describe(frame, rows, task, path)
    block = _block(name, task, _rows(rows, columns), columns, frame, options)
    _try(name, block, whole_of(frame, rows, columns, path))
    left_out = len(table) - len(frame)
    unasked = [name for name in table if name not in {*rows.used, *options.drop}]
    notes = [
        *found.notes,
        *[f"Left out, since their target is missing: {count_rows(left_out)}."] * bool(left_out),
        *notes,
        *notes_on_words(table, rows, asked.gaps, asked.keep),
        *_notes_on_f1(block, columns),
        *notes_on_texts(frame, rows, asked.keep),
        *notes_on_rows(
            frame.join(table[unasked]),
            rows,
            columns,
            rare=not options.metric and block.get("metric") == "balanced_accuracy",
        ),
    ]
    entries = dict(_entries(name, file, filepath, target, found.written))
    return Proposal(block, entries, rows, columns, frame, target, found.frame, notes)


def _roles(options: Options) -> dict[str, str | None]:
    return {"group": options.group, "time": options.time, "split": options.split}


def _check_named(
    names: Sequence[str], target: str, options: Options, asked: Said, path: str
) -> None:
    """Raise SpecError for each column that is said, and isn't there."""
    roles = _roles(options)
    wanted = [(flag, name) for flag, name in roles.items() if name is not None]
    wanted += [(column.kind, name) for name, column in asked.columns.items()]
    faults = [
        f"--{flag}: there is no column '{name}'. {hint(name, names)}"
        for flag, name in wanted
        if name not in names
    ]
    faults += [
        f"{path}: Kedro can't hold a name with two @, such as '{name}'. Expected another."
        for name in names
        if name.count("@") > 1
    ]
    faults += [
        f"{path}: a name has {len(name):,} letters, '{name[:30]}…'. Expected {LONGEST:,} at most."
        for name in names
        if len(name) > LONGEST
    ]
    faults += [
        f"--drop {name}: it is the target, the group, the time or the split. Expected another."
        for name in options.drop
        if name in (target, *roles.values())
    ]
    if faults:
        raise SpecError(*faults)


def _rows(rows: TableRows, columns: Columns) -> dict[str, Any]:
    """Return the problem's `rows`, as YAML has them."""
    block = rows.model_dump(exclude_defaults=True, exclude={"columns"})
    if columns.classes is not None:
        block["classes"] = list(columns.classes)
    assert rows.columns is not None
    return {**block, "columns": {name: column.written() for name, column in rows.columns.items()}}


def _try(name: str, block: dict[str, Any], whole: Whole) -> None:
    """Raise SpecError unless the problem can be read, its network built, and its table split."""
    problem = parse(Problem, block, name)
    check_rows(name, problem)
    baseline(name, problem)
    split_whole(whole, problem, QUICK, name)


def _entries(
    name: str, file: Path, filepath: str, target: str, written: Dialect
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the catalog's entries: the table's, and that of rows to predict, without a target."""
    yield name, entry(file, filepath, written)
    path, ends = Path(filepath), "".join(Path(filepath).suffixes)
    new = str(path.with_name(f"{path.name.removesuffix(ends)}_{NEW}{ends}"))
    if written.names is not None:
        written = replace(written, names=tuple(n for n in written.names if n != target))
    yield f"{name}.{NEW}", entry(file, new, written)


def _find_target(target: str, columns: Sequence[str], file: Path, notes: Sequence[str]) -> str:
    """Return the column that is called so, or is the last, or at that place."""
    target = name_of(target)
    if target in columns:
        return target
    if target == LAST and columns:
        return columns[-1]
    if re.fullmatch("[0-9]+", target) and 0 < int(target) <= len(columns):
        return columns[int(target) - 1]
    if len(columns) == 1 and not is_excel(file):
        raise SpecError(
            f"{file}: there is no column '{target}', but one, '{columns[0]}'. If it is several: "
            "name what separates them (--separator); columns of fixed width can't be read."
        )
    raise SpecError(
        f"{file}: there is no column '{target}'. {hint(target, columns)} (Or `{LAST}`, or a "
        f"place from 1 to {len(columns)}.) {' '.join(notes)}".rstrip()
    )


def _block(
    name: str,
    task: TaskName,
    rows: dict[str, Any],
    columns: Columns,
    table: pd.DataFrame,
    options: Options,
) -> dict[str, Any]:
    """Return the block of the problem."""
    title = options.title or name.replace("_", " ").capitalize()
    size, n_train = _sizes(options, len(table))
    block: dict[str, Any] = {"title": title, "task": task, "rows": rows}
    if "split" not in rows:
        stratify = TASKS[task].classifies and not {"group", "time"} & set(rows)
        block["split"] = {"train": size, **({"stratify": True} if stratify else {})}
    if task == "regression":
        block["standardise"] = ["target"]
    if options.metric:
        block["metric"] = _of_task(options.metric, task)
    elif task == "regression" and options.time:
        block["metric"] = "mse"  # R² is against the mean of rows to come, which nobody knows
    elif _rarest(columns, table[rows["target"]]) < RARE:
        block["metric"] = "balanced_accuracy"
    block["network"] = default_network(task, columns)
    block["training"] = default_training(task, n_train)
    return block


def _notes_on_f1(block: dict[str, Any], columns: Columns) -> Iterator[str]:
    if block.get("metric") == "f1" and block["task"] == "binary" and columns.classes:
        first, second = columns.classes
        yield (
            f"F1 is that of '{second}', the second class. For that of '{first}', swap them in "
            "`classes`, in the problem's file."
        )


def _of_task(metric: str, task: TaskName) -> str:
    """Return a metric that was asked for.

    Raises:
        SpecError: problems of that kind have none of that name.
    """
    known = [name for name, one in METRICS.items() if one.function and task in one.tasks]
    if metric not in known:
        raise SpecError(
            f"--metric: a {task} problem has no {metric}. Expected one of: {', '.join(known)}."
        )
    return metric


def _sizes(options: Options, n_rows: int) -> tuple[float, int]:
    """Return how many rows are trained on: as the block has it, and as a number.

    Raises:
        SpecError: there can't be so many.
    """
    train = options.train
    if train is not None and not (0 < train < 1 or train >= 1 and train == train // 1):
        raise SpecError(
            "--train: expected a share between 0 and 1, or a whole number of rows, received "
            f"{train:g}."
        )
    if train is not None and options.split:
        raise SpecError("--train: --split says it already. Expected one of both.")
    default = TRAINED_IN_TIME if options.time else TRAINED
    size: float = default if train is None else int(train) if train >= 1 else train
    if size >= n_rows:
        raise SpecError(
            f"--train: of {n_rows:,} rows, {size:,} leave none to test on. Expected fewer."
        )
    n_train = size if isinstance(size, int) else int(size * n_rows)
    if not n_train:
        raise SpecError(
            f"--train: of {n_rows:,} rows, {size:g} leaves none to train on. Expected more."
        )
    return size, n_train


def _rarest(columns: Columns, target: pd.Series) -> float:
    """Return the share of the rows that the rarest class has, relative to an even one of two."""
    if columns.classes is None:
        return 1.0
    shares = target.value_counts(normalize=True)
    return float(shares.min() * len(shares) / 2)
