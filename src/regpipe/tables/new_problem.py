"""A file with a table -> the blocks of YAML that make a problem of it, and what was seen in it."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from regpipe.candidates.arm import baseline
from regpipe.errors import SpecError, hint
from regpipe.language import FreshProtocol, Problem, Protocol, TableRows
from regpipe.language.reading import parse
from regpipe.language.tasks import TASKS, TaskName
from regpipe.rows.sources import check_rows
from regpipe.tables.columns import (
    Columns,
    count_rows,
    describe,
    infer_task,
    labelled,
    strays_of,
    with_index,
)
from regpipe.tables.defaults import RARE, TRAINED, default_network, default_training
from regpipe.tables.dialect import Dialect, dialect
from regpipe.tables.habits import fault_of_habit
from regpipe.tables.own_table import split_table
from regpipe.tables.preprocessing import feature_names
from regpipe.tables.reading_notes import counted, notes_on_line_breaks, notes_on_reading
from regpipe.tables.table_file import EXCEL, Table, lines_of, table_of, width
from regpipe.tables.table_header import check_first_line, check_header, check_separator
from regpipe.tables.yaml_text import flow

PARQUET = ".parquet"
TABLE = "regpipe.kedro_side.datasets.TableDataset"
DATASETS = {  # of the catalog, by a file's ending
    ".csv": TABLE,
    ".tsv": TABLE,
    PARQUET: "pandas.ParquetDataset",
    EXCEL: TABLE,
}
OPTIONS = {"gaps": "na", "kept": "keep", "names": "no-header"}  # where they aren't called the same
OF_CSV = ("encoding", "separator", "quote", "decimal", "thousands")
FEW = 10  # rows of a class
NEW = "new"  # the dataset of rows that are to be predicted, <problem>.new
LAST = "last"  # names the last column, unless one is called so
QUICK = Protocol(fresh=FreshProtocol(repeats=2))  # by which a table is tried


@dataclass(frozen=True)
class Seen:
    """What is in a file, and what is made of it.

    Attributes:
        problem: its block.
        catalog: the entries of the catalog, by their names.
        columns: what they hold.
        table: the rows.
        target: the column to predict.
        whole: all rows of the file, those without a target among them.
        notes: what the user should know.
    """

    problem: dict[str, Any]
    catalog: dict[str, Any]
    columns: Columns
    table: pd.DataFrame
    target: str
    whole: pd.DataFrame
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
    header: bool | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    quote: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    na: Sequence[str] = (),
    keep: Sequence[str] = (),
    category: Sequence[str] = (),
) -> Seen:
    """Read a file, and say what problem can be made of it.

    Args:
        name: of the problem.
        file: where the table is.
        shown: the same, as the catalog shall say it.
        target: the column to predict: its name, `last`, or its place from 1 on.
        task: as inferred from the target, if not given.
        title: of the problem; made of the name, if not given.
        drop: columns to leave out.
        group: a column whose rows stay together.
        split: a column that says `train` or `test`.
        train: the share, or from 1 on the number, of the rows to train on.
        labelled_only: whether to leave out rows whose target is missing.
        header: whether the first line names the columns; if not given, it does, and a first line
            that looks like a row is refused. Without, the columns are x1, x2, ...
        encoding: of a CSV, if not UTF-8.
        separator: of a CSV, if not a comma.
        quote: of a CSV, what stands around fields that hold a separator, if not `"`.
        decimal: what stands before the decimals in a CSV, if not a point.
        thousands: what stands between thousands in a CSV, if anything.
        na: words that stand for a gap in every column.
        keep: words that are values, also among numbers, where `NA`, `None` and the like are gaps.
        category: columns whose numbers are names, as those of codes.

    Raises:
        SpecError: the file or what is said of it can't be used.
    """
    said = {
        **{"encoding": encoding, "separator": separator, "quote": quote, "decimal": decimal},
        **{"thousands": thousands, "gaps": na or None, "kept": keep or None},
    }
    found, written = _read(file, said, header, category)
    target = _named(target, list(found.frame), file)
    # Of texts, a new file may hold some that look like numbers, such as a code without a letter.
    texts = [name for name in _texts(found.frame) if name not in drop]
    if file.suffix != PARQUET:
        written = replace(written, texts=tuple(texts))
    category = [*category, *_with_values_kept(found.frame, texts, keep, category)]
    declared = _declared(file, found.frame)
    elsewhere = {target, group, split, *drop, *category}
    category += [name for name in declared if name not in elsewhere]
    rows: dict[str, Any] = {"table": name, "target": target}
    more = {
        **{"drop": list(drop), "group": group, "split": split, "labelled_only": labelled_only},
        "categories": list(category),
    }
    rows |= {key: value for key, value in more.items() if value}
    path = f"{name}.rows"
    parsed = parse(TableRows, rows, path)
    judged = {n: v for n, v in found.texts.items() if n not in {*drop, *category, group, split}}
    _check_words(file, found, judged, written, parsed, na)
    table = labelled(found.frame, parsed)
    seen_as = table[target].astype(str) if target in declared else table[target]
    task = task or infer_task(seen_as)
    columns = describe(table, parsed, task, path)
    if columns.classes is not None:
        rows["classes"] = list(columns.classes)
    block = _block(name, title, task, rows, columns, table, train)
    problem = parse(Problem, block, name)
    check_rows(name, problem)
    baseline(name, problem)
    split_table(table, problem, QUICK, name)  # can it be?
    dataset: dict[str, Any] = {"type": DATASETS[file.suffix], "filepath": shown, **written.said()}
    new = {**dataset, "filepath": str(Path(shown).with_stem(f"{Path(shown).stem}_{NEW}"))}
    if written.names is not None:
        new["names"] = [column for column in written.names if column != target]
    catalog = {name: dataset, f"{name}.{NEW}": new}
    notes = list(_notes(table, parsed, columns, block))
    notes[:0] = notes_on_reading(found, judged, table, parsed, columns, written)
    if file.suffix != EXCEL:
        notes[:0] = notes_on_line_breaks(found.texts)
    return Seen(block, catalog, columns, table, target, found.frame, notes)


def _check_words(
    file: Path,
    found: Table,
    judged: dict[str, list[str]],
    written: Dialect,
    rows: TableRows,
    na: Sequence[str],
) -> None:
    """Raise SpecError for texts that may be numbers, and words for gaps that may be values."""
    if fault := fault_of_habit(judged, written):
        told = f"{file}: {fault}"
        if file.suffix == EXCEL:  # of which nothing is said about points and commas
            column = next(n for n, v in judged.items() if fault_of_habit({n: v}, written))
            told = (
                f"{file}: column '{column}' holds texts that look like numbers. Expected numbers "
                "in its cells: make them some in the sheet, or save it as CSV."
            )
        raise SpecError([told])
    if (lost := found.words.get(rows.target)) and not rows.labelled_only:
        raise SpecError([_fault_of_words(rows.target, lost, na)])
    inside = [name for name in found.words if name not in {*rows.drop, rows.group, rows.split}]
    if empty := [fault for name in inside if (fault := _fault_of_empty(found, name, na))]:
        raise SpecError([f"{file}: {fault}" for fault in empty])


def _check_file(file: Path, said: dict[str, Any], header: bool | None) -> None:
    """Raise SpecError unless the file is there, and what is said of it can be said of its kind."""
    if file.suffix not in DATASETS:
        raise SpecError(
            [
                f"{file}: expected a file whose name ends in {', '.join(DATASETS)}. For a "
                "database, write the entry of the catalog by hand (docs/own-data.md)."
            ]
        )
    if not file.is_file():
        raise SpecError([f"{file}: there is no such file."])
    if file.suffix in (PARQUET, EXCEL):
        given = [key for key, value in said.items() if value is not None]
        given += ["names"] if header is not None else []
        if meant := [key for key in given if key in OF_CSV or file.suffix == PARQUET]:
            option = OPTIONS.get(meant[0], meant[0])
            raise SpecError([f"--{option}: this is for a CSV, and {file} says it by itself."])


def _read(
    file: Path, said: dict[str, Any], header: bool | None, category: Sequence[str]
) -> tuple[Table, Dialect]:
    """Return what a file holds, and how it was read."""
    _check_file(file, said, header)
    if file.suffix == PARQUET:
        return _parquet(file), Dialect()
    separated, quoted = (said[key] is not None for key in ("separator", "quote"))
    if file.suffix == ".tsv":
        said = {**said, "separator": said["separator"] or "\t"}
    written = dialect(**said, texts=category or None)
    lines = lines_of(file, written)
    of_csv = file.suffix != EXCEL
    check_first_line(lines, file, written, separated=separated or not of_csv, header=header)
    if of_csv:
        check_separator(file, written, separated=separated, quoted=quoted)
    if lines:
        check_header(lines, file, header)
    if lines and header is False:
        n_columns = min(len(lines[0].fields), max(map(width, lines)))
        written = replace(written, names=tuple(f"x{place + 1}" for place in range(n_columns)))
    return table_of(lines, written, file), written


def _texts(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]


def _declared(file: Path, frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that were categories in pandas before a Parquet file held them.

    Parquet keeps categories of texts alone; of others, only what pandas notes beside them tells.
    """
    if file.suffix != PARQUET:
        return []
    import pyarrow.parquet

    noted = (pyarrow.parquet.read_schema(file).pandas_metadata or {}).get("columns", [])
    categories = {column["name"] for column in noted if column["pandas_type"] == "categorical"}
    return [
        str(name).strip()
        for name, kind in frame.dtypes.items()
        if name in categories
        and pd.api.types.is_numeric_dtype(kind)
        and not pd.api.types.is_bool_dtype(kind)
    ]


