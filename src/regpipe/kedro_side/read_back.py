"""Is what `new-problem` writes read back as it was meant, by those who will read it?

Kedro's loader reads YAML in a way of its own, and a dataset reads the table anew at each run. So
both files are loaded by it from a folder that is thrown away, before they are put in place.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog

from regpipe.errors import SpecError
from regpipe.kedro_side.blocks import LOADER_ARGS
from regpipe.language import Problem
from regpipe.language.reading import parse
from regpipe.tables.new_problem import QUICK
from regpipe.tables.own_table import split_table
from regpipe.tables.proposal import Proposal
from regpipe.tables.tidy import rows_of, with_index


def check_read_back(name: str, proposal: Proposal, texts: Mapping[str, str], root: Path) -> None:
    """Raise SpecError unless both files hold the proposal, and the rows are those of the file.

    Args:
        name: of the problem.
        proposal: the problem that the file makes.
        texts: of the files `problems` and `catalog`.
        root: the project's folder, from which the catalog's paths go.
    """
    with TemporaryDirectory() as folder:
        for env in ("base", "local"):  # which Kedro puts together, in a way of its own again
            (Path(folder) / env).mkdir()
        for kind, text in texts.items():
            (Path(folder) / "base" / f"{kind}_{name}.yml").write_text(text, encoding="utf-8")
        try:
            arguments: dict[str, Any] = {**LOADER_ARGS, "base_env": "base"}
            loader = OmegaConfigLoader(conf_source=folder, env="local", **arguments)
            block = loader["parameters"].get(name)
            entries = loader["catalog"]
        except Exception as error:  # whatever a parser has to say
            raise _unlike("the files that would be written can't be read", error) from error
        _check_same(proposal.problem, block, name)
        for entry, meant in proposal.catalog.items():
            _check_same(meant, entries.get(entry), f"the catalog's {entry}")
        own = entries[name] | {"filepath": str(root / entries[name]["filepath"])}
        table = DataCatalog.from_config({name: own}).load(name)
        _check_rows(proposal.whole, with_index(table), name)
        problem = parse(Problem, block, name)
        assert problem.own_table is not None
        rows = split_table(table, problem, QUICK, name)
        _check_rows(proposal.table, rows_of(table, problem.own_table, name)[0], name)
        try:
            rows.to_parquet(Path(folder) / "samples.parquet")
        except Exception as error:  # whatever Parquet can't hold
            raise _unlike(f"the rows of {name} can't be saved", error) from error
        _check_rows(rows, pd.read_parquet(Path(folder) / "samples.parquet"), name)


def _check_same(meant: Any, read: Any, path: str) -> None:
    """Raise SpecError for the first value that is read otherwise than it was meant."""
    if isinstance(meant, dict) and isinstance(read, dict) and set(meant) == set(read):
        for key, value in meant.items():
            _check_same(value, read[key], f"{path}.{key}")
    elif meant != read or type(meant) is not type(read):
        raise SpecError(f"{path}: {meant!r} would be read back as {read!r}. Expected another.")


def _check_rows(meant: pd.DataFrame, read: pd.DataFrame, name: str) -> None:
    try:
        pd.testing.assert_frame_equal(meant, read, check_exact=True)
    except AssertionError as error:
        raise _unlike(f"the rows of {name} would be read back as others", error) from error


def _unlike(what: str, error: Exception) -> SpecError:
    return SpecError(f"{what}. {' '.join(str(error).split())[:300]}")
