"""A file becomes a problem, or is refused in a line."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regpipe.errors import SpecError
from regpipe.kedro_side.read_back import check_read_back
from regpipe.language import TableRows
from regpipe.tables.dialect import dialect
from regpipe.tables.new_problem import propose
from regpipe.tables.page import page_of
from regpipe.tables.proposal import Proposal, to_yaml
from regpipe.tables.reading import Options
from regpipe.tables.text_file import read_texts
from regpipe.tables.tidy import rows_of, tidied
from regpipe.tables.typed import typed


def table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "id": range(n),
            "age": rng.normal(size=n),
            "city": np.resize(["Rome", "Oslo", "Lima"], n),
            "outcome": np.resize(["no", "no", "no", "no", "no", "no", "no", "yes"], n),
        }
    )


def proposal(file: Path, target: str = "outcome", **said: Any) -> Proposal:
    return propose("mine", file, f"data/01_raw/{file.name}", target, Options(**said))


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".tsv"])
def test_every_kind_of_file_is_read_and_named_in_the_catalog(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"mine{suffix}"
    write = {
        ".csv": lambda: table().to_csv(file, index=False),
        ".tsv": lambda: table().to_csv(file, index=False, sep="\t"),
        ".parquet": lambda: table().to_parquet(file),
        ".xlsx": lambda: table().to_excel(file, index=False),
    }
    write[suffix]()
    found = proposal(file, drop=["id"])
    assert found.columns.numeric == ("age",) and list(found.columns.categorical) == ["city"]
    entry = found.catalog["mine"]
    assert entry["filepath"] == f"data/01_raw/mine{suffix}"
    assert found.catalog["mine.new"]["filepath"] == f"data/01_raw/mine_new{suffix}"
    assert entry.get("separator") == ("\t" if suffix == ".tsv" else None)


def test_the_metric_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False)
    for metric in ("f1", "balanced_accuracy"):
        found = proposal(file, drop=["id"], metric=metric)
        assert found.problem["metric"] == metric
        assert not any("One class is rare" in note for note in found.notes)
        told = [note for note in found.notes if note.startswith("F1 is that of 'yes', the second")]
        assert len(told) == (metric == "f1")
    with pytest.raises(
        SpecError, match="--metric: a binary problem has no mae. Expected one of: acc.*log_loss.$"
    ):
        proposal(file, drop=["id"], metric="mae")


def test_what_is_written_says_what_was_seen(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    pd.concat([table(), table().head(3)]).to_csv(file, index=False)
    found = proposal(file, title="Mine: all of it", drop=["id"])
    problem, catalog = (yaml.safe_load(text) for text in to_yaml("mine", found, "mine.csv"))
    assert problem == {"mine": found.problem} and catalog == found.catalog
    assert problem["mine"]["title"] == "Mine: all of it"
    assert problem["mine"]["metric"] == "balanced_accuracy"  # one row in eight is `yes`
    assert any("likelier than its share of the rows trained on" in note for note in found.notes)
    assert problem["mine"]["split"] == {"train": 0.7, "stratify": True}
    assert any("3 rows are copies" in note for note in found.notes)
    page = list(page_of(found))
    assert page[0] == "63 rows, 3 columns beside the target; 4 inputs of the network."
    assert "  outcome  target    binary: no (56), yes (7)" in page
    assert any(line.startswith("  city     category  3: Rome, Oslo, Lima") for line in page)
    assert "  id       left out" in page


def test_a_regression_and_its_options(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(outcome=np.linspace(0, 1, 60)).to_csv(file, index=False)
    block = proposal(file, group="city", train=0.67).problem
    assert block["task"] == "regression" and block["standardise"] == ["target"]
    assert block["split"] == {"train": 0.67} and block["rows"]["group"] == "city"
    assert "labelled_only" not in block["rows"]
    notes = proposal(file).notes
    assert any("--drop id" in note for note in notes)


def test_rows_without_a_target_are_left_out_if_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    gaps = table().assign(outcome=lambda t: t["outcome"].where(t["id"] > 4))
    gaps.to_csv(file, index=False)
    with pytest.raises(SpecError, match="is missing in 5 rows.*--labelled-only"):
        proposal(file)
    found = proposal(file, labelled_only=True)
    assert found.problem["rows"]["labelled_only"] is True and len(found.table) == 55
    assert found.notes[0] == "Left out, since their target is missing: 5 rows."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this file is empty"),
        (b"age,outcome\n", "has 0 rows"),
        (b"age,age,outcome\n1,2,yes\n", "'age' names more than one column"),
        (b"age,result\n" + b"1,yes\n" * 20, "there is no column 'outcome'"),
        (b"a,outcome\n1,x\n1,2,3,4\n", "line 3 has 4 fields, and the first line names 2."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(content)
    with pytest.raises(SpecError) as error:
        proposal(file)
    assert len(error.value.faults) == 1 and said in error.value.faults[0], error.value.faults


def test_how_a_file_is_written_is_told_and_declared(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False, sep=";", decimal=",")
    found = proposal(file, drop=["id"])
    assert found.columns.numeric == ("age",)
    assert found.catalog["mine"]["separator"] == ";" and found.problem["rows"]["decimal"] == ","
    assert any("separated by semicolons. If not: --separator" in note for note in found.notes)
    assert "decimal" not in found.catalog["mine"]


def test_words_for_a_gap_are_found_or_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    frame = table()
    frame["age"] = frame["age"].astype(object)
    frame.loc[3, "age"] = "?"
    frame.to_csv(file, index=False)
    found = proposal(file)
    assert found.columns.gaps == ("age",) and found.problem["rows"]["gaps"] == ["?"]
    assert any(
        "for gaps: '?' in 1 row of 'age'. If those are values: --keep '?'" in n for n in found.notes
    )
    frame.loc[3, "age"] = "not asked"
    frame.to_csv(file, index=False)
    with pytest.raises(SpecError, match="holds numbers, but 'not asked' in 1 row\\..*--na"):
        proposal(file)
    assert proposal(file, na=["not asked"]).columns.gaps == ("age",)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"train": 60}, "of 60 rows, 60 leave none to test on"),
        ({"train": 1.5}, "a whole number of rows, received 1.5"),
        ({"split": "city"}, "'city' is 'lima' in a row. Expected train or test"),
        ({"split": "city", "train": 0.5}, "--split says it already"),
        ({"drop": ["outcome"]}, "--drop outcome: it is the target"),
    ],
)
def test_a_split_that_cannot_be_is_refused_before_anything_is_written(
    said: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False)
    with pytest.raises(SpecError, match=expected):
        proposal(file, **said)


def test_what_may_be_classes_and_rare_ones_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(outcome=np.resize([1.0, 1.3, 1.7], 60)).to_csv(file, index=False)
    assert any("--task multiclass" in note for note in proposal(file).notes)
    table().to_csv(file, index=False)
    assert any("Fewer than 10 rows are yes" in note for note in proposal(file).notes)


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().rename(columns={"age": "größe"}).to_csv(file, index=False, encoding="cp1252")
    found = proposal(file, encoding="cp1252", drop=["id"])
    assert found.columns.numeric == ("größe",)
    assert found.catalog["mine"]["encoding"] == "cp1252"


@pytest.mark.parametrize(
    ("name", "said"), [("mine.json", "expected a text"), ("none.csv", "no such")]
)
def test_what_is_no_table_or_not_there_is_told(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    with pytest.raises(SpecError, match=said):
        proposal(tmp_path / name)


def texts(found: Proposal, file: Path) -> dict[str, str]:
    found.catalog["mine"]["filepath"] = str(file)
    return dict(zip(("problems", "catalog"), to_yaml("mine", found, "mine"), strict=True))


def lines(file: Path, *rows: str) -> Path:
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_a_first_line_that_is_a_row_is_noticed_and_no_row_is_lost(tmp_path: Path) -> None:
    rows = [f"{k},{k * 0.5},{'RM'[k % 2]}" for k in range(20)]
    for some in (rows, [f"{'ab'[k % 2]},{'RM'[k % 3 % 2]}" for k in range(20)]):
        found = proposal(lines(tmp_path / "mine.csv", *some), "last")
        assert len(found.table) == 20 and "no line names the columns" in found.notes[0]
    found = proposal(lines(tmp_path / "mine.csv", *rows), "last")
    assert list(found.table) == ["x1", "x2", "x3"]
    assert found.problem["rows"]["target"] == "x3"
    assert found.catalog["mine.new"]["names"] == ["x1", "x2"]
    with pytest.raises(SpecError, match="no column 'R'.*The first line is a row.*--header"):
        proposal(lines(tmp_path / "mine.csv", *rows), "R")
    with pytest.raises(SpecError, match="the first line looks like names: 'a' stands over numbers"):
        proposal(lines(tmp_path / "mine.csv", "a,b,y", *rows), "last", header=False)


def test_names_that_are_numbers_can_be_said_to_be_names(tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.csv", "1990,2000,y", *(f"{k},{k * k},{k % 2}" for k in range(20)))
    with pytest.raises(SpecError, match="If those are names: --header"):
        proposal(file, "y")
    assert proposal(file, "y", header=True).columns.numeric == ("1990", "2000")


def test_names_that_stand_again_further_down_are_no_reason_for_no_header(tmp_path: Path) -> None:
    rows = [f"{k},{k * 0.5},{k % 2}" for k in range(20)]
    with pytest.raises(SpecError) as error:
        proposal(lines(tmp_path / "mine.csv", "a,b,y", *rows, "a,b,y", *rows), "y")
    assert "stand again in line 22" in str(error.value) and "--no-header" not in str(error.value)


@pytest.mark.parametrize(
    ("names", "target", "found"),
    [
        ("a,b,y", "last", "y"),
        ("a,last,y", "last", "last"),
        ("a,b,y", "2", "b"),
        ("a,b,y", " y ", "y"),
    ],
)
def test_a_target_is_a_name_or_a_place(names: str, target: str, found: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.csv", names, *(f"{k},{k * k % 7},{k % 3}" for k in range(21)))
    assert proposal(file, target).target == found
    with pytest.raises(SpecError, match="there is no column '4'.*a place from 1 to 3"):
        proposal(file, "4")


def test_a_word_of_the_target_is_a_class_or_a_question_and_never_lost(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    words = lines(file, "a,y", *(f"{k},{('None', 'Mild', 'Severe')[k % 3]}" for k in range(21)))
    found = proposal(words, "y")
    assert found.problem["rows"]["classes"] == ["Mild", "None", "Severe"]
    assert any("'None' in 7 rows of 'y'" in note and "--na None" in note for note in found.notes)
    assert not any("'None'" in note for note in proposal(words, "y", keep=["None"]).notes)
    numbers = lines(file, "a,y", *(f"{k},{('None', '1', '2')[k % 3]}" for k in range(21)))
    with pytest.raises(SpecError, match="If that is a class: --keep None. If it is not known"):
        proposal(numbers, "y")
    found = proposal(numbers, "y", labelled_only=True)
    assert found.problem["rows"]["classes"] == [1, 2]  # and not 1.0 and 2.0
    assert proposal(numbers, "y", keep=["None"]).problem["rows"]["classes"] == ["1", "2", "None"]


def test_values_of_several_lines_are_told_since_a_quote_may_be_astray(tmp_path: Path) -> None:
    rows = [f"{'red' if k % 2 else 'blue'},{k},{k % 2}" for k in range(30)]
    rows[3], rows[6] = f'"{rows[3]}', 'red",6,0'
    found = proposal(lines(tmp_path / "mine.csv", "c,a,y", *rows), "y")
    assert len(found.table) == 27
    assert any("'c' holds line breaks in 1 row" in note for note in found.notes)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", "\ufeff"), ("utf-16-le", "\ufeff"), ("utf-16", "")],
)
def test_a_mark_of_the_byte_order_is_no_part_of_a_name(
    encoding: str, mark: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    text = mark + table().to_csv(index=False, columns=["outcome", "age"])
    file.write_bytes(text.encode("utf-16-le" if encoding == "utf-16" else encoding))
    assert proposal(file, encoding=encoding).target == "outcome"


def test_a_number_beyond_all_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(age=["1" + "0" * 400, *range(59)]).to_csv(file, index=False)
    with pytest.raises(SpecError, match="column 'age' is infinite in 1 row"):
        proposal(file)


def test_copies_are_told_by_the_columns_that_are_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    copied = pd.concat([table(), table().head(3)]).assign(id=range(63))
    copied.to_csv(file, index=False)
    said = "3 rows are copies of others"
    assert any(note.startswith(f"{said}, but for 'id'.") for note in proposal(file).notes)
    assert any(note.startswith(f"{said}.") for note in proposal(file, drop=["id"]).notes)
    copied.assign(age=np.linspace(0, 1, 63)).to_csv(file, index=False)
    assert not any("copies" in note for note in proposal(file, drop=["id"]).notes)


def test_rows_that_few_values_make_alike_are_no_copies(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False)
    assert not any("copies" in note for note in proposal(file, drop=["id", "age"]).notes)


def test_decimals_of_a_parquet_file_are_numbers(tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    prices = [None if k == 5 else Decimal(k) / 8 for k in range(60)]
    table().assign(age=prices, outcome=[Decimal(k) / 4 for k in range(60)]).to_parquet(file)
    found = proposal(file, drop=["id"])
    assert found.problem["task"] == "regression" and found.columns.gaps == ("age",)
    assert found.table["age"].tolist()[:3] == [0, 0.125, 0.25]


def test_lists_in_a_parquet_file_are_refused_or_left_out(tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    table().assign(id=[[k] for k in range(60)]).to_parquet(file)
    with pytest.raises(SpecError, match=r"column 'id' holds lists or the like, such as array"):
        proposal(file)
    with pytest.raises(SpecError, match="target 'id' holds lists"):
        proposal(file, "id")
    assert "id" not in proposal(file, drop=["id"]).columns.numeric


def test_texts_that_look_like_numbers_are_asked_about_in_a_sheet_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    table().assign(age=[f"{k + 1},500" for k in range(60)]).to_excel(file, index=False)
    with pytest.raises(SpecError, match='^mine: .*Say so: --thousands "," or --decimal ","'):
        proposal(file)
    assert proposal(file, thousands=",").table["age"].max() == 60_500


def test_what_a_split_of_the_users_own_does_to_groups_and_classes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = table().assign(side=["Train"] * 45 + ["test"] * 15, outcome=["a", "b"] * 27 + ["c"] * 6)
    rows.to_csv(file, index=False)
    notes = proposal(file, split="side", group="city").notes
    assert any("3 of 3 values of 'city' have rows on both sides" in note for note in notes)
    assert "No row of 'side' = train is c." in notes
    rows.assign(outcome=["a", "b"] * 30, city=rows["side"]).to_csv(file, index=False)
    notes = proposal(file, split="side").notes
    assert not any("both sides" in note or "No row of" in note for note in notes)


def test_what_is_a_gap_and_what_is_none_is_told(tmp_path: Path) -> None:
    rows = [f"{('NA', '1.5', '2.5')[k % 3]},{('NA', 'DE', '')[k % 3]},{k % 2}" for k in range(24)]
    found = proposal(lines(tmp_path / "mine.csv", "n,country,y", *rows), "y")
    assert found.columns.categorical["country"] == ("(missing)", "DE", "NA")
    assert any(
        "for gaps: 'NA' in 8 rows of 'n'. If those are values: --keep NA" in n for n in found.notes
    )
    assert any("for values, not for gaps: 'NA' in 8 rows of 'country'" in n for n in found.notes)


def test_texts_among_numbers_of_a_target_are_a_question(tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.csv", "a,y", *(f"{k},{k % 2}" for k in range(30)), "1,x", "2,x")
    with pytest.raises(SpecError, match="holds numbers, but 'x' in 2 rows.*--na x.*--category y"):
        proposal(file, "y")
    found = proposal(file, "y", category=["y"])
    assert found.problem["rows"]["classes"] == ["0", "1", "x"]
    both = lines(
        tmp_path / "mine.csv", "a,y", *(f"{k},{('1e5', '1e5', 'A7')[k % 3]}" for k in range(30))
    )
    assert proposal(both, "y").problem["rows"]["classes"] == ["1e5", "A7"]


def test_numbers_that_are_names_can_be_said_to_be(tmp_path: Path) -> None:
    codes = ("250", "401", "272", "E10", "301")
    rows = [f"{k % 4},{codes[k % 5]},{k % 2}" for k in range(40)]
    file = lines(tmp_path / "mine.csv", "cp,icd,y", *rows)
    found = proposal(file, "y", category=["cp"])
    assert found.columns.categorical == {"cp": tuple("0123"), "icd": tuple(sorted(codes))}
    assert found.problem["rows"]["columns"] == {"cp": "category", "icd": "category", "y": "number"}
    assert any("'icd' holds codes such as 'E10'" in n and "--number icd" in n for n in found.notes)
    slip = [f"{k % 4},{codes[k % 3]},{k % 2}" for k in range(40)]
    file = lines(tmp_path / "mine.csv", "cp,icd,y", *slip, "1,25O,1")
    with pytest.raises(SpecError, match="'25O' in 1 row. .*--category icd. If it is a slip"):
        proposal(file, "y")


def test_numbers_that_begin_with_0_are_names(tmp_path: Path) -> None:
    rows = [f"{k % 4:03d},{k * 0.5},{k % 2}" for k in range(40)]
    file = lines(tmp_path / "mine.csv", "code,a,y", *rows)
    found = proposal(file, "y")
    assert found.columns.categorical == {"code": ("000", "001", "002", "003")}
    assert any("begin with 0" in note and "--number code" in note for note in found.notes)
    assert proposal(file, "y", number=["code"]).columns.numeric == ("code", "a")


def test_a_counter_without_a_name_is_left_out(tmp_path: Path) -> None:
    table().drop(columns="id").to_csv(file := tmp_path / "mine.csv")
    found = proposal(file)
    assert found.columns.numeric == ("age",)
    assert "'Unnamed: 0' is left out: it counts the rows." in found.notes
    assert proposal(file, number=["Unnamed: 0"]).columns.numeric == ("Unnamed: 0", "age")


def test_units_of_numbers_are_declared_and_others_refused(tmp_path: Path) -> None:
    rows = [f"${k}.50,{k} kg,{k % 2}" for k in range(39)] + ["−$3,39 kg,1"]
    file = lines(tmp_path / "mine.csv", "price,weight,y", *rows)
    found = proposal(file, "y")
    assert found.columns.numeric == ("price", "weight") and found.table["weight"].max() == 39
    assert found.table["price"].min() == -3
    assert found.problem["rows"]["columns"]["weight"] == {"kind": "number", "unit": "kg"}
    file = lines(tmp_path / "mine.csv", "price,weight,y", *rows[:-1], "$1,5 lb,1")
    with pytest.raises(SpecError, match="'price' would be .*|'weight' is '5 lb' in 1 row"):
        rows_of(read_texts(file, dialect()), found.rows, "mine.rows")


def test_dates_are_found_by_their_format_or_asked_for(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=40, freq="7D")
    for style, kind in (("%d.%m.%Y", "%d.%m.%Y"), ("%Y-%m", "%Y-%m"), ("%m/%d/%Y", "%m/%d/%Y")):
        rows = [f"{day:{style}},{k % 2}" for k, day in enumerate(days)]
        found = proposal(lines(tmp_path / "mine.csv", "day,y", *rows), "y")
        assert found.problem["rows"]["columns"]["day"] == {"kind": "date", "format": kind}
    rows = [f"{k % 12 + 1:02d}/{k % 7 + 1:02d}/2020,{k % 2}" for k in range(40)]
    file = lines(tmp_path / "mine.csv", "day,y", *rows)
    with pytest.raises(SpecError, match="--date day=%d/%m/%Y or --date day=%m/%d/%Y"):
        proposal(file, "y")
    assert proposal(file, "y", date=["day=%d/%m/%Y"]).table["day"].max().month == 7
    with pytest.raises(
        SpecError, match="column 'day' is no date in all rows by the format %Y: it holds"
    ):
        proposal(file, "y", date=["day=%Y"])


def test_what_many_columns_hold_beside_numbers_is_told_once(tmp_path: Path) -> None:
    rows = [f"{k},{'no' if k < 3 else k},{k if k > 5 else 'no'},{k % 2}" for k in range(20)]
    file = lines(tmp_path / "mine.csv", "a,b,c,y", *rows)
    with pytest.raises(SpecError) as error:
        proposal(file, "y")
    assert len(error.value.faults) == 1
    assert "columns 'b', 'c' hold numbers, but 'no' in 6 rows" in error.value.faults[0]
    assert proposal(file, "y", na=["no"]).columns.gaps == ("b", "c")


def test_classes_that_differ_by_their_letters_case_are_noted(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "mine.csv", "a,y", *(f"{k},{('yes', 'YES', 'no')[k % 3]}" for k in range(30))
    )
    assert any("'YES' and 'yes', which differ by" in note for note in proposal(file, "y").notes)


def test_a_category_without_a_row_is_none(tmp_path: Path) -> None:
    kinds = pd.CategoricalDtype(["no", "yes", "never"])
    frame = table().assign(outcome=pd.Categorical(np.resize(["no", "yes"], 60), dtype=kinds))
    frame.to_parquet(file := tmp_path / "mine.parquet")
    found = proposal(file)
    assert "metric" not in found.problem and not any("rare" in note for note in found.notes)


def test_two_values_are_a_binary_problem_if_any(tmp_path: Path) -> None:
    table().assign(outcome=np.resize([0.5, 1.5], 60)).to_csv(
        file := tmp_path / "m.csv", index=False
    )
    assert any("--task binary" in note for note in proposal(file).notes)
    assert proposal(file, task="binary").problem["rows"]["classes"] == [0.5, 1.5]


@pytest.mark.parametrize("train", [float("nan"), float("inf"), 0.0001, -1, 0])
def test_a_share_that_is_none_is_refused(train: float, tmp_path: Path) -> None:
    table().to_csv(file := tmp_path / "mine.csv", index=False)
    with pytest.raises(SpecError, match="^--train: "):
        proposal(file, train=train)


@pytest.mark.parametrize(
    "said", [{"separator": ";"}, {"skip": 1}, {"header": False}, {"sheet": "one"}]
)
def test_what_is_said_of_a_csv_is_refused_of_a_file_that_says_it_itself(
    said: dict[str, Any], tmp_path: Path
) -> None:
    table().to_parquet(file := tmp_path / "mine.parquet")
    option = "no-header" if "header" in said else next(iter(said))
    with pytest.raises(SpecError, match=f"^--{option}: this isn't for mine.parquet"):
        proposal(file, **said)


def test_texts_of_a_parquet_file_are_asked_like_those_of_a_csv(tmp_path: Path) -> None:
    age = ["x", *(f"{k},5" for k in range(59))]
    table().assign(age=age, city=["007", "250"] * 30).to_parquet(file := tmp_path / "m.parquet")
    with pytest.raises(SpecError, match="'age' holds numbers, but 'x' in 1 row. .*--na x"):
        proposal(file)
    found = proposal(file, na=["x"])
    assert found.columns.gaps == ("age",) and list(found.columns.categorical) == ["city"]
    check_read_back("mine", found, texts(found, file), tmp_path)


def test_numbers_that_a_parquet_file_declares_to_be_categories_stay_such(tmp_path: Path) -> None:
    codes: list[Any] = [None if k == 3 else (250, 401, 272)[k % 3] for k in range(60)]
    frame = table().assign(
        code=pd.Categorical(codes),
        outcome=pd.Categorical(np.resize(range(12), 60)),
    )
    frame.to_parquet(file := tmp_path / "mine.parquet")
    found = proposal(file)
    assert found.columns.categorical["code"] == ("(missing)", "250", "272", "401")
    assert found.problem["rows"]["columns"]["code"] == "category"
    assert found.problem["task"] == "multiclass"  # twelve numbers would be a regression
    check_read_back("mine", found, texts(found, file), tmp_path)
    assert proposal(file, drop=["code"]).problem["rows"]["columns"]["code"] == "drop"
    assert proposal(file, task="regression", number=["outcome"]).columns.classes is None


def test_a_named_index_of_a_parquet_file_is_a_column(tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    frame = table().assign(person=np.repeat(range(20), 3))
    frame.set_index("person").to_parquet(file)
    found = proposal(file, group="person", drop=["id"])
    assert found.problem["rows"]["group"] == "person"
    check_read_back("mine", found, texts(found, file), tmp_path)
    frame.set_index(["person", "age"]).to_parquet(file)
    assert proposal(file).columns.numeric == ("person", "age", "id")
    frame.set_index("age").rename_axis(None).to_parquet(file)
    assert proposal(file).columns.numeric == ("id", "person")


def test_new_rows_may_have_a_column_in_their_index() -> None:
    rows = TableRows.model_validate(
        {"table": "mine", "target": "y", "columns": {"age": "number", "y": "category"}}
    )
    found = typed(tidied(table().set_index("age")), rows, ["age"], "")
    assert found["age"].tolist() == table()["age"].tolist()


def test_a_text_that_is_called_like_a_gap_is_refused_and_never_merged(tmp_path: Path) -> None:
    rows = [f"{k},{('(missing)', 'red', '')[k % 3]},{k % 2}" for k in range(30)]
    file = lines(tmp_path / "mine.csv", "a,c,y", *rows)
    with pytest.raises(SpecError, match=r"column 'c' is the text '\(missing\)' in 10 rows.*--na"):
        proposal(file, "y")
    with pytest.raises(SpecError, match=r"column 'c' is the text"):
        proposal(file, "y", category=["c"])
    assert proposal(file, "y", na=["(missing)"]).columns.categorical["c"] == ("(missing)", "red")


def test_identities_of_many_digits_stay_apart(tmp_path: Path) -> None:
    ids = [f"{98765432109876543200 + k % 20}" for k in range(60)]
    rows = [f"{i},{k * 0.5},{k % 7 % 2}" for k, i in enumerate(ids)]
    file = lines(tmp_path / "mine.csv", "person,a,y", *rows)
    found = proposal(file, "y", group="person")
    assert found.table["person"].nunique() == 20
    assert found.problem["rows"]["columns"]["person"] == "category"
    assert proposal(file, "person", train=30).problem["rows"]["classes"] == sorted(set(ids))
    rows = [f"{98765432109876543200 + k},{k * 0.5},{k % 7 % 2}" for k in range(60)]
    file = lines(tmp_path / "mine.csv", "person,a,y", *rows)
    with pytest.raises(SpecError, match="the target 'person' isn't a number"):
        proposal(file, "person", task="regression")
    found = proposal(file, "y")
    assert found.columns.numeric == ("a",)  # each row has another, so nothing is learnt from it
    assert any("'person' is left out" in note for note in found.notes)


def test_decimals_of_many_digits_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    ids = [Decimal(98765432109876543200 + k % 20) for k in range(60)]
    table().assign(id=ids).to_parquet(file)
    assert proposal(file, group="id").table["id"].nunique() == 20


def test_commas_that_no_option_reads_get_no_advice_to_say_one(tmp_path: Path) -> None:
    rows = [f'"{k + 1},00,{k % 9}00",{k % 2}' for k in range(40)]
    file = lines(tmp_path / "mine.csv", "a,y", *rows)
    for said in ({}, {"thousands": ","}):
        with pytest.raises(SpecError, match="'1,00,000'.*Expected numbers that") as error:
            proposal(file, "y", **said)
        assert "--thousands" not in str(error.value) and "--decimal" not in str(error.value)
    rows = [f'"{k + 1},500";{k % 2}' for k in range(40)]
    file = lines(tmp_path / "mine.csv", "a;y", *rows, "x;1")
    with pytest.raises(SpecError, match='--thousands "," or --decimal ","'):
        proposal(file, "y")
    with pytest.raises(SpecError, match="--na x"):
        proposal(file, "y", thousands=",")
    assert proposal(file, "y", thousands=",", na=["x"]).columns.numeric == ("a",)


@pytest.mark.parametrize("word", ["None", "null"])
def test_a_column_of_one_word_for_gaps_is_left_out_and_told(word: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.csv", "a,b,y", *(f"{k},{word},{k % 2}" for k in range(20)))
    found = proposal(file, "y")
    assert found.problem["rows"]["columns"]["b"] == "drop"
    assert any("'b' is left out" in n and f"--keep {word}" in n for n in found.notes)
    assert proposal(file, "y", keep=[word]).columns.constant == ("b",)
    assert any("it is empty" in note for note in proposal(file, "y", na=[word]).notes)


def test_a_line_of_units_is_no_row_of_gaps(tmp_path: Path) -> None:
    rows = [f"{k * 0.5},{k * k},{k * 3 % 7},{'ab'[k % 2]}" for k in range(30)]
    for units in ("kg,cm,s,-", "kg,cm,,unit"):
        file = lines(tmp_path / "mine.csv", "a,b,c,d", units, *rows)
        for target in ("c", "d"):
            with pytest.raises(SpecError, match="row 1 below the names holds texts.*'kg'") as error:
                proposal(file, target)
            assert "--na" not in str(error.value) and len(error.value.faults) == 1
    file = lines(tmp_path / "mine.csv", "a,b,c,d", "low,low,3,a", *rows)
    with pytest.raises(SpecError, match="--na low"):
        proposal(file, "d")


def test_names_over_texts_that_stand_again_are_told(tmp_path: Path) -> None:
    rows = [f"{'rgb'[k % 3]},{'xyz'[k // 3 % 3]},{'yn'[k % 2]}" for k in range(12)]
    part = ["color,shape,y", *rows]
    file = lines(tmp_path / "mine.csv", *part, *part, *part)
    for header in (None, True):
        with pytest.raises(SpecError, match="stand again in line 14, and in 1 more") as error:
            proposal(file, "y", header=header)
        assert "--no-header" not in str(error.value)
    assert len(proposal(lines(tmp_path / "mine.csv", *rows, *rows), "last").table) == 24


@pytest.mark.parametrize(
    ("first", "skip"),
    [
        (["sep=,"], 1),
        (['"SEP=,"'], 1),
        (["# made by hand"], 1),
        (["# by hand, in 2020"], 1),
        (["# by hand", "# twice"], 2),
        (["Wine"], 1),
        (["Wine of 2020,,"], 1),
        (["Wine", "", "from Italy"], 3),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_stands_above_the_names_is_passed_over_and_told(
    first: list[str], skip: int, separator: str, tmp_path: Path
) -> None:
    rows = ["a,b,y", *(f"{k},{k * 0.5},{'RM'[k % 2]}" for k in range(20))]
    table = [row.replace(",", separator) for row in rows]
    top = [s if s.startswith("# by") else s.replace(",", separator) for s in first]
    file = lines(tmp_path / "mine.csv", *top, *table)
    for header in (None, True):
        found = proposal(file, "y", header=header)
        assert len(found.table) == 20 and found.catalog["mine"]["skip"] == skip
        assert any("passed over" in note and "--skip 0" in note for note in found.notes)
    with pytest.raises(SpecError):
        proposal(file, "y", skip=0)


@pytest.mark.parametrize("first", ["Wine", "Wine of 2020"])
def test_a_title_of_a_sheet_is_passed_over(first: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    with pd.ExcelWriter(file) as writer:
        table().to_excel(writer, index=False, startrow=2)
        writer.sheets["Sheet1"].cell(1, 1, first)
        table().to_excel(writer, sheet_name="again")
    found = proposal(file)
    assert found.catalog["mine"]["skip"] == 2 and len(found.table) == 60
    assert any("'again' (--sheet)" in note for note in found.notes)


def test_a_first_row_with_a_gap_is_no_title(tmp_path: Path) -> None:
    rows = [f"{'rgb'[k % 3]},{k},{k % 2}" for k in range(20)]
    file = lines(tmp_path / "mine.csv", "r,,", *rows, ",,1")
    assert proposal(file, "2", header=False, labelled_only=True).columns.categorical


def test_the_separator_is_what_cuts_the_lines_whatever_a_file_is_called(tmp_path: Path) -> None:
    table().to_csv(file := tmp_path / "mine.tsv", index=False)
    assert proposal(file).columns.numeric == ("id", "age")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp1252"])
def test_the_encoding_is_told_by_the_bytes(encoding: str, tmp_path: Path) -> None:
    frame = table().assign(city=np.resize(["Zürich", "Málaga", "Île"], 60))
    frame.to_csv(file := tmp_path / "mine.csv", index=False, encoding=encoding)
    found = proposal(file)
    assert set(found.columns.categorical["city"]) == {"Zürich", "Málaga", "Île"}
    told = any("isn't UTF-8; read as" in note for note in found.notes)
    assert told == (encoding != "utf-8-sig")
    check_read_back("mine", found, texts(found, file), tmp_path)


def test_the_worst_is_told_first_and_nothing_that_was_said_already(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rng = np.random.default_rng(3)
    visits = pd.DataFrame({"patient": np.resize(range(30), 300), "code": rng.integers(1, 6, 300)})
    visits["day"] = np.sort(rng.integers(0, 90, 300))
    visits["dose"] = rng.normal(size=300)
    visits["ill"] = np.where(visits["code"] % 2 == rng.binomial(1, 0.8, 300), "yes", "no")
    visits.assign(drug=visits["ill"].map({"yes": "A", "no": "B"})).to_csv(file, index=False)
    flags = ["--drop drug", "--time day", "--group patient", "--category code"]
    for said, told in (
        ({}, flags),
        ({"drop": ["drug"]}, flags[1:]),
        ({"group": "patient"}, [flags[0], flags[3]]),
        ({"category": ["code"]}, flags[:3]),
    ):
        found = proposal(file, "ill", **said).notes
        assert [note[note.index("--") : -1] for note in found] == told


def test_rows_may_belong_together_by_texts_that_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rng = np.random.default_rng(4)
    flats = pd.DataFrame(rng.normal(size=(60, 3)), columns=["floor", "size", "outcome"])
    flats["house"] = [f"house {k}" for k in rng.permutation(60)]
    flats = flats.loc[np.tile(flats.index, 5)].assign(age=rng.normal(size=300))
    flats.to_csv(file, index=False)
    found = proposal(file)
    assert "house" not in found.columns.predict
    assert any(note.endswith("--group house.") for note in found.notes)
    for said in ({"group": "house"}, {"drop": ["house"]}):
        assert not any("--group" in note for note in proposal(file, **said).notes)