def _parquet(file: Path) -> Table:
    try:
        return Table(with_index(pd.read_parquet(file)), {}, {})
    except Exception as error:  # whatever a reader has to say about a file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SpecError([f"{file}: this file can't be read. {reason}"]) from error


def _named(target: str, names: Sequence[Any], file: Path) -> str:
    """Return the column that is called so, or is the last, or at that place."""
    known = [str(name).strip() for name in names]
    target = target.strip()
    if target in known:
        return target
    if target == LAST and known:
        return known[-1]
    if re.fullmatch("[0-9]+", target) and 0 < int(target) <= len(known):
        return known[int(target) - 1]
    raise SpecError(
        [
            f"{file}: there is no column '{target}'. {hint(target, known)} (Or `{LAST}`, or a "
            f"place from 1 to {len(known)}.)"
        ]
    )


def _with_values_kept(
    frame: pd.DataFrame, texts: Iterable[str], keep: Sequence[str], category: Sequence[str]
) -> list[str]:
    """Return the columns whose numbers stand beside a word that is kept: so they are names, too."""
    return [
        name
        for name in texts
        if name not in category and set(strays_of(frame[name]) or ()) & set(keep)
    ]


def _fault_of_empty(found: Table, name: str, na: Sequence[str]) -> str | None:
    """Say that all that a column holds was taken for gaps, where the user didn't say so."""
    words = found.words[name]
    kept = " ".join(f"--keep {shlex.quote(word)}" for word in sorted(words) if word not in na)
    if not kept or found.frame[name].notna().any():
        return None
    return (
        f"column '{name}' holds nothing but {counted(words)}, taken for gaps. If that is a value: "
        f"{kept}. If not, it is empty: --drop {shlex.quote(name)}."
    )


