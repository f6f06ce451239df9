"""In which encoding a file is, told by its bytes."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from regpipe.errors import SpecError
from regpipe.tables.encodings import decode
from regpipe.tables.text_file import bytes_of

FILE = Path("table.csv")
WORDS = {
    "cp1252": [
        "Größe Mädchen",
        "élève très français où",
        "niño ¿qué?",
        "Malmö Ångström",
        "København rød",
        "São João",
        "città più",
        "€5 “a”",
    ],
    "cp1250": ["žluťoučký kůň", "łódź źdźbło", "złoty żaba"],
    "cp1251": ["красный зелёный"],
    "shift_jis": ["山田 東京都"],
    "gb18030": ["红色 绿色"],
    "euc_kr": ["서울 부산"],
}


@pytest.mark.parametrize(
    ("encoding", "words"), [(code, words) for code, some in WORDS.items() for words in some]
)
def test_words_are_read_as_they_were_written(encoding: str, words: str) -> None:
    text = "\n".join(["age,city", *(f"{k},{words}" for k in range(20))])
    assert decode(text.encode(encoding), None, FILE)[0] == text


def test_a_line_in_another_encoding_is_refused_by_its_number() -> None:
    lines = ["city", *["größe"] * 5]
    raw = "\n".join(lines).encode() + "\ngröße\n".encode("cp1252")
    with pytest.raises(SpecError, match="UTF-8, but for a byte in line 7"):
        decode(raw, None, FILE)


@pytest.mark.parametrize(
    ("begin", "ending"), [(b"PK\x03\x04", ".xlsx"), (b"PAR1", ".parquet"), (b"\x1f\x8b", ".gz")]
)
def test_a_file_of_another_kind_is_told(begin: bytes, ending: str) -> None:
    with pytest.raises(SpecError, match=f"no text.*{ending}"):
        decode(begin + b"\x90\x81", None, FILE)


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"]])
def test_a_zip_holds_one_file(names: list[str], tmp_path: Path) -> None:
    with ZipFile(file := tmp_path / "mine.zip", "w") as packed:
        for name in [*names, "__MACOSX/._a.csv", "folder/"]:
            packed.writestr(name, "x,y")
    with pytest.raises(SpecError, match=f"{len(names)} files are packed"):
        bytes_of(file)
    with ZipFile(file, "a") as packed:
        packed.writestr("c.csv", "x,y")
    if not names:
        assert bytes_of(file) == b"x,y"
