"""Which recipe helps how often, and in which order are recipes best tried?

    python benchmarks/recipes.py TABLES                     # folder of tables -> docs/recipes.csv
    python benchmarks/recipes.py --order docs/recipes.csv   # prints what comes out, in Markdown

On each table every recipe that mixes and every foundation, at each of its values, and the mean of
five networks, is compared with the network as a new problem has it: same splits, same seeds, scored
on the test rows. Fits are stored, and tables that are in the file already are left out, so that an
interruption loses nothing. The order is learned from half of the tables, and tried on the others.
What came out: docs/recipes.md.
"""

import argparse
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import yaml

from regpipe.candidates.arm import baseline
from regpipe.candidates.mixtures import Mixture
from regpipe.engine.fit_store import FitStore
from regpipe.language import FreshProtocol, Problem, Protocol, Screen
from regpipe.language.metrics import METRICS
from regpipe.language.reading import parse
from regpipe.pipelines.answer.networks import make_space, mixtures_of
from regpipe.pipelines.answer.whole import prepare
from regpipe.pipelines.fits import Repeat, repeats_of
from regpipe.pipelines.mixing import Mixtures
from regpipe.pipelines.search import Evaluator
from regpipe.pipelines.training import Trainer
from regpipe.tables.new_problem import propose
from regpipe.tables.own_table import split_table
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import Options

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "recipes.csv"
REPEATS = 4
PROTOCOL = Protocol(fresh=FreshProtocol(repeats=REPEATS))
LARGE, ROWS, SEED = 2000, 1000, 1  # of a larger table, so many rows are drawn
NETWORKS = 5  # whose mean is one of the options
MEAN = "mean_of_networks"
PLAIN = "plain"  # the network as it is
LENGTH, SHOWN, DRAWS = 8, 12, 200  # of a list that is tried; of one that is shown; lists at random


@dataclass(frozen=True)
class Source:
    """A table that is tried: its file without `.csv`, the column to predict, and options."""

    name: str
    target: str = "last"
    options: Options = field(default_factory=Options)


SOURCES = (
    Source("AmesHousing", "SalePrice", Options(labelled_only=True)),
    Source("abalone"),
    Source("adult-test"),
    Source("auto-insurance"),
    Source("banknote_authentication"),
    Source("bike_share", "riders_total", Options(drop=("riders_casual", "riders_registered"))),
    Source("breast-cancer"),
    Source("california", "median_house_value"),
    Source("german"),
    Source("horse-colic", "24"),
    Source("ionosphere"),
    Source("iris"),
    Source("mammography"),
    Source("mushrooms", "poisonous"),
    Source("phoneme"),
    Source("pima-indians-diabetes"),
    Source("sb_mpg", "mpg"),
    Source("sb_penguins", "species"),
    Source("sb_titanic", "survived", Options(drop=("alive",))),
    Source("sonar"),
    Source("student-mat"),
    Source("sv_HouseVotes84", "Class"),
    Source("sv_Life_Expectancy_Data", "Life expectancy", Options(labelled_only=True)),
    Source("sv_Soybean", "Class"),
    Source("sv_Vehicle", "Class"),
    Source("sv_spam", "type"),
    Source("winequality-red", options=Options(task="regression")),
)
HALVES = {one.name: "AB"[place % 2] for place, one in enumerate(SOURCES)}


# Measuring


def measure_all(folder: Path, store: Path, workers: int) -> None:
    """Add to the results each table that isn't there yet."""
    there = pd.read_csv(RESULTS) if RESULTS.exists() else pd.DataFrame({"table": []})
    missing = [one for one in SOURCES if one.name not in set(there["table"])]
    # What TensorFlow compiled for a table is freed with the process alone.
    with ProcessPoolExecutor(workers, get_context("spawn"), max_tasks_per_child=1) as pool:
        asked = {pool.submit(measure, one, folder, store): one.name for one in missing}
        for done in as_completed(asked):
            name, (rows, seconds) = asked[done], done.result()
            there = pd.concat([there, rows.assign(half=HALVES[name])])
            there = there.sort_values("table", kind="stable")
            there.to_csv(RESULTS, index=False, float_format="%.6g")
            print(f"{name}: {seconds:.0f} CPU seconds", flush=True)


