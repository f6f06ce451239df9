"""Does an answer hold on rows that it has never seen?

    python benchmarks/answers.py TABLES FOLDER           # adds each table that isn't there yet
    python benchmarks/answers.py TABLES FOLDER --peers   # adds models of regpipe[peers]
    python benchmarks/answers.py                         # prints the tables of docs/answers.md

TABLES is a folder of tables, FOLDER one to work in; the results are docs/answers.csv. Of each table
30% of the rows are held out beforehand, the same share of each class. On the others a user's two
commands are run, `new-problem` and `<problem>_export`. Then what is exported predicts the rows held
out, and so do the best network, the network as it is, and every other model by the setting that was
chosen for it, all trained on the same rows.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from recipes import ROOT, SOURCES, Source, proposed
from sklearn import metrics
from sklearn.model_selection import train_test_split

from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.datasets import TableDataset
from regpipe.kedro_side.datasets.files import ValueDataset
from regpipe.language import Export, Protocol, Reference, TableRows
from regpipe.pipelines.export.nodes import fit_on_all_rows
from regpipe.pipelines.training import Trainer
from regpipe.statistics.winners import WHOLE, ChosenNetwork, ChosenOther
from regpipe.tables.exported import load
from regpipe.tables.own_table import encode
from regpipe.tables.tidy import rows_of

RESULTS = ROOT / "docs" / "answers.csv"
PARTS = ("conf", "src", "pyproject.toml")  # of a project
HELD_OUT, SEED = 0.3, 1
DRAWS, SURE = 1000, 1.96  # of a bootstrap; standard deviations of a 95% interval
ROUNDING = 1e-9
MODELS = ("answer", "network", "network_as_it_is", "RandomForest", "HistGradientBoosting", "MLP",
          "RealMLP", "TabM")  # fmt: skip
EITHER = {"linear": ("LogisticRegression", "Ridge"), "SVM": ("SVC", "SVR")}
FUNCTIONS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "r2": metrics.r2_score,
}


def halves(source: Source, tables: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return a table's target, the rows to be given away, and those that are held out."""
    proposal = proposed(source, tables)
    known = proposal.table.index if source.options.labelled_only else proposal.whole.index
    frame = proposal.whole.loc[known]
    target = frame[proposal.target]
    by = target if proposal.columns.classes and target.value_counts().min() > 1 else None
    given, held = train_test_split(frame, test_size=HELD_OUT, random_state=SEED, stratify=by)
    return proposal.target, given, held


def run(source: Source, tables: Path, project: Path) -> dict[str, Any]:
    """Run a user's commands; return the row of a table: what was claimed, and what became of it."""
    name, (target, given, held) = name_of(source), halves(source, tables)
    file = project / "data" / "01_raw" / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    given.to_csv(file, index=False)
    task = ["--task", source.options.task] if source.options.task else []
    dropped = [word for column in source.options.drop for word in ("--drop", column)]
    about = [name, "--file", f"data/01_raw/{name}.csv", "--target", target, *task, *dropped]
    began = time.perf_counter()
    kedro(project, "regpipe", "new-problem", *about)
    made, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    kedro(project, "run", f"--pipelines={name}_export")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seconds = {"new_problem_s": made - began, "answer_s": time.perf_counter() - made, "cpu_s": used}
    sizes = {"table": source.name, "rows": len(given), "held_out": len(held)}
    return {**sizes, **Judged(name, held, project).row, **seconds}


