"""A file with a table -> the blocks of YAML that make a problem of it, and what was seen in it."""

import csv
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from regpipe.arm import baseline
from regpipe.errors import SpecError, hint, not_utf8
from regpipe.problems.columns import Columns, describe, infer_task, labelled
from regpipe.problems.defaults import RARE, TRAINED, default_network, default_training
from regpipe.problems.own_table import split_table
from regpipe.problems.preprocessing import feature_names
from regpipe.problems.sources import check_rows
from regpipe.reading import parse
from regpipe.spec import FreshProtocol, Problem, Protocol, TableRows
from regpipe.tasks import TASKS, TaskName

READERS: dict[
    str, tuple[str, Callable[..., pd.DataFrame]]
] = {  # by a file's ending: the dataset of kedro-datasets, and how pandas reads it
    ".csv": ("pandas.CSVDataset", pd.read_csv),
    ".tsv": ("pandas.CSVDataset", pd.read_csv),
    ".parquet": ("pandas.ParquetDataset", pd.read_parquet),
    ".xlsx": ("pandas.ExcelDataset", pd.read_excel),
}
FEW = 10  # rows of a class
NEW = "new"  # the dataset of rows that are to be predicted, <problem>.new


@dataclass(frozen=True)
class Seen:
    """What is in a file, and what is made of it.

    Attributes:
        problem: its block.
        catalog: the entries of the catalog, by their names.
        columns: what they hold.
        table: the rows.
        notes: what the user should know.
    """

    problem: dict[str, Any]
    catalog: dict[str, Any]
    columns: Columns
    table: pd.DataFrame
    notes: list[str]


def look_at(
    name: str,
    file: Path,
    shown: str,
    target: str,
    *,
    task: TaskName | None = None,
    title: str | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    split: str | None = None,
    train: float | None = None,
    labelled_only: bool = False,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    na: Sequence[str] = (),
) -> Seen:
    """Read a file, and say what problem can be made of it.

    Args:
        name: of the problem.
        file: where the table is.
        shown: the same, as the catalog shall say it.
        target: the column to predict.
        task: as inferred from the target, if not given.
        title: of the problem; made of the name, if not given.
        drop: columns to leave out.
        group: a column whose rows stay together.
        split: a column that says `train` or `test`.
        train: the share, or from 1 on the number, of the rows to train on.
        labelled_only: whether to leave out rows whose target is missing.
        encoding: of a CSV, if not UTF-8.
        separator: of a CSV, if not a comma.
        decimal: what stands before the decimals in a CSV, if not a point.
        na: further words that stand for a gap in a CSV.

    Raises:
        SpecError: the file or what is said of it can't be used.
    """
    asked = {"encoding": encoding, "sep": separator, "decimal": decimal, "na_values": list(na)}
    load_args: dict[str, Any] = {key: value for key, value in asked.items() if value}
    if file.suffix == ".tsv":
        load_args.setdefault("sep", "\t")
    table = read(file, load_args)
    rows: dict[str, Any] = {"table": name, "target": target}
    said = {"drop": list(drop), "group": group, "split": split, "labelled_only": labelled_only}
    rows |= {key: value for key, value in said.items() if value}
    path = f"{name}.rows"
    parsed = parse(TableRows, rows, path)
    _check_separator(table, file)
    if target not in table:
        raise SpecError([f"{file}: there is no column '{target}'. {hint(target, map(str, table))}"])
    table = labelled(whole := table, parsed)
    task = task or infer_task(table[target])
    columns = describe(table, parsed, task, path)
    if columns.classes is not None:
        rows["classes"] = list(columns.classes)
    block = _block(name, title, task, rows, columns, table, train)
    problem = parse(Problem, block, name)
    check_rows(name, problem)
    baseline(name, problem)
    split_table(table, problem, Protocol(fresh=FreshProtocol(repeats=2)), name)  # can it be?
    dataset: dict[str, Any] = {"type": READERS[file.suffix][0], "filepath": shown}
    if load_args:
        dataset["load_args"] = load_args
    new = {**dataset, "filepath": str(Path(shown).with_stem(f"{Path(shown).stem}_{NEW}"))}
    catalog = {name: dataset, f"{name}.{NEW}": new}
    notes = list(_notes(table, parsed, columns, block))
    if left_out := len(whole) - len(table):
        notes.insert(0, f"Left out, since their target is missing: {left_out:,} rows.")
    return Seen(block, catalog, columns, table, notes)


