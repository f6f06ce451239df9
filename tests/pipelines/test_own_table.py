"""From a CSV to a network to use: the way that docs/own-data.md goes, on a small table."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.command_lines import type_in
from tests.conftest import blocks, copy_project

RECIPES = {"dropout": "after_each.Dropout.rate", "batch_norm": None, "snapshot_ensemble": None}
VALUES = [0.2, 0.6]
FEW = (
    f"screen.recipes=[{','.join(RECIPES)}],screen.repeats=3,screen.holdouts=2,"
    "protocol.fresh.repeats=4,protocol.fixed.repeats=2,"
    "mine.training.epochs=8,cocktail.repeats=2,cocktail.trials=5,cocktail.startup=2,"
    "cocktail.holdouts=2,workers=2,answer.repeats=3,answer.trials=3,answer.startup=1,"
    "answer.holdouts=1,answer.finalists=2,answer.finals=2,answer.seeds=2"
)
FOUNDATIONS, REFERENCES = ("robust", "cosine"), ("LogisticRegression", "SVC")
STARTS = [{"dropout": 0.2, "robust": None, "cosine": None}]
NASTY = 'city <b>"&'  # as a column's name


def rows(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    age = rng.normal(40, 10, n)
    city = rng.choice(["Rome", "Oslo"], n)
    outcome = np.where(age + 8 * (city == "Rome") + rng.normal(0, 4, n) > 44, "yes", "no")
    age[:4] = np.nan
    return pd.DataFrame({"id": range(n), "age": age, NASTY: city, "flat": 1, "outcome": outcome})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a few recipes and a table."""
    root = copy_project(tmp_path_factory.mktemp("own"))
    kept = {name: blocks("recipes")["recipes"][name] for name in (*RECIPES, "mixup")}
    for name, path in RECIPES.items():  # and one that isn't asked for
        kept[name]["strength"] = {path: VALUES} if path else {}
    less = {"recipes": {"recipes": kept}, "foundations": {"starts": STARTS}, "references": {}}
    for kind, names in (("foundations", FOUNDATIONS), ("references", REFERENCES)):
        less[kind][kind] = {name: blocks(kind)[kind][name] for name in names}
    for kind, block in less.items():
        (root / "conf" / "base" / f"{kind}.yml").write_text(yaml.safe_dump(block))
    (root / "data" / "01_raw").mkdir(parents=True)
    rows().to_csv(root / "data" / "01_raw" / "mine.csv", index=False)
    rows(9).drop(columns="outcome").to_csv(root / "data" / "01_raw" / "mine_new.csv", index=False)
    return root