def measure(source: Source, folder: Path, store: Path) -> tuple[pd.DataFrame, float]:
    """Return a row per option and value of what it gives on a table, and the CPU seconds."""
    name, proposal = source.name, proposed(source, folder)
    problem = parse(Problem, proposal.problem, name)
    samples = split_table(proposal.whole, problem, PROTOCOL, name)
    base = baseline(name, problem)
    space = make_space(base, blocks("recipes"), blocks("foundations"), [], Screen())
    made = mixtures_of(space, prepare(proposal.whole, problem, name).rows)
    repeats, metric = repeats_of(base, samples, PROTOCOL, "fresh"), problem.kind.metric
    evaluator = Evaluator(name, Trainer("compiled", 1, FitStore(store)))

    def scores(mixture: Mixture, networks: int = 1) -> np.ndarray:
        return scored(made, evaluator, mixture, repeats, networks)

    plain, sign = scores({}), 1 if METRICS[metric].higher_is_better else -1
    about = {
        "table": name,
        "rows": len(proposal.table),
        "columns": proposal.table.shape[1] - 1,
        "task": problem.task,
        "metric": metric,
    }
    names = [*space.foundations, *space.recipes]
    options = [(one, value, scores({one: value})) for one in names for value in space.values(one)]
    rows = []
    for option, value, found in [*options, (MEAN, NETWORKS, scores({}, NETWORKS))]:
        gains = (sign * (found - plain)).round(9)  # so that equals are equal
        row = {"option": option, "value": value, "splits": len(gains), "plain": float(plain.mean())}
        se = gains.std(ddof=1) / np.sqrt(len(gains))
        each = {f"gain_{k}": gain for k, gain in enumerate(gains)}
        rows.append({**about, **row, "gain": gains.mean(), "se": se, **each})
    return pd.DataFrame(rows), time.process_time()


