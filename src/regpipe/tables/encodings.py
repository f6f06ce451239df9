"""In which encoding is a file of text written?

Bytes that aren't UTF-8 don't say. What is told apart is what people have: UTF-16, the code pages of
Western and Central Europe and of Russia, and those of East Asia.
"""

import re
from pathlib import Path

from charset_normalizer import from_bytes

from regpipe.errors import SpecError

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
PACKED = {b"PK\x03\x04": ".xlsx or .zip", b"PAR1": ".parquet", b"\x1f\x8b": ".gz"}
ARCHIVES = frozenset({".zip", ".gz", ".bz2", ".xz"})
MARKUP = re.compile(r"\s*<(!doctype|html|\?xml)\b", re.IGNORECASE)
WESTERN, CENTRAL = "cp1252", "cp1250"
ASIAN = ("shift_jis", "gb18030", "euc_jp", "euc_kr", "big5")
SEVERAL = re.compile(rb"[\x80-\xff]{4}")  # as in each text of East Asia, and in no Western word
# What stands within or before a word where letters of Central Europe are read as Western ones.
NO_LETTERS = re.compile("[a-zÀ-ÿ][£¥¯³¹¼¾¿][a-zÀ-ÿ]|(?<!\\w)[³¹¯¼¾][a-zÀ-ÿ]", re.IGNORECASE)


def decode(raw: bytes, encoding: str | None, file: Path) -> tuple[str, str]:
    """Return the text of a file and its encoding, told by its bytes if not given.

    Raises:
        SpecError: they are no text, or are in several encodings.
    """
    for mark, ending in PACKED.items():
        if raw.startswith(mark):
            raise SpecError(f"{file}: {_instead(ending, file)}")
    said, encoding = encoding, encoding or _encoding_of(raw, file)
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        if said is None:
            raise SpecError(
                f"{file}: this is no text, or in an encoding that can't be told (not {encoding}). "
                "Expected a table of text, or the name of its encoding (--encoding)."
            ) from error
        raise SpecError(f"{file}: this isn't {encoding}. {error} (--encoding)") from error
    if MARKUP.match(text):
        raise SpecError(
            f"{file}: this is a page of HTML or XML, not a table. Expected a CSV; a spreadsheet, "
            "or whoever gave you the page, can save one."
        )
    if "\0" in text:
        raise SpecError(
            f"{file}: read as {encoding}, it holds NUL characters. Expected a file of text, or "
            "its encoding (--encoding)."
        )
    return text, encoding


def _instead(ending: str, file: Path) -> str:
    """Say what to do with a file, or what is packed in it, that is no text."""
    if file.suffix.lower() in ARCHIVES:
        return "what is packed in it is no text. Expected a table of text, packed once."
    return f"this is no text. Expected a name that ends with {ending}."


def _encoding_of(raw: bytes, file: Path) -> str:
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return encoding
    for begin, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Of Latin letters in UTF-16, every second byte is 0.
        if len(raw) > 1 and raw[begin::2].count(0) > 0.9 * len(raw[begin::2]):
            return encoding
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _check_one(raw, error, file)
        return _code_page_of(raw)
    return "utf-8-sig"


def _check_one(raw: bytes, error: UnicodeDecodeError, file: Path) -> None:
    """Raise SpecError if most letters are UTF-8, and a few aren't."""
    letters = [letter for letter in raw.decode("utf-8", "surrogateescape") if not letter.isascii()]
    broken = sum("\ud800" <= letter <= "\udfff" for letter in letters)
    if broken <= len(letters) - broken:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SpecError(
            f"{file}: it is UTF-8, but for a byte in line {line}. Expected one encoding in all "
            "lines; or the name of one (--encoding)."
        )


def _code_page_of(raw: bytes) -> str:
    found = from_bytes(raw, cp_isolation=[WESTERN, CENTRAL, "cp1251", *ASIAN]).best()
    encoding = found.encoding if found else WESTERN
    if encoding == "cp1251" or (encoding in ASIAN and SEVERAL.search(raw)):
        return encoding
    # Both fit nearly every text, so the more frequent one is taken where it makes words.
    try:
        return CENTRAL if NO_LETTERS.search(raw.decode(WESTERN)) else WESTERN
    except UnicodeDecodeError:
        return encoding