@pytest.fixture(scope="module")
def printed(folder: Path) -> list[str]:
    """What each command of the walk says."""
    done = type_in(
        folder,
        "kedro regpipe new-problem mine --file data/01_raw/mine.csv --target outcome --drop id",
        f"kedro run --pipelines=mine_cocktail --params {FEW}",
        f"kedro run --pipelines=mine_export --params {FEW},export.side=network",
        "kedro run --pipelines=mine_predict",
        "kedro regpipe list mine",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("$ kedro ")[1:]


def test_the_file_is_looked_at_and_becomes_a_problem(printed: list[str], folder: Path) -> None:
    assert "binary: no (" in printed[0] and re.search(r"age +number +.* gaps", printed[0])
    assert "hold one value: 'flat'" in printed[0]
    block = yaml.safe_load((folder / "conf" / "base" / "problems_mine.yml").read_text())["mine"]
    assert block["rows"]["classes"] == ["no", "yes"] and block["rows"]["columns"]["id"] == "drop"
    assert list(block["network"]) == ["hidden1", "hidden2", "output"]
    further = "mine_answer, mine_export, mine_predict, mine_screen, mine_cocktail"
    assert f" and {further}\n" in printed[-1]


def test_the_screen_leaves_what_a_technique_leaves_in_a_folder_of_the_problem(
    printed: list[str], folder: Path
) -> None:
    runs = pd.read_csv(folder / "data" / "07_model_output" / "mine" / "dropout" / "runs.csv")
    assert len(runs) == 2 + 3 and {"test_accuracy", "test_auc"} <= set(runs)
    page = folder / "data" / "08_reporting" / "mine_screen" / "report-pages" / "dropout.html"
    block = page.read_text()
    assert "mine_dropout:" in block and "# The strength chosen most often," in block
    summary = json.loads(
        (folder / "data" / "08_reporting" / "mine" / "dropout" / "summary.json").read_text()
    )
    assert summary["problem"] == "mine" and summary["fresh"]["rows"] == "new splits"
    board = pd.read_csv(folder / "data" / "08_reporting" / "mine_screen" / "leaderboard.csv")
    assert set(board["technique"]) == set(RECIPES)


def test_a_dose_is_chosen_by_validation_rows_and_trained_on_all(
    printed: list[str], folder: Path
) -> None:
    output = folder / "data" / "07_model_output" / "mine" / "dropout"
    trials, runs = pd.read_csv(output / "trials.csv"), pd.read_csv(output / "runs.csv")
    assert set(trials[RECIPES["dropout"]]) >= set(VALUES)
    sizes = trials.groupby("repeat").size()
    assert sizes.index.tolist() == [0, 1, 2] and sizes.nunique() == 1  # all trained on all rows
    for repeat, part in trials.groupby("repeat"):
        judged = part[~part["pruned"]]
        merit = judged["validation_accuracy"] - 1e-6 * judged["validation_loss"]
        chosen = judged.loc[merit.idxmax()]
        run = runs[(runs["protocol"] == "fresh") & (runs["repeat"] == repeat)].iloc[0]
        assert run["test_loss"] == pytest.approx(chosen["test_loss"], rel=1e-5)
        assert run["train_rows"] == 42
    tuning = pd.read_csv(folder / "data" / "08_reporting" / "mine_screen" / "tuning.csv")
    assert (tuning["optimistic"] >= tuning["honest"] - 1e-9).all()


def test_other_models_stand_beside_the_network(printed: list[str], folder: Path) -> None:
    table = pd.read_csv(folder / "data" / "08_reporting" / "mine_screen" / "references.csv")
    assert set(table["model"]) == {"network", *REFERENCES}
    network = table[table["model"] == "network"].iloc[0]
    other = table[table["model"] == "LogisticRegression"].iloc[0]
    assert other["difference"] == pytest.approx(other["mean"] - network["mean"])
    words = " ".join(printed[1].split())
    assert "models of scikit-learn on the same splits" in words
    # The baseline has a fourth repeat, which nothing is compared over.
    assert (table["repeats"] == 3).all()
    assert f"a test accuracy of {network['mean']:.3f} over 3 repeats." in words
    (row,) = (line for line in printed[1].splitlines() if "(baseline)" in line)
    assert f" {network['mean']:.3f}±" in row
    page = (folder / "data" / "08_reporting" / "mine_screen" / "report.html").read_text()
    assert "in the same 3 repeats" in page


def test_the_cocktail_has_a_page_of_its_own(printed: list[str], folder: Path) -> None:
    shown = "data/08_reporting/mine_cocktail/report.html"
    assert shown in printed[1]
    page = (folder / shown).read_text()
    assert "Which techniques help together on Mine?" in page
    assert page.count("<section") == 4
    assert ("model.compile(" in page) != ("No recipe is in more than half" in page)


def test_the_report_shows_and_escapes_what_is_in_the_file(printed: list[str], folder: Path) -> None:
    page = (folder / "data" / "08_reporting" / "mine_screen" / "report.html").read_text()
    assert "Which regularization technique helps on Mine?" in page
    assert "Is a network worth it at all?" in page and "LogisticRegression" in page
    assert "<b>&#34;" not in page and 'city <b>"' not in page


def test_the_cocktail_is_compared_and_taken_apart(printed: list[str], folder: Path) -> None:
    mixtures = pd.read_csv(folder / "data" / "07_model_output" / "mine_cocktail" / "mixtures.csv")
    best = mixtures[mixtures["without"].isna()]
    assert len(best) == 2 and (best["trials"] == 5).all()
    assert not best["mixture"].str.contains("mixup").any()
    for row in best.to_dict("records"):
        left_out = mixtures[(mixtures["repeat"] == row["repeat"]) & mixtures["without"].notna()]
        assert set(left_out["without"]) == set(json.loads(row["mixture"]))
    answer = json.loads(
        (folder / "data" / "08_reporting" / "mine_cocktail" / "summary.json").read_text()
    )
    assert set(answer["against"]) == {"baseline", "single"}
    assert "over the best single technique" in " ".join(printed[1].split())
    written = (folder / "data" / "08_reporting" / "mine_cocktail" / "technique.yml").read_text()
    common = set.intersection(*({*json.loads(mixture)} for mixture in best["mixture"]))
    assert (yaml.safe_load(written) or {}).keys() == ({"mine_mixture"} if common else set())


def test_an_interrupted_search_keeps_its_trials(printed: list[str], folder: Path) -> None:
    """As if it had been killed after five of seven, and before anything else was written."""
    journal = folder / "data" / "06_models" / "mine_cocktail" / "trials.log"
    begun = journal.read_text().count('"op_code":4,')  # trials
    assert begun == 2 * 5
    with journal.open("a") as file:
        file.write('{"op_code":4,"worker_i')
    (folder / "data" / "07_model_output" / "mine_cocktail" / "mixtures.csv").unlink()
    done = type_in(
        folder,
        f"kedro run --pipelines=mine_cocktail --params {FEW.replace('trials=5', 'trials=7')}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    mixtures = pd.read_csv(folder / "data" / "07_model_output" / "mine_cocktail" / "mixtures.csv")
    best = mixtures[mixtures["without"].isna()]
    assert (best["trials"] == 7).all()
    assert "They are cut off" in " ".join((done.stdout + done.stderr).split())
    assert journal.read_text().count('"op_code":4,') == 2 * 7


def test_new_rows_are_predicted_by_the_folder_alone(printed: list[str], folder: Path) -> None:
    from regpipe.backend import keras
    from regpipe.tables.exported import load

    exported = folder / "data" / "06_models" / "mine_export"
    export = " ".join(printed[2].split())
    assert "trained on all 60 rows of mine" in export and "9 rows of mine predicted" in printed[3]
    predictor = load(exported)
    assert predictor.about.model == "network" and predictor.about.rows == 60
    new = pd.read_csv(folder / "data" / "01_raw" / "mine_new.csv")
    found = predictor.predict(new)
    assert set(found["prediction"]) <= {"no", "yes"}
    np.testing.assert_allclose(found.filter(like="probability").sum(axis=1), 1, rtol=1e-5)
    written = pd.read_csv(folder / "data" / "07_model_output" / "mine" / "predicted.csv")
    np.testing.assert_allclose(
        written["probability of yes"], found["probability of yes"], rtol=1e-5
    )
    assert list(written["id"]) == list(new["id"])
    assert isinstance(keras.models.load_model(exported / "model.keras"), keras.Model)
    code, chosen = (exported / "model.py").read_text(), predictor.about.chosen["mixture"]
    assert ("keras.layers.Dropout(" in code) == ("dropout" in chosen)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.drop(columns="age"), "column 'age' is missing"),
        (lambda t: t.rename(columns={"age": "agee"}), "Did you mean 'agee'?"),
        (lambda t: t.assign(age="old"), "column 'age' is 'old' in 9 rows. Expected a number"),
        (lambda t: t.assign(**{NASTY: "Paris"}), "is 'Paris' in 9 rows, and never was so"),
        (lambda t: t.assign(**{NASTY: None}), "is '(missing)' in 9 rows, and never was so"),
        (lambda t: t.assign(age=np.inf), "column 'age' is infinite"),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    printed: list[str], folder: Path, change: Any, expected: str
) -> None:
    from regpipe.errors import SpecError
    from regpipe.tables.exported import load

    predictor = load(folder / "data" / "06_models" / "mine_export")
    with pytest.raises(SpecError) as error:
        predictor.predict(change(rows(9)), unknown_categories="refuse")
    assert len(error.value.faults) == 1 and expected in error.value.faults[0]