def blocks(kind: str) -> dict[str, Any]:
    """Return the blocks that ship."""
    text = (ROOT / "conf" / "base" / f"{kind}.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)[kind]
    return found


def scored(
    made: Mixtures, evaluator: Evaluator, mixture: Mixture, repeats: Sequence[Repeat], networks: int
) -> np.ndarray:
    """Return the metric of a mixture on the test rows of each repeat."""
    candidate, metric, found = made.candidate(mixture), made.space.base.task.metric, []
    for repeat in repeats:
        rows = candidate.sees(repeat.rows)
        measured, _ = evaluator.mean_of(candidate, repeat, rows, networks)
        found.append(measured.says(rows, "score").by_row[metric].mean())
    return np.array(found)


def proposed(source: Source, folder: Path) -> Proposal:
    """Return the problem that a table makes; of a large one, some of its rows."""
    file = folder / f"{source.name}.csv"
    first, *others = file.read_bytes().splitlines(keepends=True)
    if len(others) < LARGE:
        return propose(source.name, file, file.name, source.target, source.options)
    with TemporaryDirectory() as made:
        some = Path(made) / file.name
        some.write_bytes(first + b"".join(random.Random(SEED).sample(others, ROWS)))
        return propose(source.name, some, file.name, source.target, source.options)


# Learning


def learn(file: Path) -> None:
    """Print how often each option helps, the orders learned, and what they are worth."""
    results = pd.read_csv(file)
    values = results["value"].map("{:g}".format).replace("nan", "")
    results["named"] = (results["option"] + " " + values).str.strip()
    print("## How often each helps\n")
    print_table(shares(results, places(pivoted(results, ["gain"]))))
    # It takes five trainings, and is asked for by itself, of whatever is found.
    results = results[results["option"] != MEAN]
    gains = pivoted(results, ["gain"])
    splits = [pivoted(results, [f"gain_{k}" for k in range(first, REPEATS, 2)]) for first in (0, 1)]
    sides = {side: sorted(set(some["table"])) for side, some in results.groupby("half")}
    for learned, tried in ("AB", "BA"):
        print(f"\n## Learned from {learned}, tried on {tried}\n")
        some = [one.loc[sides[tried]] for one in (gains, *splits)]
        print_table(check(gains.loc[sides[learned]], *some))
    means = [places(gains.loc[tables]).mean() for tables in sides.values()]
    likeness = means[0].corr(means[1], "spearman")
    print(f"\nRank correlation of the mean places in A and in B: {likeness:.2f}\n\n## The orders\n")
    print_table(orders({**{side: gains.loc[one] for side, one in sides.items()}, "all": gains}))


def pivoted(results: pd.DataFrame, splits: list[str]) -> pd.DataFrame:
    """Return the mean of some columns: a row per table, a column per option.

    What a table has no use for changes nothing there, nor does the network as it is.
    """
    mean = results.assign(mean=results[splits].mean(axis=1))
    return (
        mean.pivot(index="table", columns="named", values="mean").fillna(0.0).assign(**{PLAIN: 0.0})
    )


def places(gains: pd.DataFrame) -> pd.DataFrame:
    """Return the share of all options that each is better than, table by table; 1 is the best.

    Of equals, half count. Gains themselves can't be compared between tables; nor can they once they
    are divided by their standard deviation, which a single ruinous option makes as large as it
    likes, and which is luck alone where the network as it is makes no mistake.
    """
    return (gains.rank(axis=1) - 1) / (gains.shape[1] - 1)


def by_mean(gains: pd.DataFrame) -> list[str]:
    """Return all options, those first whose mean place is the best."""
    mean = places(gains).mean().drop(PLAIN)
    return list(mean.sort_values(ascending=False, kind="stable").index)


def in_turn(gains: pd.DataFrame, length: int) -> list[str]:
    """Return options, of which each is the one that adds most to those before it.

    The best of the list, and of the network as it is, is to have the best place on average (M.
    Feurer et al., "Auto-sklearn 2.0", 2022; D. Salinas and N. Erickson, "TabRepo", 2024).
    """
    place, chosen = places(gains), [PLAIN]
    for _ in range(length):
        best = place[chosen].max(axis=1).to_numpy()[:, None]
        left = [one for one in by_mean(gains) if one not in chosen]  # of equals, the first counts
        chosen.append(place[left].clip(lower=best).mean().round(9).idxmax())
    return chosen[1:]


def check(learned: pd.DataFrame, tried: pd.DataFrame, *splits: pd.DataFrame) -> pd.DataFrame:
    """Return what the best of the first k options of each order gives on other tables.

    Its place is that by the scores which it is chosen by, which flatters all lists, those at random
    as well. Its gain is that in the splits it isn't chosen by; `splits` are the gains in half of
    them, and in the others.
    """
    place, rng = places(tried), np.random.default_rng(SEED)
    names = by_mean(learned)
    lists = {
        "in turn": [in_turn(learned, LENGTH)],
        "by mean place": [names[:LENGTH]],
        "at random": [list(rng.permutation(names)[:LENGTH]) for _ in range(DRAWS)],
        "the tables' own": [in_turn(tried, LENGTH)],
    }

    def worth(options: Sequence[str]) -> tuple[float, float]:
        best = place[[PLAIN, *options]].max(axis=1).mean()
        return best, 1000 * gain_elsewhere(splits, options)

    rows = []
    for k in range(1, LENGTH + 1):
        worths = {
            order: np.array([worth(one[:k]) for one in some]) for order, some in lists.items()
        }
        worse = (worths["at random"] < worths["in turn"]).mean(axis=0)
        cells = {
            order: "{:.2f} ({:+.1f})".format(*some.mean(axis=0)) for order, some in worths.items()
        }
        rows.append({"k": k, **cells, "at random and worse": "{:.0%} ({:.0%})".format(*worse)})
    return pd.DataFrame(rows)


def gain_elsewhere(splits: Sequence[pd.DataFrame], options: Sequence[str]) -> float:
    """Return what is gained in half of the splits by what is best in the other half, on average.

    Of equals, the first counts; before all comes the network as it is.
    """
    gains = []
    for chooses, judges in (splits, splits[::-1]):
        best = chooses[[PLAIN, *options]].idxmax(axis=1)
        gains += [judges.loc[table, option] for table, option in best.items()]
    return float(np.mean(gains))


def shares(results: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    """Return a row per option, at the value whose mean place is the best: how often it helps."""
    rows = []
    for (option, named), some in results.groupby(["option", "named"]):
        gain, least, numbers = 1000 * some["gain"], 2000 * some["se"], some["metric"] == "r2"
        row = {
            "option": option,
            "at its best value": named,
            "tables": len(some),
            "helps": f"{(gain > least).mean():.0%}",
            "hurts": f"{(gain < -least).mean():.0%}",
            "median gain": f"{gain.median():+.1f}",
            "mean, classes": f"{gain[~numbers].mean():+.1f}",
            "mean, numbers": f"{gain[numbers].mean():+.1f}" if numbers.any() else "-",
            "mean place": place.loc[some["table"], named].mean(),
        }
        rows.append(row)
    table = pd.DataFrame(rows).sort_values("mean place", ascending=False, kind="stable")
    table = table.drop_duplicates("option").drop(columns="option")
    return table.assign(**{"mean place": table["mean place"].map("{:.2f}".format)})


def orders(halves: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return both orders, as learned from each half and from all tables."""
    columns: dict[str, Any] = {"": range(1, SHOWN + 1)}
    for name, gains in halves.items():
        columns[f"in turn, {name}"] = in_turn(gains, SHOWN)
        columns[f"by mean place, {name}"] = by_mean(gains)[:SHOWN]
    return pd.DataFrame(columns)


def print_table(table: pd.DataFrame) -> None:
    """Print a table in Markdown."""
    lines = [table.columns, ["---"] * table.shape[1], *table.to_numpy()]
    print("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))


def main() -> None:
    """Measure, or learn from what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=Path, nargs="?", help="the folder of the tables")
    parser.add_argument("--order", type=Path, help="learn an order from these results")
    parser.add_argument("--store", type=Path, default=ROOT / "data" / "recipes", help="of fits")
    parser.add_argument("--workers", type=int, default=1, help="tables at a time")
    asked = parser.parse_args()
    if asked.order:
        learn(asked.order)
    elif asked.tables:
        measure_all(asked.tables, asked.store, asked.workers)
    else:
        parser.error("expected a folder of tables, or --order")


if __name__ == "__main__":
    main()
