"""Texts that are dates, and the numbers that a network can make something of."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from regpipe.errors import SpecError

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m"),
    *("%d.%m.%Y", "%d. %m. %Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%Y"),
    *("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %Y", "%B %Y", "%b-%Y"),
    *("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%y"),
)
TIMES = (
    *("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f"),
    *(" %I:%M %p", " %I:%M:%S %p"),
)
ZONES = ("", "Z", "%z")
SHORTEST = 6  # letters of a date; a shorter text, such as 1/2, is none here
FEW = 8  # texts of a column that are asked for their formats
YEAR, WEEK, DAY = 365.2425, 7.0, 1.0  # days
NUMBERS = (
    "days",
    *(f"{cycle} ({part})" for cycle in ("year", "week", "day") for part in ("sine", "cosine")),
)  # that a date may become


def formats_of(texts: Iterable[str]) -> list[str]:
    """Return all formats by which every text is a date; two where day and month may be swapped.

    >>> formats_of(["31/01/2024", "01/02/2024"]), formats_of(["01/02/2024"])
    (['%d/%m/%Y'], ['%d/%m/%Y', '%m/%d/%Y'])
    """
    values = sorted(set(texts))
    likely = _formats_of_one(values[0]) if values else []
    column = pd.Series(values, dtype="str")
    return [s for s in likely if len(values) == 1 or read_dates(column, s).notna().all()]


def strays_of(texts: Iterable[str]) -> list[str]:
    """Return the texts that are no dates, where most of the others are dates of one format.

    >>> strays_of(["2024-01-31", "2024-02-01", "2024-02-30"]), strays_of(["a", "b"])
    (['2024-02-30'], [])
    """
    values = pd.Series(sorted(set(texts)), dtype="str")
    asked = values.iloc[:: max(1, len(values) // FEW)]
    styles = dict.fromkeys(style for text in asked for style in _formats_of_one(text))
    strays = [values[read_dates(values, style).isna()] for style in styles]
    fewest = min(strays, key=len, default=values)
    return list(fewest) if 2 * len(fewest) <= len(values) else []


def read_dates(texts: pd.Series, style: str) -> pd.Series:
    """Return the dates, without a zone, and gaps where a text is none.

    Raises:
        SpecError: there is no such format.
    """
    if "%" not in style:
        raise SpecError(f"`{style}` is no format of dates. Expected one such as `%Y-%m-%d`.")
    try:
        read = pd.to_datetime(
            texts, format=style, errors="coerce", utc="%z" in style or style[-1] == "Z"
        )
    except ValueError as error:
        raise SpecError(f"`{style}` is no format of dates. {error}") from error
    return without_zone(read)


def without_zone(dates: pd.Series) -> pd.Series:
    """Return dates without a zone, those of any other in UTC."""
    return dates if dates.dt.tz is None else dates.dt.tz_convert(None)


def numbers_of(dates: pd.Series) -> dict[str, np.ndarray]:
    """Return a date's numbers by their names: the days since 1970, and where it is in its cycles.

    A cycle (a year, a week, a day) is two numbers, a sine and a cosine, so that its end is beside
    its beginning. Which are used is for who knows all rows to say, see `cycles_of`.
    """
    # By microseconds: nanoseconds begin in 1677 and end in 2262.
    days = (dates.astype("datetime64[us]") - np.datetime64(0, "us")) / pd.Timedelta(days=1)
    found = {"days": days.to_numpy(float)}
    for name, length in {"year": YEAR, "week": WEEK, "day": DAY}.items():
        turn = 2 * np.pi * found["days"] / length
        found |= {f"{name} (sine)": np.sin(turn), f"{name} (cosine)": np.cos(turn)}
    return found


def cycles_of(dates: pd.Series) -> tuple[str, ...]:
    """Return which of a date's numbers differ in a table, and go round more than once."""
    known = dates.dropna()
    return tuple(_used(known)) if len(known) else ()


def _used(dates: pd.Series) -> Iterator[str]:
    yield "days"
    span = (dates.max() - dates.min()) / pd.Timedelta(days=1)
    different = {
        "year": (YEAR, dates.dt.month.nunique()),
        "week": (WEEK, dates.dt.day_of_week.nunique() if dates.dt.day.nunique() > 1 else 1),
        "day": (DAY, (dates - dates.dt.normalize()).nunique()),
    }
    for name, (length, n) in different.items():
        if span > length and n > 1:
            yield from (f"{name} (sine)", f"{name} (cosine)")


def _formats_of_one(text: str) -> list[str]:
    if len(text) < SHORTEST or not any(letter.isdigit() for letter in text):
        return []
    return [style for style, marks in STYLES.items() if _reads_one(text, style, marks)]


def _marks(text: str) -> str:
    """Return what stands between letters and digits; of blanks, one."""
    return re.sub(r"\s+", " ", re.sub(r"%.|\w", "", text))


# `strptime` makes an expression of a format each time, and there are hundreds.
STYLES = {
    style: _marks(style)
    for style in (day + time + zone for day in DAYS for time in TIMES for zone in ZONES)
}


def _reads_one(text: str, style: str, marks: str) -> bool:
    """Whether a text is a date of that format, with its marks; a zone may have some of its own."""
    own = _marks(text)
    if own != marks and not ("%z" in style and own.startswith(marks)):
        return False
    try:
        datetime.strptime(text, style)
    except ValueError:
        return False
    return True
