"""Is the last line of a file a sum of those above, as spreadsheets and reports end?"""

import re
from collections.abc import Sequence
from pathlib import Path

from regpipe.errors import SpecError
from regpipe.tables.text_file import Line
from regpipe.tables.wording import flags

SUM = re.compile(
    r"((grand|sub)[ -]?)?totals?|sum|average|mean|summe|gesamt(summe)?|mittelwert|insgesamt|somme"
    r"|moyenne|totale|somma|media|suma|promedio|soma|итого|всего",
    re.IGNORECASE,
)


def check_footer(lines: Sequence[Line], file: Path, keep: Sequence[str]) -> None:
    """Raise SpecError if the last line begins with the word for a sum, as no other line does.

    Args:
        lines: of the file.
        file: its path.
        keep: words that the user says are values.
    """
    first = [next((f.strip() for f in line.fields if f.strip()), "") for line in lines]
    word = first[-1]
    if len(lines) > 2 and SUM.fullmatch(word.rstrip(":")) and first.count(word) == 1:
        if word not in keep:
            raise SpecError(
                f"{file}: the last line begins with '{word}', as a sum of the lines above does, "
                "which is no row. Expected rows alone: delete it. If it is one: "
                f"{flags('--keep', [word])}."
            )
