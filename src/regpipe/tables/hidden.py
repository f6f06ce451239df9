"""What a sheet of an Excel file holds and doesn't show: it is read like all else."""

from collections.abc import Iterator
from pathlib import Path

from regpipe.tables.dialect import Dialect
from regpipe.tables.wording import count_rows, listed


def notes_on_hidden(file: Path, written: Dialect) -> Iterator[str]:
    """Yield what of a sheet is hidden, rows that a filter hides among it."""
    import openpyxl

    book = openpyxl.load_workbook(file)
    sheet = book[written.sheet or book.sheetnames[0]]
    if sheet.sheet_state != "visible":
        yield f"The sheet '{sheet.title}' is hidden. For another one: --sheet."
    rows = [place for place, row in sheet.row_dimensions.items() if row.hidden]
    if rows:
        yield (
            f"{count_rows(len(rows))} of the sheet hidden, such as line {rows[0]}, and read like "
            "the others. If they are none of the table: delete them in the file."
        )
    columns = [letter for letter, column in sheet.column_dimensions.items() if column.hidden]
    if columns:
        yield f"Hidden in the sheet, and read like the others: {listed(columns)} (--drop)."