def test_unknown_categories_are_told_and_counted(printed: list[str], folder: Path) -> None:
    from regpipe.tables.exported import load

    predictor = load(folder / "data" / "06_models" / "mine_export")
    with pytest.warns(UserWarning, match="'Paris' in 9 rows, .*: taken for none of those known"):
        found = predictor.predict(rows(9).assign(**{NASTY: "Paris"}))
    assert found["probability of yes"].between(0, 1).all()


def test_a_changed_file_that_does_not_fit_any_more_is_told_in_a_line(
    printed: list[str], folder: Path
) -> None:
    file = folder / "data" / "01_raw" / "mine.csv"
    whole = file.read_bytes()
    try:
        rows().drop(columns="outcome").to_csv(file, index=False)
        done = type_in(folder, f"kedro run --pipelines=mine --params {FEW}", cheaply=False)
        assert done.returncode and "mine.rows: column 'outcome' is missing" in done.stderr
        assert "is missing" not in done.stdout  # it is told once
        file.write_bytes("id,näme\n1,2\n".encode("cp1252"))
        done = type_in(folder, f"kedro run --pipelines=mine --params {FEW}", cheaply=False)
        output = done.stdout + done.stderr
        assert done.returncode and "This file isn't UTF-8" in output and "Traceback" not in output
    finally:
        file.write_bytes(whole)
