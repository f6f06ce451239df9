"""The study as a whole, of a few techniques: leaderboard, claims, report, and the notebook."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient

from regpipe.language import Protocol, Statistics
from regpipe.pipelines.looks import Look
from regpipe.pipelines.study.nodes import judge_mechanisms
from regpipe.statistics.answer import Answer
from regpipe.statistics.difference import mean_difference
from regpipe.statistics.plan import Plan
from tests.command_lines import type_in
from tests.conftest import PROJECT, arm_called, blocks, copy_project, summary_of

PROBLEMS = ("moons", "circles", "diabetes")  # those whose histories stopping rules are replayed on
TECHNIQUES = ("weight_l2", "early_stopping_checkpoint", "dropout", "early_stopping_regression")
FEW = "protocol.fresh.repeats=3,protocol.fixed.repeats=2,protocol.fresh.score_rows=100"


def mechanisms() -> dict[str, Any]:
    """Return the claims about these techniques, the last of them in words that aren't kind."""
    arms = {None, *PROBLEMS, *TECHNIQUES}
    kept = {
        name: claim
        for name, claim in blocks("mechanisms")["mechanisms"].items()
        if {claim["arm"], claim.get("beside")} <= arms
    }
    kept[list(kept)[-1]]["statement"] = '<script>alert("y")</script>'
    return kept


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a few problems and techniques, one of them with a title that isn't kind."""
    folder = copy_project(tmp_path_factory.mktemp("small"))
    (folder / "notebooks").mkdir()
    for kind, names in (("problems", PROBLEMS), ("techniques", TECHNIQUES)):
        for env in ("base", "quick"):
            file = folder / "conf" / env / f"{kind}.yml"
            if file.exists():
                kept = {n: b for n, b in yaml.safe_load(file.read_text()).items() if n in names}
                if "dropout" in kept:
                    kept["dropout"]["title"] = 'Dropout <script>alert("x")</script>'
                for name in set(kept) & set(PROBLEMS) if env == "quick" else ():
                    kept[name]["training"]["epochs"] = 10
                file.write_text(yaml.safe_dump(kept, sort_keys=False))
    file = folder / "conf" / "base" / "mechanisms.yml"
    file.write_text(yaml.safe_dump({"mechanisms": mechanisms()}, sort_keys=False))
    return folder


STUDY = f"kedro run --env=quick --params {FEW}"


@pytest.fixture(scope="module")
def printed(small: Path) -> str:
    """What the run of the study says."""
    done = type_in(small, STUDY)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def root(small: Path, printed: str) -> Path:
    return small / "data" / "quick"


def test_it_ends_with_what_it_says_as_a_whole(printed: str, root: Path) -> None:
    assert "Of 4 techniques, " in printed and "published number" not in printed
    assert "so not judged: 10 epochs instead of 4000 (moons, circles)" in printed
    assert "How much a single run's score varies" in printed
    report = re.search(r"All of it: (\S+)", printed)
    assert report and (root.parents[1] / report[1]).samefile(root / "08_reporting" / "report.html")


def test_the_leaderboard_says_what_the_summaries_say(root: Path) -> None:
    table = pd.read_csv(root / "08_reporting" / "leaderboard.csv").set_index("technique")
    assert set(table.index) == set(TECHNIQUES)
    for name, row in table.iterrows():
        answer = Answer.model_validate(summary_of(root, str(name)))
        gain = answer.gain
        assert (row["problem"], row["metric"]) == (answer.problem, answer.metric)
        assert row["difference"] == pytest.approx(gain.mean)
        ends = [gain.ci_low, gain.ci_high]  # none of so few pairs
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(ends, nan_ok=True)
        assert (row["verdict"], row["repeats"]) == (answer.fresh.verdict, 3)
    assert (table["p_joint"].dropna() >= table["p_value"].dropna()).all()


