"""A small study for the page, with hostile words wherever a user may write something."""

import io
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from regpipe.provenance.origin import Origin
from regpipe.report.page import render
from regpipe.report.study import Story, Study
from regpipe.report.technique_page import technique_files
from regpipe.statistics.answer import Answer
from tests import answers

HOSTILE = """<script>window.ran=1</script></script><img src=x onerror="window.ran=1">"'&{{ 1 }}"""
TECHNIQUES = {  # name: (problem, metric, difference, ci_low, ci_high, verdict, joint one)
    "weight_l2": ("moons", "accuracy", 0.006, -0.001, 0.013, "undecided", "undecided"),
    "dropout": ("moons", "accuracy", 0.021, 0.011, 0.031, "helps", "helps"),
    "early_stopping": ("moons", "accuracy", -0.023, -0.037, -0.010, "hurts", "undecided"),
    "sparse": ("codes", "mse", -0.0011, -0.0014, -0.0008, "helps", "helps"),
    "diverging": ("moons", "accuracy", np.nan, np.nan, np.nan, "undecided", "undecided"),
}
NOTHING = float("nan")


def picture(width: int = 300, height: int = 120) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).line((0, 0, width, height), fill="#D55E00", width=3)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def answer(name: str) -> Answer:
    problem, metric, mean, low, high, verdict, _ = TECHNIQUES[name]
    ends = {"mean": mean, "ci_low": low, "ci_high": high}
    found = answers.difference(p_better=0.6, wins=18, ties=0, verdict=verdict, **ends)
    loss = answers.difference(mean=-0.1, ci_low=NOTHING, ci_high=NOTHING)
    summary = answers.answer(
        technique=name, title=f"{name} {HOSTILE}", problem=problem, metric=metric,
        leak=name == "early_stopping",
        fixed={
            "published": answers.published(test=0.91, source=HOSTILE), "missed": ["test"],
            "stand_in": HOSTILE if name == "diverging" else None,
            "not_comparable": HOSTILE if name == "sparse" else None,
        },
        fresh={
            "verdict": verdict, "repeats_needed": 47 if verdict == "undecided" else None,
            "difference": {metric: found, "loss": loss},
        },
        run={
            "seeds": {"fixed": {"data_seed": [1, 1], "fit_seed": [7, 8]}},
            "machine": {"system": HOSTILE, "cores": None}, "parameters": {"engine": HOSTILE},
        },
    )  # fmt: skip
    return answers.made(summary)


def story(name: str, words: str = HOSTILE) -> Story:
    runs = pd.DataFrame(
        {
            "technique": name, "problem": "moons", "settings": "abc",
            "protocol": ["fixed", "fresh"],
            "repeat": [0, 0], "fit_seed": [1406440004, 7], "outcome": ["completed", words],
            "seconds": [0.1, 0.2], "test_loss": [-0.25, NOTHING],
        }
    )  # fmt: skip
    names = ("samples", "paired_differences", "learning_curves", "decision_boundary", "card", words)
    pictures = {name: picture() for name in names}
    return Story(answer(name), words, runs, pictures, f"{name}: {words}\n", f"# {words}\n")


