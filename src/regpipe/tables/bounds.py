"""Is a file what its name says, and small enough to be read as a whole?

A file of a few kilobytes can unpack to more than any memory holds.
"""

from pathlib import Path
from zipfile import ZipFile, is_zipfile

from regpipe.errors import SpecError

MOST_BYTES = 2**28  # of a text, once unpacked
MOST_CELLS = 10**8  # of a Parquet file


def check_bytes(n: int, file: Path) -> None:
    """Raise SpecError if a file, once unpacked, has more than `MOST_BYTES`."""
    if n > MOST_BYTES:
        raise SpecError(
            f"{file}: it has more than {MOST_BYTES // 2**20:,} MB, unpacked. Expected a smaller "
            "one, of some of its rows; or the catalog's entry by hand (docs/own-data.md)."
        )


def check_workbook(file: Path) -> None:
    """Raise SpecError unless a file is an Excel file of that size."""
    if not is_zipfile(file):
        raise SpecError(f"{file}: this is no Excel file. Expected one, or the ending of its kind.")
    with ZipFile(file) as packed:
        if not any(name.startswith("xl/") for name in packed.namelist()):
            raise SpecError(f"{file}: this is no Excel file, but another packed one. Expected one.")
        check_bytes(sum(part.file_size for part in packed.infolist()), file)


def check_parquet(file: Path) -> None:
    """Raise SpecError if a Parquet file holds more than `MOST_CELLS`."""
    import pyarrow.parquet

    said = pyarrow.parquet.read_metadata(file)
    if said.num_rows * said.num_columns > MOST_CELLS:
        raise SpecError(
            f"{file}: it has {said.num_rows:,} rows of {said.num_columns:,} columns. Expected "
            f"{MOST_CELLS:,} cells at most, of some of its rows; or the catalog's entry by hand "
            "(docs/own-data.md)."
        )