def _fault_of_words(target: str, words: Counter[str], na: Sequence[str]) -> str:
    """Say that words of the target were taken for gaps, and what else they may be."""
    told = counted(words)
    said = [word for word in words if word in na]
    kept = " ".join(f"--keep {shlex.quote(word)}" for word in words if word not in na)
    what = f"the target '{target}' is {told}, taken for gaps."
    if len(said) == len(words):
        return f"{what} Expected none; or --labelled-only, which leaves those rows out."
    return (
        f"{what} If that is a class: {kept}. If it is not known there: --labelled-only, which "
        "leaves those rows out."
    )


def to_yaml(name: str, seen: Seen, source: str) -> tuple[str, str]:
    """Return the text of the problem's file and that of the catalog's."""
    n_rows, n_columns = seen.table.shape
    block = seen.problem
    size = f"{n_rows:,} rows, {n_columns} columns"
    head = f"# Made by `kedro regpipe new-problem` from {source}: {size}."
    lines = [head, "", f"{flow(name)}:"]
    for key, value in block.items():
        if key == "network":
            lines.append(
                "  # Two hidden layers that can learn a small table by heart; change them freely."
            )
            lines.append("  network:")
            lines += [f"    {layer}: {flow(entry)}" for layer, entry in value.items()]
        else:
            lines.append(f"  {key}: {flow(value)}")
    entries = [f"{flow(dataset)}: {flow(entry)}" for dataset, entry in seen.catalog.items()]
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
    if train is not None and not (0 < train < 1 or train >= 1 and train == train // 1):
        raise SpecError([f"--train: {train} is no share below 1, and no whole number of rows."])
    if train is not None and "split" in rows:
        raise SpecError(["--train: --split says it already. Expected one of both."])
    size: float = TRAINED if train is None else int(train) if train >= 1 else train
    if size >= len(table):
        raise SpecError(
            [f"--train: of {len(table):,} rows, {size:,} leave none to test on. Expected fewer."]
        )
    n_train = size if isinstance(size, int) else int(size * len(table))
    if not n_train:
        raise SpecError(
            [f"--train: of {len(table):,} rows, {size:g} leaves none to train on. Expected more."]
        )
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


def _rarest(columns: Columns, target: pd.Series) -> float:
    """Return the share of the rows that the rarest class has, relative to an even one of two."""
    if columns.classes is None:
        return 1.0
    shares = target.value_counts(normalize=True)
    return float(shares.min() * len(shares) / 2)


def _notes(table: pd.DataFrame, rows: TableRows, columns: Columns, block: dict[str, Any]) -> Any:
    if columns.constant:
        yield f"Left out, since they hold one value: {', '.join(columns.constant)}."
    used = [*columns.numeric, *columns.categorical, rows.target]  # a row's number tells none apart
    used += [rows.group] if rows.group else []
    if copies := int(table[used].duplicated().sum()):
        are = "are copies" if copies > 1 else "is a copy"
        yield (
            f"{count_rows(copies)} {are} of others. Where one is trained on and another tested "
            "on, every score is flattered: leave copies out, unless they are rows of their own."
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
        yield (
            "One class is rare, so balanced accuracy judges (`metric`), not accuracy. A class is "
            "said where it is likelier than its share of the rows trained on: not from 50% on."
        )
    if rows.split:
        yield (
            f"'{rows.split}' says which rows are trained on. All repeats have the same, so their "
            "intervals say nothing about other rows."
        )
        yield from _notes_on_sides(table, rows, columns)
    if len(table) > 20_000:
        yield (
            "A screen of so many rows takes long. Begin with fewer repeats: --params "
            "screen.repeats=5,screen.holdouts=1,protocol.fresh.repeats=5,protocol.fixed.repeats=2."
        )


def _notes_on_sides(table: pd.DataFrame, rows: TableRows, columns: Columns) -> Iterator[str]:
    """Say what the user's own split does that a split made here wouldn't."""
    trained = table[rows.split].astype(str).str.strip().str.lower() == "train"
    if rows.group and (n := int((trained.groupby(table[rows.group]).nunique() > 1).sum())):
        yield (
            f"By '{rows.split}', {n:,} of {table[rows.group].nunique():,} values of '{rows.group}' "
            "have rows on both sides; it keeps them together only where held-out rows choose."
        )
    if columns.classes is None:
        return
    for side, inside in (("train", trained), ("test", ~trained)):
        there = set(table.loc[inside, rows.target])
        if lacking := [str(value) for value in columns.classes if value not in there]:
            yield f"No row of '{rows.split}' = {side} is {', '.join(lacking)}."


def _notes_on_target(target: pd.Series, columns: Columns) -> Iterator[str]:
    if columns.classes is None:
        if (n := target.nunique()) <= 10:
            task = "binary" if n == 2 else "multiclass"
            yield f"The target has {n} different values. If those are classes: --task {task}."
        return
    counts = target.value_counts()
    few = [str(value) for value in columns.classes if counts[value] < FEW]
    if few:
        yield (
            f"Fewer than {FEW} rows are {', '.join(few)}: hardly any of them are left to test on, "
            "or to choose a strength by."
        )


def describe_lines(seen: Seen) -> list[tuple[str, str]]:
    """Return what was seen: a word and what there is of it."""
    columns, table, target = seen.columns, seen.table, seen.target
    block = seen.problem
    told = [
        ("rows", f"{len(table):,}"),
        (
            "numbers",
            f"{len(columns.numeric)} column{'s' * (len(columns.numeric) != 1)}"
            + _gaps(columns.gaps),
        ),
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
        told.append(("target", f"{target}: {block['task']}, {low:.12g} to {high:.12g}"))
    return told


def _gaps(names: Sequence[str]) -> str:
    return f", with gaps in {', '.join(names)}" if names else ""