@dataclass(frozen=True)
class Judged:
    """An answer, and the rows that were held out of its table.

    Attributes:
        name: of the problem.
        held: the rows held out.
        project: the folder of the commands.
    """

    name: str
    held: pd.DataFrame
    project: Path

    @property
    def row(self) -> dict[str, Any]:
        """The claim and what became of it, and the scores of all models."""
        answer, exported = self.answer, load(self.project / f"data/06_models/{self.name}_export")
        claim, (score, sd) = answer.compared["answer"], self.score(exported)
        low, high = claim.mean_ci_low, claim.mean_ci_high
        reach = claim.mean - low if score < claim.mean else high - claim.mean
        chosen = json.dumps(answer.network.mixture)
        return {
            "metric": answer.metric,
            "side": answer.side,
            "chosen": answer.other.model if answer.side == "other" else chosen,
            "claim": claim.mean,
            "claim_low": low,
            "claim_high": high,
            "score": score,
            "score_sd": sd,
            "holds": low <= score <= high if np.isfinite(reach) else None,
            "holds_beside_luck": (
                abs(score - claim.mean) <= np.hypot(reach, SURE * sd)
                if np.isfinite(reach)
                else None
            ),
            "beats_others": answer.compared["other"].verdict,
            "beats_unregularized": answer.compared["unregularized"].verdict,
            "beats_as_it_is": answer.compared["plain"].verdict,
            "network": self.of("network"),
            "network_as_it_is": self.of(
                "network", network=ChosenNetwork(mixture={}, seeds=1, cut=None)
            ),
            **dict(self.others()),
        }

    def others(self) -> Iterator[tuple[str, float]]:
        """Yield the score of each other model by the setting that was chosen of all rows."""
        others = pd.read_csv(self.project / f"data/07_model_output/{self.name}_answer/others.csv")
        for row in others[others["protocol"] == WHOLE].to_dict("records"):
            yield short(row["model"]), self.other(row["model"], json.loads(row["setting"]))

    def peers(self) -> Iterator[tuple[str, float]]:
        """Yield the score of each model of an extra, as it comes."""
        suits = "Regressor" if self.answer.metric == "r2" else "Classifier"
        for name, block in self.blocks.items():
            if block.get("extra") and name.endswith(suits):
                yield short(name), self.other(name, {})

    def other(self, model: str, setting: dict[str, Any]) -> float:
        """Return the score of another model."""
        block = Reference.model_validate(self.blocks[model])
        return self.of(
            "other", other=ChosenOther(model=model, block=block, setting=setting, cut=None)
        )

    def of(self, side: Any, **chosen: Any) -> float:
        """Return the score of a side's model, or of what else is chosen of it."""
        told = self.answer.model_copy(update=chosen)
        space = self.read("06_models", "space.json", "regpipe.candidates.mixtures.MixtureSpace")
        examined = self.read(
            "08_reporting", "examined.json", "regpipe.statistics.examined.Examined"
        )
        trainer = Trainer("compiled", 2, FitStore(self.project / "data/06_models/fits"))
        parts = (self.table, trainer, space, told, examined, Protocol(), Export(side=side))
        return self.score(fit_on_all_rows(*parts))[0]

    def score(self, exported: Any) -> tuple[float, float]:
        """Return the metric on the rows held out, and its standard deviation by a bootstrap."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = exported.predict(self.held)["prediction"]
            places = {value: k for k, value in enumerate(exported.about.columns.classes or ())}
            told = (said.map(places) if places else said).to_numpy()
            frame, rows = rows_of(self.held, TableRows(**exported.about.table), "held out")
            true = encode(frame[rows.target], exported.about.columns)
            function, random = FUNCTIONS[self.answer.metric], np.random.default_rng(SEED)
            drawn = (random.integers(len(true), size=len(true)) for _ in range(DRAWS))
            again = [function(true[some], told[some]) for some in drawn]
        return float(function(true, told)), float(np.std(again))

    @cached_property
    def answer(self) -> Any:
        """What was told."""
        return self.read("08_reporting", "answer.json", "regpipe.statistics.winners.ModelAnswer")

    @cached_property
    def table(self) -> pd.DataFrame:
        """The rows that were given away, as the catalog's dataset loads them."""
        catalog = self.project / f"conf/base/catalog_{self.name}.yml"
        entry = yaml.safe_load(catalog.read_text("utf-8"))[self.name]
        entry.pop("type")
        return TableDataset(**{**entry, "filepath": str(self.project / entry["filepath"])}).load()

    @cached_property
    def blocks(self) -> dict[str, Any]:
        """The references that ship."""
        file = ROOT / "conf" / "base" / "references.yml"
        blocks: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))["references"]
        return blocks

    def read(self, layer: str, file: str, kind: str) -> Any:
        """Return a value as the catalog loads it."""
        path = self.project / "data" / layer / f"{self.name}_answer" / file
        return ValueDataset(filepath=str(path), kind=kind).load()


