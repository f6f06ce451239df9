"""Exports that are damaged, mixed up or made up, and rows that no export can predict."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.tables.exported import Predictor, load
from regpipe.tables.sealed import seal
from tests.exports import predictor, rows


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "mine_export"
    predictor().save(folder)
    return folder


@pytest.fixture
def export(whole: Path, tmp_path: Path) -> Path:
    """An export that a test may damage."""
    return Path(shutil.copytree(whole, tmp_path / "mine_export"))


def line(export: Path, **given: Any) -> str:
    """Return the one line by which an export is refused."""
    with pytest.raises(SpecError) as refused:
        load(export, **given)
    (fault,) = refused.value.faults
    assert "\n" not in fault
    return fault


def test_an_export_comes_back_and_can_be_checked_by_the_usual_tool(export: Path) -> None:
    found = load(export)
    assert found.about == predictor().about
    pd.testing.assert_frame_equal(found.predict(rows()), predictor().predict(rows()))
    assert (found.predict(rows())["prediction"] == rows()["ill"]).mean() > 0.9
    listed = (export / "SHA256SUMS").read_text().splitlines()
    files = ["about.json", "model.py", "model.skops", "preprocessing.skops"]
    assert [entry[66:] for entry in listed] == files
    (export / ".DS_Store").write_text("of a file browser")
    load(export)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "flipped": flip,
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "empty": lambda file: file.write_bytes(b""),
    "garbage": lambda file: file.write_bytes(b"\x00\xff" * 40),
    "missing": lambda file: file.unlink(),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["about.json", "model.py", "model.skops", "preprocessing.skops"])
def test_a_file_that_is_not_as_it_was_written_is_named(
    name: str, damage: str, export: Path
) -> None:
    DAMAGES[damage](export / name)
    assert f"{export / name}: " in line(export) and "Make the export anew" in line(export)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_list_of_digests_that_is_damaged_is_told(damage: str, export: Path) -> None:
    DAMAGES[damage](export / "SHA256SUMS")
    assert "Make the export anew" in line(export)


def test_a_file_of_another_export_is_named(export: Path, tmp_path: Path) -> None:
    predictor(problem="theirs").save(tmp_path / "theirs")
    shutil.copy(tmp_path / "theirs" / "about.json", export)
    assert "about.json: it isn't as it was written" in line(export)


def test_a_file_beside_an_export_is_refused_and_never_removed(export: Path) -> None:
    (export / "model.keras").write_text("of an export before")
    assert "model.keras: this is no part of the export. Move it" in line(export)
    (export / "model.keras").rename(export / "notes.txt")
    with pytest.raises(SpecError, match="notes.txt: this is no part of the export. Move it"):
        predictor().save(export)
    assert (export / "notes.txt").exists()


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    assert "there is no such folder" in line(tmp_path / "none")
    assert "it has no SHA256SUMS" in line(tmp_path)


def made_up(export: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change about.json, and write digests that fit."""
    about = json.loads((export / "about.json").read_text())
    change(about)
    (export / "about.json").write_text(json.dumps(about))
    seal(export)
    return export