def read(file: Path, load_args: dict[str, Any]) -> pd.DataFrame:
    """Return the table of a file.

    Raises:
        SpecError: it isn't there, is empty, or can't be read.
    """
    if file.suffix not in READERS:
        raise SpecError(
            [
                f"{file}: expected a file whose name ends in {', '.join(READERS)}. For a database, "
                "write the entry of the catalog by hand (docs/own-data.md)."
            ]
        )
    if not file.is_file():
        raise SpecError([f"{file}: there is no such file."])
    is_text = READERS[file.suffix][0] == "pandas.CSVDataset"
    try:
        if is_text:
            _check_header(file, load_args)
        return READERS[file.suffix][1](file, **(load_args if is_text else {}))
    except SpecError:
        raise
    except UnicodeDecodeError as error:
        raise SpecError([f"{file}: {not_utf8(error)}"]) from error
    except ImportError as error:
        raise SpecError([f"{file}: {error} (pip install -e '.[tables]')"]) from error
    except Exception as error:  # whatever a reader of pandas has to say about a file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SpecError([f"{file}: this file can't be read. {reason}"]) from error


def to_yaml(name: str, seen: Seen, source: str) -> tuple[str, str]:
    """Return the text of the problem's file and that of the catalog's."""
    n_rows, n_columns = seen.table.shape
    block = seen.problem
    size = f"{n_rows:,} rows, {n_columns} columns"
    head = f"# Made by `kedro regpipe new-problem` from {source}: {size}."
    lines = [head, "", f"{name}:"]
    for key, value in block.items():
        if key == "network":
            lines.append(
                "  # Two hidden layers that can learn a small table by heart; change them freely."
            )
            lines.append("  network:")
            lines += [f"    {layer}: {_flow(entry)}" for layer, entry in value.items()]
        else:
            lines.append(f"  {key}: {_flow(value)}")
    entries = [f"{dataset}: {_flow(entry)}" for dataset, entry in seen.catalog.items()]
    told = "# Rows without a target that `kedro run --pipelines={}_predict` is to predict."
    catalog = [head, "", entries[0], "", told.format(name), entries[1]]
    return "\n".join(lines) + "\n", "\n".join(catalog) + "\n"


def _block(
    name: str,
    title: str | None,
    task: TaskName,
    rows: dict[str, Any],
    columns: Columns,
    table: pd.DataFrame,
    train: float | None,
) -> dict[str, Any]:
    block: dict[str, Any] = {
        "title": title or name.replace("_", " ").capitalize(),
        "task": task,
        "rows": rows,
    }
    if train is not None and train >= 1 and train != int(train):
        raise SpecError([f"--train: {train} is no share below 1, and no whole number of rows."])
    if train is not None and "split" in rows:
        raise SpecError(["--train: --split says it already. Expected one of both."])
    size: float = TRAINED if train is None else int(train) if train >= 1 else train
    if size >= len(table):
        raise SpecError(
            [f"--train: of {len(table):,} rows, {size:,} leave none to test on. Expected fewer."]
        )
    if "split" not in rows:
        stratify = TASKS[task].classifies and "group" not in rows
        block["split"] = {"train": size, **({"stratify": True} if stratify else {})}
    if task == "regression":
        block["standardise"] = ["target"]
    if _rarest(columns, table[rows["target"]]) < RARE:
        block["metric"] = "balanced_accuracy"
    n_train = size if isinstance(size, int) else int(size * len(table))
    block["network"] = default_network(task, columns)
    block["training"] = default_training(task, n_train)
    return block


def _rarest(columns: Columns, target: pd.Series) -> float:
    """Return the share of the rows that the rarest class has, relative to an even one of two."""
    if columns.classes is None:
        return 1.0
    shares = target.value_counts(normalize=True)
    return float(shares.min() * len(shares) / 2)