def test_every_published_number_is_a_claim(root: Path) -> None:
    claims = pd.read_csv(root / "08_reporting" / "claims.csv", keep_default_na=False)
    published = {n: b.get("published") for n, b in blocks("problems").items() if n in PROBLEMS}
    techniques = {n: b for n, b in blocks("techniques").items() if n in TECHNIQUES}
    published |= {name: block.get("published") for name, block in techniques.items()}
    expected = {
        (name, key)
        for name, numbers in published.items()
        for key in ("train", "test", "epochs", "best_epoch")
        if numbers and key in numbers
    }
    words = {"stopping epoch": "epochs", "best epoch": "best_epoch"}
    single = claims[claims["at"] == ""]
    found = {
        (row["arm"], words.get(row["number"], row["number"].split()[0]))
        for row in single.to_dict("records")
    }
    assert found == expected and len(single) == len(expected)
    grid = techniques["weight_l2"]["grid_published"]
    assert len(claims) - len(single) == len(grid["train"]) + len(grid["test"])
    assert set(claims["reproduction"]) == {"not comparable"} and set(claims["reproduced"]) == {""}
    gains = single[single["holds"] != ""]
    assert set(gains["holds"]) == {"not comparable"}
    assert set(gains["arm"]) == {"weight_l2", "early_stopping_checkpoint", "dropout"}


def test_every_claim_of_mechanism_is_measured_and_none_is_judged_that_isnt_as_shipped(
    printed: str, root: Path
) -> None:
    table = pd.read_csv(root / "08_reporting" / "mechanisms.csv").set_index("claim")
    assert list(table.index) == list(mechanisms())
    assert set(table["verdict"]) == {"can't be told here"}
    assert set(table["why"]) == {"10 epochs instead of 4000"} and set(table["repeats"]) == {3}
    runs = pd.read_csv(root / "07_model_output" / "weight_l2" / "runs.csv")
    norms = runs.loc[runs["protocol"] == "fresh", "norm_hidden"]
    assert table.loc["l2_shrinks_its_weights", "arm_mean"] == pytest.approx(norms.mean())
    history = pd.read_parquet(root / "07_model_output" / "moons" / "history.parquet")
    fresh = history[history["protocol"] == "fresh"].set_index("epoch")
    best = fresh.groupby("repeat")["val_loss"].idxmin().mean()
    assert table.loc["stopping_near_800", "arm_mean"] == pytest.approx(best)
    assert f"Of {len(table)} claims about what happens inside of networks, 0 hold" in printed
    assert "Claim by claim: data/quick/08_reporting/mechanisms.csv" in printed


@pytest.mark.parametrize(
    ("about", "changes", "why"),
    [
        ("weight_l2", {}, ""),
        ("weight_l2", {"training": {"epochs": 5}}, "4000 epochs instead of 5"),
        ("moons", {"split": {"train": 20}}, "30 rows trained on instead of 20"),
        ("football", {}, "stand-in: can't tell. The tutorial's rows carry no licence"),
    ],
)
def test_what_isnt_as_shipped_judges_no_claim(about: str, changes: Any, why: str) -> None:
    arm = arm_called(about)
    table = pd.DataFrame({"protocol": "fresh", "repeat": range(6), "norm_hidden": 3.0})
    keys = {"settings": "same", "data_seed": 1, "fit_seed": 1, "train_rows": 30, "test_rows": 70}
    left = dict.fromkeys((about, arm.problem))
    read = blocks("problems"), blocks("techniques")
    look = Look("a digest", arm.problem, about, "30", Plan(), Protocol(), Statistics())
    found = judge_mechanisms(
        Statistics(),
        claims={
            "mine": {
                "statement": "s", "source": "s", "arm": about, "measure": "norm_hidden",
                "near": 3.0, "within": 1.0,
            }
        },
        shipped={
            name: {
                "problem": read[0][arm.problem] | (changes if name == about == arm.problem else {}),
                "technique": read[1].get(name, {}) | (changes if about != arm.problem else {}),
            }
            for name in left
        },
        **{f"{name}.block": (read[0] | read[1])[name] for name in left},
        **{f"{name}.runs": table.assign(**keys) for name in left},
        **{f"{name}.look": look for name in left if name in read[1]},
    )  # fmt: skip
    (row,) = found.to_dict("records")
    assert row["verdict"] == ("can't be told here" if why else "holds")
    assert row["why"].startswith(why) and bool(row["why"]) == bool(why)


def test_the_report_tells_every_technique_and_runs_nothing_that_a_user_wrote(root: Path) -> None:
    reporting = root / "08_reporting"
    page = (reporting / "report.html").read_text()
    pages = {name: (reporting / f"report-pages/{name}.html").read_text() for name in TECHNIQUES}
    for name, own in pages.items():
        assert f'href="report-pages/{name}.html"' in page
        assert "<script>alert" not in own and "keras.Sequential" in own
        runs = pd.read_csv(reporting / f"report-pages/{name}.csv")
        assert len(runs) == len(pd.read_csv(root / "07_model_output" / name / "runs.csv"))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "&lt;script&gt;alert(&#34;y&#34;)" in page and 'id="section--inside"' in page
    assert page.count("data:image/webp") == 3 + 3  # of all, of rows
    drawn = sum(own.count("data:image/webp") for own in pages.values())
    assert drawn == 4 * len(TECHNIQUES) + 1  # a grid


