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
from regpipe.language.reading import parse
from regpipe.language.tasks import TASKS, TaskName
from regpipe.rows.sources import check_rows
from regpipe.tables.columns import Columns, describe
from regpipe.tables.defaults import RARE, TRAINED, default_network, default_training
from regpipe.tables.dialect import Dialect
from regpipe.tables.kinds import strays_of
from regpipe.tables.notes import notes_on_line_breaks, notes_on_reading, notes_on_rows
from regpipe.tables.own_table import split_table
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import (
    DATASETS,
    PARQUET,
    Options,
    check_words,
    declared_in,
    read,
    texts_of,
)
from regpipe.tables.table_file import EXCEL
from regpipe.tables.target import infer_task
from regpipe.tables.tidy import labelled

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
    contents, written = read(file, options)
    frame = contents.frame
    target = _find_target(target, list(frame), file)
    # Of texts, a new file may hold some that look like numbers, such as a code without a letter.
    texts = [column for column in texts_of(frame) if column not in options.drop]
    if file.suffix != PARQUET:
        written = replace(written, texts=tuple(texts))
    declared = declared_in(file, frame)
    categories = [*options.category, *_beside_words_kept(frame, texts, options)]
    elsewhere = {target, options.group, options.split, *options.drop, *categories}
    categories += [column for column in declared if column not in elsewhere]
    block_of_rows = _rows(name, target, options, categories)
    path = f"{name}.rows"
    rows = parse(TableRows, block_of_rows, path)
    aside = {*rows.drop, *rows.categories, rows.group, rows.split}
    fields = {column: field for column, field in contents.texts.items() if column not in aside}
    check_words(file, contents, fields, written, rows, options.na)
    table = labelled(frame, rows)
    classes = table[target].astype(str) if target in declared else table[target]
    task = options.task or infer_task(classes)
    columns = describe(table, rows, task, path)
    if columns.classes is not None:
        block_of_rows["classes"] = list(columns.classes)
    block = _block(name, task, block_of_rows, columns, table, options)
    _try(name, block, table)
    notes = [
        *(notes_on_line_breaks(contents.texts) if file.suffix != EXCEL else ()),
        *notes_on_reading(contents, fields, table, rows, columns, written),
        *notes_on_rows(table, rows, columns, rare="metric" in block),
    ]
    catalog = dict(_entries(name, file, filepath, target, written))
    return Proposal(block, catalog, columns, table, target, frame, notes)


def _rows(name: str, target: str, options: Options, categories: Sequence[str]) -> dict[str, Any]:
    """Return the problem's `rows`."""
    more = {
        "drop": list(options.drop),
        "group": options.group,
        "split": options.split,
        "labelled_only": options.labelled_only,
        "categories": categories,
    }
    return {"table": name, "target": target, **{key: v for key, v in more.items() if v}}


def _try(name: str, block: dict[str, Any], table: pd.DataFrame) -> None:
    """Raise SpecError unless the problem can be read, its network built, and its table split."""
    problem = parse(Problem, block, name)
    check_rows(name, problem)
    baseline(name, problem)
    split_table(table, problem, QUICK, name)


def _entries(
    name: str, file: Path, filepath: str, target: str, written: Dialect
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the catalog's entries: the table's, and that of rows to predict, without a target."""
    dataset = {"type": DATASETS[file.suffix], "filepath": filepath, **written.to_catalog()}
    yield name, dataset
    new = {**dataset, "filepath": str(Path(filepath).with_stem(f"{Path(filepath).stem}_{NEW}"))}
    if written.names is not None:
        new["names"] = [column for column in written.names if column != target]
    yield f"{name}.{NEW}", new


def _find_target(target: str, names: Sequence[Any], file: Path) -> str:
    """Return the column that is called so, or is the last, or at that place."""
    columns = [str(name).strip() for name in names]
    target = target.strip()
    if target in columns:
        return target
    if target == LAST and columns:
        return columns[-1]
    if re.fullmatch("[0-9]+", target) and 0 < int(target) <= len(columns):
        return columns[int(target) - 1]
    raise SpecError(
        f"{file}: there is no column '{target}'. {hint(target, columns)} (Or `{LAST}`, or a "
        f"place from 1 to {len(columns)}.)"
    )


def _beside_words_kept(frame: pd.DataFrame, texts: Sequence[str], options: Options) -> list[str]:
    """Return the columns whose numbers stand beside a word that is kept: so they are names, too."""
    return [
        name
        for name in texts
        if name not in options.category and set(strays_of(frame[name]) or ()) & set(options.keep)
    ]


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
        stratify = TASKS[task].classifies and "group" not in rows
        block["split"] = {"train": size, **({"stratify": True} if stratify else {})}
    if task == "regression":
        block["standardise"] = ["target"]
    if _rarest(columns, table[rows["target"]]) < RARE:
        block["metric"] = "balanced_accuracy"
    block["network"] = default_network(task, columns)
    block["training"] = default_training(task, n_train)
    return block


def _sizes(options: Options, n_rows: int) -> tuple[float, int]:
    """Return how many rows are trained on: as the block has it, and as a number.

    Raises:
        SpecError: there can't be so many.
    """
    train = options.train
    if train is not None and not (0 < train < 1 or train >= 1 and train == train // 1):
        raise SpecError(f"--train: {train} is no share below 1, and no whole number of rows.")
    if train is not None and options.split:
        raise SpecError("--train: --split says it already. Expected one of both.")
    size: float = TRAINED if train is None else int(train) if train >= 1 else train
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