def kedro(project: Path, *arguments: str) -> None:
    """Run a command of Kedro's in a project."""
    command = [sys.executable, "-m", "kedro", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def name_of(source: Source) -> str:
    """Return what the problem of a table is called."""
    return source.name.lower().replace("-", "_")


def short(model: str) -> str:
    """Return a model's name without what it does."""
    return model.replace("Classifier", "").replace("Regressor", "")


def add_peers(tables: Path, project: Path) -> None:
    """Add the scores of models of an extra to the results."""
    results = pd.read_csv(RESULTS).set_index("table")
    for source in SOURCES:
        row = results.loc[source.name] if source.name in results.index else None
        if row is not None and not {"RealMLP", "TabM"} <= set(row.dropna().index):
            _, _, held = halves(source, tables)
            for name, score in Judged(name_of(source), held, project).peers():
                results.loc[source.name, name] = score
            results.to_csv(RESULTS, float_format="%.5g")


def show(results: pd.DataFrame) -> None:
    """Print what became of the claims, and how far each model is from the best of a table."""
    there = results.set_index("table")
    scores = pd.DataFrame(
        {name: there["score" if name == "answer" else name] for name in MODELS[:3]}
    )
    for name, (first, second) in EITHER.items():
        scores[name] = there[first].fillna(there[second] if second in there else np.nan)
    for name in MODELS[3:]:
        scores[name] = there[name] if name in there else np.nan
    best = scores.max(axis=1)
    lost = pd.DataFrame({name: best - scores[name] for name in scores})
    shown = pd.DataFrame(
        {
            "best or equal": (lost < ROUNDING).sum(),
            "behind the best, mean": 1000 * lost.mean(),
            "median": 1000 * lost.median(),
            "worst": 1000 * lost.max(),
            "tables": lost.notna().sum(),
        }
    )
    sys.stdout.write(f"{markdown(shown.sort_values('behind the best, mean'), 'model')}\n\n")
    claims = there[["rows", "held_out", "metric", "side"]].assign(
        claim=[
            f"{row.claim:.3f} [{row.claim_low:.3f}, {row.claim_high:.3f}]"
            for row in there.itertuples()
        ],
        held=there["score"].map("{:.3f}".format),
        network=there["network"].map("{:.3f}".format),
        plain=there["network_as_it_is"].map("{:.3f}".format),
        other=scores.drop(columns=["answer", "network", "network_as_it_is"])
        .max(axis=1)
        .map("{:.3f}".format),
        seconds=there["answer_s"].round().astype(int),
    )
    sys.stdout.write(markdown(claims, "table") + "\n")


def markdown(frame: pd.DataFrame, index: str) -> str:
    """Return a table as Markdown."""
    head = [index, *map(str, frame.columns)]
    lines = [head, ["---"] * len(head)]
    for name, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        cells = [f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row]
        lines.append([str(name), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Add a row for each table that isn't there yet."""
    form = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("tables", type=Path, nargs="?")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--peers", action="store_true")
    asked = parser.parse_args()
    if asked.folder is None:
        show(pd.read_csv(RESULTS))
        return
    project = asked.folder.resolve()
    if asked.peers:
        add_peers(asked.tables, project)
        return
    project.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        copy: Any = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        if not (project / part).exists():
            copy(ROOT / part, project / part)
    there = pd.read_csv(RESULTS) if RESULTS.exists() else pd.DataFrame({"table": []})
    for source in SOURCES:
        if source.name not in set(there["table"]):
            row = run(source, asked.tables, project)
            there = pd.concat([there, pd.DataFrame([row])])
            there.to_csv(RESULTS, index=False, float_format="%.5g")
            sys.stdout.write(f"{source.name}: {row['claim']:.3f}, {row['score']:.3f}\n")


if __name__ == "__main__":
    main()
