"""What was seen in a file, as YAML for the project and as lines for its user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regpipe.tables.columns import Columns
from regpipe.tables.preprocessing import feature_names
from regpipe.tables.yaml_text import flow


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