def _notes(table: pd.DataFrame, rows: TableRows, columns: Columns, block: dict[str, Any]) -> Any:
    if columns.constant:
        yield f"Left out, since they hold one value: {', '.join(columns.constant)}."
    if copies := int(table.duplicated().sum()):
        yield (
            f"{copies:,} rows are copies of others. Where one is trained on and another tested on, "
            "every score is flattered: leave copies out, unless they are rows of their own."
        )
    for name in columns.numeric:
        column = table[name]
        if pd.api.types.is_integer_dtype(column) and column.is_unique and len(table) > 20:
            yield (
                f"'{name}' is another number in each row. If it only counts them, make the problem "
                f"anew: --drop {shlex.quote(name)} --overwrite."
            )
    yield from _notes_on_target(table[rows.target], columns)
    if "metric" in block:
        yield "One class is rare, so balanced accuracy judges (`metric`), not accuracy."
    if rows.split:
        yield (
            f"'{rows.split}' says which rows are trained on. All repeats have the same, so their "
            "intervals say nothing about other rows."
        )
    if len(table) > 20_000:
        yield (
            "A screen of so many rows takes long. Begin with fewer repeats: --params "
            "screen.repeats=5,screen.holdouts=1,protocol.fresh.repeats=5,protocol.fixed.repeats=2."
        )


def _notes_on_target(target: pd.Series, columns: Columns) -> Iterator[str]:
    if columns.classes is None:
        if (n := target.nunique()) <= 10:
            yield f"The target has {n} different values. If those are classes: --task multiclass."
        return
    counts = target.value_counts()
    few = [str(value) for value in columns.classes if counts[value] < FEW]
    if few:
        yield (
            f"Fewer than {FEW} rows are {', '.join(few)}: hardly any of them are left to test on, "
            "or to choose a strength by."
        )


def describe_lines(seen: Seen, target: str) -> list[tuple[str, str]]:
    """Return what was seen: a word and what there is of it."""
    columns, table = seen.columns, seen.table
    block = seen.problem
    told = [
        ("rows", f"{len(table):,}"),
        ("numbers", f"{len(columns.numeric)} columns" + _gaps(columns.gaps)),
    ]
    if columns.categorical:
        some = [f"{name} ({len(values)})" for name, values in columns.categorical.items()]
        told.append(("categories", ", ".join(some[:8]) + (", ..." if len(some) > 8 else "")))
    told.append(("inputs", f"{len(feature_names(columns))} of the network"))
    if columns.classes is not None:
        counts = table[target].value_counts()
        classes = ", ".join(f"{value} ({counts[value]:,})" for value in columns.classes)
        told.append(("target", f"{target}: {block['task']}, {classes}"))
    else:
        low, high = table[target].min(), table[target].max()
        told.append(("target", f"{target}: {block['task']}, {low:.6g} to {high:.6g}"))
    return told


def _gaps(names: Sequence[str]) -> str:
    return f", with gaps in {', '.join(names)}" if names else ""


def _check_separator(table: pd.DataFrame, file: Path) -> None:
    """Raise SpecError if all columns of a CSV were taken for one."""
    if len(table.columns) > 1:
        return
    name = str(table.columns[0])
    for separator, shown in ((";", "';'"), ("\t", "$'\\t'"), (",", "','"), ("|", "'|'")):
        if separator in name:
            raise SpecError([f"{file}: the only column is '{name}'. Perhaps: --separator {shown}."])


def _check_header(file: Path, load_args: dict[str, Any]) -> None:
    """Raise SpecError if a name stands twice in a CSV's first line: pandas would rename it."""
    with file.open(encoding=load_args.get("encoding", "utf-8-sig"), newline="") as opened:
        names = next(csv.reader(opened, delimiter=load_args.get("sep", ",")), [])
    if not names:
        raise SpecError([f"{file}: this file is empty."])
    if again := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SpecError(
            [f"{file}: '{again[0]}' names more than one column. Expected different names."]
        )


def _flow(value: Any) -> str:
    """Return YAML on one line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    )
    return text.removesuffix("...\n").strip()
