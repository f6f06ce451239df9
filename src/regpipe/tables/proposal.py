"""The problem that a file makes, as YAML for the project.

Kedro reads YAML by OmegaConf, not by PyYAML, so the texts are written for that.
"""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
import yaml

from regpipe.language import TableRows
from regpipe.tables.columns import Columns


@dataclass(frozen=True)
class Proposal:
    """The problem that a file makes.

    Attributes:
        problem: its block.
        catalog: the entries of the catalog, by their names.
        rows: the block that declares the columns.
        columns: what those hold that predict.
        table: the rows, each column of its kind.
        target: the column to predict.
        whole: the file as it was read.
        notes: what the user should know.
    """

    problem: dict[str, Any]
    catalog: dict[str, Any]
    rows: TableRows
    columns: Columns
    table: pd.DataFrame
    target: str
    whole: pd.DataFrame
    notes: list[str]


def to_yaml(name: str, proposal: Proposal, source: str) -> tuple[str, str]:
    """Return the text of the problem's file and that of the catalog's."""
    n_rows, n_columns = proposal.table.shape
    size = f"{n_rows:,} rows, {n_columns} columns"
    head = f"# Made by `kedro regpipe new-problem` from {source}: {size}."
    lines = [head, "", f"{_flow(name)}:"]
    for key, value in proposal.problem.items():
        if key == "network":
            lines.append(
                "  # Two hidden layers that can learn a small table by heart; change them freely."
            )
            lines.append("  network:")
            lines += [f"    {layer}: {_flow(entry)}" for layer, entry in value.items()]
        elif key == "rows":
            lines += ["  rows:", *_lines_of_rows(value)]
        else:
            lines.append(f"  {key}: {_flow(value)}")
    table, new = (f"{_flow(key)}: {_flow(entry)}" for key, entry in proposal.catalog.items())
    of_new = f"# Rows without a target that `kedro run --pipelines={name}_predict` is to predict."
    catalog = [head, "", table, "", of_new, new]
    return "\n".join(lines) + "\n", "\n".join(catalog) + "\n"


def _lines_of_rows(rows: dict[str, Any]) -> list[str]:
    lines = [f"    {key}: {_flow(value)}" for key, value in rows.items() if key != "columns"]
    lines += [
        "    # What each holds: number, boolean, category, date, or drop to leave it out.",
        "    columns:",
    ]
    return lines + [f"      {_key(name)}: {_flow(kind)}" for name, kind in rows["columns"].items()]


class _Dumper(yaml.SafeDumper):
    """Writes YAML that OmegaConf reads as it was meant."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out, wherever it stands once more."""
        return True


class _KeyDumper(_Dumper):
    """Writes a key, in which `${...}` stands for itself."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # There 1e5 is a number, also without a sign and a point, and ${...} stands for another value.
    plain = not re.match(r"[-+.0-9]", text)
    escaped = re.sub(r"(\\*)\$\{", lambda match: match[1] * 2 + r"\${", text)
    if isinstance(dumper, _KeyDumper):
        escaped = text
    return dumper.represent_scalar("tag:yaml.org,2002:str", escaped, style=None if plain else "'")


_Dumper.add_representer(str, _text_node)


def _key(name: str) -> str:
    """Return a key as YAML has it."""
    return _flow(name, _KeyDumper)


def _flow(value: Any, dumper: type[_Dumper] = _Dumper) -> str:
    """Return YAML on one line."""
    text = yaml.dump(
        value,
        Dumper=dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**6,
    )
    return text.removesuffix("\n...\n").strip()