def leaderboard() -> pd.DataFrame:
    rows = []
    for rank, name in enumerate(("dropout", "sparse", "weight_l2", "early_stopping", "diverging")):
        problem, metric, mean, low, high, verdict, joint = TECHNIQUES[name]
        sign = -1 if metric == "mse" else 1
        rows.append(
            {
                "technique": name, "title": f"{name} {HOSTILE}", "family": f"{name}'s {HOSTILE}",
                "problem": problem, "metric": metric, "leak": name == "early_stopping",
                "difference": mean, "ci_low": low, "ci_high": high, "effect": sign * mean * 50,
                "size": mean, "smallest_difference": 0.01, "gain": sign * mean * 100,
                "p_better": 0.6, "p_better_low": 0.4, "p_better_high": 0.8, "repeats": 30,
                "verdict": verdict, "p_value": 0.02, "p_joint": 0.06 if mean > 0 else NOTHING,
                "verdict_joint": joint, "over_guess": 0.3, "joint_low": 1.5 * low - 0.5 * mean,
                "joint_high": 1.5 * high - 0.5 * mean,
                "repeats_needed": 47 if verdict == "undecided" else pd.NA,
                "epochs": 1000.0 * (rank + 1), "seconds": 0.1, "rank_on_problem": 1,
                "rank": rank + 1,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype({"repeats_needed": "Int64"})


def claims() -> pd.DataFrame:
    shared = {
        "problem": "moons", "mean": 0.94, "sd": 0.01, "low": 0.9, "high": 0.95, "seeds": 30,
        "title": HOSTILE, "source": HOSTILE, "leak": False, "at": "",
        "reproduction": "not contradicted", "why": "", "also_baseline": pd.NA, "claim": "",
        "published_gain": NOTHING, "fixed_gain": NOTHING, "fresh_gain": NOTHING,
        "ci_low": NOTHING, "ci_high": NOTHING, "draws": pd.NA, "verdict": "", "holds": "",
        "fresh_loss": NOTHING, "loss_low": NOTHING, "loss_high": NOTHING,
    }  # fmt: skip
    gain = {"published_gain": 0.029, "claim": "gain", "fixed_gain": 0.029, "draws": 30}
    rows = [
        {"arm": "moons", "technique": False, "number": "test accuracy", "published": 0.914},
        {"arm": "weight_l2", "technique": True, "number": "test accuracy", "published": 0.943,
         **gain, "fresh_gain": 0.006, "ci_low": -0.001, "ci_high": 0.013, "also_baseline": True,
         "verdict": "undecided", "holds": "undecided"},
        {"arm": "dropout", "technique": True, "number": "test accuracy", "published": 0.99,
         "reproduction": "not reproduced", **gain, "fresh_gain": 0.021, "ci_low": 0.011,
         "ci_high": 0.028, "verdict": "helps", "holds": "holds, smaller"},
        {"arm": "early_stopping", "technique": True, "number": "stopping epoch", "published": 219,
         "sd": NOTHING},
        {"arm": "diverging", "technique": True, "number": "test accuracy", "published": 0.95,
         **gain, "verdict": "no difference that matters", "holds": "does not hold"},
        {"arm": "weight_l2", "technique": True, "number": "test accuracy", "published": 0.93,
         "at": HOSTILE},
        {"arm": "early_stopping", "technique": True, "number": "test accuracy", "published": 0.814,
         **gain, "published_gain": -0.1, "claim": "loss", "fresh_gain": -0.023,
         "ci_low": -0.037, "ci_high": -0.01, "verdict": "hurts", "holds": "holds, smaller"},
        {"arm": "weight_l2", "technique": True, "number": "train accuracy", "published": 1.0},
        {"arm": "sparse", "technique": True, "number": "test accuracy", "published": 0.777,
         "reproduction": "stand-in: can't tell", "why": HOSTILE, **gain, "fresh_gain": 0.012,
         "ci_low": 0.002, "ci_high": 0.022, "verdict": "helps", "holds": "stand-in: can't tell",
         "fresh_loss": -0.24, "loss_low": -0.3, "loss_high": -0.18},
    ]  # fmt: skip
    return pd.DataFrame([shared | row for row in rows])


def mechanisms() -> pd.DataFrame:
    shared = {
        "claim": "mine", "statement": HOSTILE, "source": HOSTILE, "arm": "weight_l2",
        "beside": "moons", "problem": "moons", "measure": "norm_hidden", "direction": "smaller",
        "near": NOTHING, "within": NOTHING, "arm_mean": 3.556, "beside_mean": 13.25,
        "difference": -9.7, "ci_low": -10.36, "ci_high": -9.03, "smallest_difference": 0.66,
        "repeats": 30, "verdict": "holds", "why": "",
    }  # fmt: skip
    rows = [
        {},
        {"measure": "norm", "verdict": "does not hold", "source": "another"},
        {"verdict": "holds, too little to matter"},
        {"verdict": "does not hold"},
        {"arm": "moons", "beside": "", "measure": "best_epoch_val_loss", "direction": "near",
         "near": 800.0, "within": 200.0, "arm_mean": 669.4, "beside_mean": NOTHING,
         "difference": -130.6, "ci_low": -301.6, "ci_high": 40.3, "verdict": "undecided"},
        {"measure": "zeros_relu", "verdict": "can't be told here", "why": HOSTILE,
         "difference": 0.05, "ci_low": NOTHING, "ci_high": NOTHING},
    ]  # fmt: skip
    return pd.DataFrame([shared | row for row in rows])


def variance() -> pd.DataFrame:
    sources = {"rows drawn": 0.6, "initial weights": 0.3, "order and masks": 0.1}
    rows = [
        {"problem": "moons", "metric": "accuracy", "rows": rows, "source": source,
         "variance": share / 1000, "share": share, "sd": (share / 1000) ** 0.5}
        for rows in ("test", "score") for source, share in sources.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def study() -> Study:
    problems = {"moons": f"Two moons {HOSTILE}", "codes": "Codes"}
    pictures = {name: picture() for name in ("claims", "forest", "variance")}
    stories = {name: story(name) for name in TECHNIQUES}
    tables = leaderboard(), claims(), variance()
    return Study(*tables, problems, stories, pictures, mechanisms=mechanisms())


ORIGIN = Origin(datetime(2026, 11, 27, 9, 30, tzinfo=UTC), f"kedro run {HOSTILE}", "abc", "1")


@pytest.fixture(scope="session")
def page(study: Study) -> str:
    return render(study, ORIGIN)


@pytest.fixture(scope="session")
def files(study: Study) -> dict[str, bytes]:
    return technique_files(study, ORIGIN, f"Which? {HOSTILE}")
