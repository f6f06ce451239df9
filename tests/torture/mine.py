"""Make a problem of a table, as `kedro regpipe new-problem` does, in a folder of configuration."""

import sys
from pathlib import Path

from regpipe.tables.new_problem import propose
from regpipe.tables.proposal import to_yaml
from regpipe.tables.reading import Options

if __name__ == "__main__":
    table, folder = map(Path, sys.argv[1:])
    proposal = propose("mine", table, str(table), "target", Options())
    for kind, text in zip(
        ("problems", "catalog"), to_yaml("mine", proposal, str(table)), strict=True
    ):
        (folder / f"{kind}_mine.yml").write_text(text, encoding="utf-8")