def test_what_is_asked_on_the_page_starts_from_what_was_told(root: Path) -> None:
    page = (root / "08_reporting" / "report.html").read_text()
    data = page.partition('id="ask--data">')[2].partition("</script>")[0]
    asked = json.loads(data)
    assert set(asked["techniques"]) == set(TECHNIQUES)
    for name, told in asked["techniques"].items():
        summary = json.loads((root / "08_reporting" / name / "summary.json").read_text())
        gain = summary["fresh"]["difference"][told["metric"]]
        pairs = np.array(told["pairs"], float)
        found = mean_difference(pairs, told["smallest"], told["level"], told["overlap"])
        assert found.mean == pytest.approx(gain["mean"], rel=1e-5, abs=1e-9)
        if gain["ci_low"] is not None:
            assert (found.low, found.high) == pytest.approx(
                (gain["ci_low"], gain["ci_high"]), rel=1e-4
            )


def test_where_the_noise_comes_from_is_told_for_every_problem(root: Path) -> None:
    shares = pd.read_csv(root / "08_reporting" / "variance" / "variance.csv")
    assert set(shares["problem"]) == set(PROBLEMS)
    assert (root / "08_reporting" / "variance" / "variance.png").stat().st_size
    assert (root / "08_reporting" / "study" / "forest.png").stat().st_size


def test_a_second_run_makes_nothing_and_says_the_same(
    small: Path, printed: str, root: Path, without_slow_libraries: dict[str, str]
) -> None:
    made = [file for file in root.rglob("*.*") if file.name != "made.json"]
    files = {file: file.stat().st_mtime_ns for file in made}
    done = subprocess.run(
        [sys.executable, "-m", *STUDY.split()],
        cwd=small, env={**without_slow_libraries, "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    again = " ".join(done.stdout.split())
    assert "nodes are up to date" in again, done.stderr
    assert printed[printed.index("Of 4 techniques") :] == again[again.index("Of 4 techniques") :]
    assert files == {file: file.stat().st_mtime_ns for file in made}


def test_the_page_of_results_is_written_from_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("results", PROJECT / "docs" / "results.py")
    assert spec and spec.loader
    results = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(results)
    page = tmp_path / "results.md"
    monkeypatch.setattr(results, "PAGE", page)
    results.main(root, root)
    text = page.read_text()
    for name in TECHNIQUES:
        assert f"| `{name}` |" in text
    assert "| `moons` | test accuracy | 0.914 |" in text and "stopping epoch | 1044 |" in text
    assert "| `weight_l2` | train accuracy, l2 = 0.1 | 0.967 |" in text
    assert "| An L2 penalty makes the weights that it is put on smaller. | norm of the" in text
    assert "- `weight_l2`: 10 epochs instead of 4000" in text
    assert "| `weight_l2` | moons | 0.914 → 0.943 |" in text
    assert "Not comparable with what was published" in text
    of_claims = tmp_path / "of_claims" / "08_reporting"
    of_claims.mkdir(parents=True)
    shutil.copy(root / "08_reporting" / "claims.csv", of_claims)
    shutil.copytree(root / "08_reporting" / "weight_l2", of_claims / "weight_l2")
    results.main(of_claims.parent, of_claims.parent)
    alone = page.read_text()
    assert "`kedro run --pipelines=claims`" in alone and "| `weight_l2` | moons |" in alone
    assert "## Every technique" in text and "## Every technique" not in alone
    results.main(root, of_claims.parent)
    assert "of each claim, set beforehand" in " ".join(page.read_text().split())
    assert "## Every technique" in page.read_text()


def test_the_notebook_about_the_study_runs(small: Path, root: Path) -> None:
    notebook = nbformat.read(PROJECT / "notebooks" / "study.ipynb", as_version=4)
    notebook.cells[1].source = notebook.cells[1].source.replace(
        "%load_ext kedro.ipython", "%load_ext kedro.ipython\n%reload_kedro --env=quick"
    )
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": small / "notebooks"}}
    )
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in shown) >= 2
    text = "".join(output.get("text", "") for output in shown)
    assert "Not comparable with what was published" in text