def put(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda about: about.update(values)


def put_columns(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda about: about["columns"].update(values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(temperature=0), "temperature: expected a number above 0, received 0"),
        (put(temperature=-1.0), "temperature: "),
        (put(temperature=float("nan")), "temperature: "),
        (put(temperature=float("inf")), "temperature: "),
        (put(temperature="1.0"), "temperature: "),
        (put(mean="x"), "mean: "),
        (put(mean=float("nan")), "mean: "),
        (put(deviation=0), "deviation: "),
        (put(rows=0), "rows: "),
        (put(rows=1.5), "rows: "),
        (put(base_rates=[0.5]), "base_rates: expected a number for each of 2 classes, received 1"),
        (put(base_rates=[0.0, 0.0]), "base_rates: expected some above 0"),
        (put(base_rates=[-1.0, 2.0]), "base_rates.0: "),
        (put(class_weight=[1.0, float("nan")]), "class_weight.1: "),
        (put(class_weight=[1, 2, 3]), "class_weight: expected a number for each of 2 classes"),
        (put(task="ranking"), "task: "),
        (put(task="regression"), "a regression problem can't have 2 classes"),
        (put(technique="baseline"), "technique: there is no such key"),
        (lambda about: about.pop("chosen"), "chosen: this key is missing"),
        (put(chosen={"mixture": {}}), "chosen.setting: expected it as the LogisticRegression has"),
        (put(target="town"), "target: 'town' isn't that of the table, 'ill'"),
        (put(model=""), "model: "),
        (put(model="network"), "chosen.mixture: expected it as the network has it"),
        (put(columns=["age"]), "columns: "),
        (put_columns(classes=["no", "yes", "perhaps"]), "can't have 3 classes"),
        (put_columns(classes=["no", "no"]), "expected different classes"),
        (put_columns(classes=[["no"], "yes"]), "columns.classes.0"),
        (put_columns(numeric="ab"), "columns.numeric: "),
        (put_columns(numeric=["age", "age"]), "columns: expected each once"),
        (put_columns(numeric=["town"]), "'town' is declared as category by the table"),
        (put_columns(numeric=["weight"]), "'weight' is declared as nothing by the table"),
        (put_columns(numeric=[]), "parts don't go together"),
        (put_columns(gaps=["town"]), "columns.gaps: 'town' is neither a number nor a date"),
        (put_columns(categorical={"town": []}), "town: expected different categories"),
        (put_columns(categorical={"town": ["Rome"]}), "parts don't go together"),
        (put_columns(dates={"age": ["days"]}), "'age' is declared as number by the table"),
        (put_columns(shape=[1]), "columns.shape: expected no such key"),
        (put(table={"table": "mine", "target": "ill"}), "is declared as nothing by the table"),
        (put(versions=[]), "versions: "),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(
    change: Callable[[dict[str, Any]], object], said: str, export: Path
) -> None:
    assert said in line(made_up(export, change))


@pytest.mark.parametrize("text", [b"[]", b"null", b"{", b"\xff\xfe{\x00", b"[" * 100_000])
def test_about_that_is_no_mapping_is_refused(text: bytes, export: Path) -> None:
    (export / "about.json").write_bytes(text)
    seal(export)
    assert "about.json: " in line(export)


def swapped(export: Path, name: str, content: Any) -> Path:
    """Put another object in the place of one, with digests that fit."""
    import skops.io

    skops.io.dump(content, export / name)
    seal(export)
    return export


def test_parts_that_are_something_else_are_refused(export: Path) -> None:
    mine = predictor()
    for name, other in (("model.skops", mine.preprocessing), ("preprocessing.skops", mine.model)):
        kept = (export / name).read_bytes()
        for content in ({"a": 1}, np.zeros(3), other):
            assert "its parts don't go together" in line(swapped(export, name, content))
        (export / name).write_bytes(kept)


def test_a_model_that_says_no_probabilities_of_these_classes_is_refused(export: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(1).normal(size=(30, 6))
    for y in (np.resize([0, 1, 2], 30), np.resize(["no", "yes"], 30)):
        model = LogisticRegression().fit(x, y)
        assert "its parts don't go together" in line(swapped(export, "model.skops", model))
    model = LogisticRegression().fit(x[:, :4], np.resize([0, 1], 30))
    assert "its parts don't go together" in line(swapped(export, "model.skops", model))
    model = LogisticRegression().fit(x, np.resize([0, 1], 30))
    model.coef_[:] = np.nan
    assert "its parts don't go together" in line(swapped(export, "model.skops", model))


@pytest.fixture(scope="module")
def mine() -> Predictor:
    return predictor()


@pytest.mark.parametrize(
    "given", [{"age": [1]}, [{"age": 1}], "rows.csv", Path("rows.csv"), None, np.zeros((2, 3)),
              pd.Series([1.0], name="age")],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_what_is_no_frame_is_said(given: Any, mine: Predictor) -> None:
    with pytest.raises(SpecError, match="^these rows: expected a pandas DataFrame, received a"):
        mine.predict(given)


def test_no_rows_have_no_predictions(mine: Predictor) -> None:
    columns = ["prediction", "probability of no", "probability of yes"]
    for frame in (rows().head(0), rows().astype(str).head(0)):
        found = mine.predict(frame)
        assert list(found) == columns and len(found) == 0


BAD_FRAMES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no columns": (lambda t: t[[]], "the columns 'age', 'town', 'code' are missing. There are no"),
    "other columns": (lambda t: t.rename(columns=str.upper), "Those that there are: 'AGE', 'TOWN'"),
    "no age": (lambda t: t.drop(columns="age"), "column 'age' is missing. Those that there are: "),
    "twice": (lambda t: pd.concat([t, t], axis=1), "'age', 'town', 'code', 'ill' names more than"),
    "complex": (lambda t: t.assign(age=1j), "column 'age' is '1j' in 6 rows"),
    "dates": (lambda t: t.assign(age=pd.Timestamp("2020-01-01")), "is '2020-01-01' in 6 rows"),
    "lists": (lambda t: t.assign(age=[[1]] * 6), "column 'age' is '[1]' in 6 rows"),
    "frames": (lambda t: t.assign(age=[t] * 6), r"column 'age' is 'age  town code  ill\n0  20.0"),
    "control": (lambda t: t.assign(age="\x1b[31m\nx"), r"is '\x1b[31m\nx' in 6 rows"),
    "digits": (lambda t: t.assign(age=[10**400] * 6), "column 'age' is infinite in 6 rows"),
    "huge": (lambda t: t.assign(age=1e300), "column 'age' is beyond 3.4e+38 in 6 rows"),
    "codes": (lambda t: t.assign(code=[7, 10] * 3), "holds numbers, and its values are texts"),
}


@pytest.mark.parametrize("case", BAD_FRAMES)
def test_rows_that_no_export_can_predict_are_one_line(case: str, mine: Predictor) -> None:
    change, said = BAD_FRAMES[case]
    with pytest.raises(SpecError) as refused:
        mine.predict(change(rows(6)))
    (fault,) = refused.value.faults
    assert said in fault and "\n" not in fault and len(fault) < 500


def test_numbers_that_lie_too_far_away_to_be_scaled_are_told() -> None:
    found = predictor()
    found.preprocessing.named_transformers_["numbers"][-1].scale_[:] = 1e-30
    with pytest.raises(SpecError, match="these rows: 6 rows can't be scaled. Expected numbers"):
        found.predict(rows(6).assign(age=1e30))


def test_a_prediction_that_is_no_number_is_told() -> None:
    found = predictor()
    found.model.coef_[:] = np.nan
    with pytest.raises(SpecError, match="these rows: 6 rows have no prediction. Expected"):
        found.predict(rows(6))


def test_a_word_that_pandas_took_for_a_gap_is_told(mine: Predictor) -> None:
    frame = rows(6).assign(town=["Rome", None] * 3)
    with pytest.warns(UserWarning) as told:
        mine.predict(frame)
    assert "the file may have the value 'NA'. `pd.read_csv(..., dtype=str" in str(told[-1].message)
    mine.predict(rows(6))  # nothing is lost of texts, nor where there is no gap: no warning
    mine.predict(rows(6).astype(str))


def test_frames_of_other_types_say_the_same(mine: Predictor) -> None:
    whole = rows(6).assign(age=[20, 30, 35, 45, 50, 60])
    expected = mine.predict(whole)
    for frame in (
        whole.astype(object),
        whole.astype(str),
        whole.astype({"age": "Int64", "town": "category"}),
        whole.convert_dtypes(dtype_backend="pyarrow"),
        whole.astype({"age": "float16"}),
        whole.set_index("town"),
    ):
        found = mine.predict(frame)
        np.testing.assert_array_equal(found["prediction"], expected["prediction"])
        np.testing.assert_allclose(found.filter(like="prob"), expected.filter(like="prob"))
