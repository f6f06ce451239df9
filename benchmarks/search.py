"""Do a screen's choices and verdicts stay those of a search that saves no fit?

Takes what `kedro run --pipelines=<problem>_screen` left in a folder, tries all listed values of
each recipe in all ways to hold rows out, in all repeats there can be, and compares: how many fits
each takes, the value chosen most often, what it gives on test rows over the same repeats, the
verdict.

    python benchmarks/search.py data_root problem ...
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from regpipe.candidates.recipes import SearchSpace, parse_recipes, space_of, suiting
from regpipe.language import Screen, Settings
from regpipe.pipelines.fits import repeats_of, splits_of
from regpipe.pipelines.screen.nodes import usual_of, values_chosen
from regpipe.pipelines.screen.tuning import candidates_of
from regpipe.pipelines.search import Evaluator, held_out
from regpipe.statistics.grid import choose
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_runs

ROOT = Path(__file__).parents[1]


def main(data_root: str, problems: list[str]) -> None:
    """Print a table of each problem, in Markdown."""
    bootstrap_project(ROOT)
    with KedroSession.create(ROOT, runtime_params={"data_root": data_root}) as session:
        catalog = session.load_context().catalog
        for problem in problems:
            table = compare(problem, catalog)
            print(f"\n{problem}\n\n{table.to_string(index=False, float_format='{:.4f}'.format)}")
            fits = table[["fits, all", "fits"]].sum()
            same = (table["verdict, all"] == table["verdict"]).sum()
            print(f"\n{fits.to_dict()}; {same} of {len(table)} verdicts the same", flush=True)


def compare(problem: str, catalog: Any) -> pd.DataFrame:
    """Return a row per recipe."""
    base, baseline_runs = catalog.load(f"{problem}.arm"), catalog.load(f"{problem}.runs")
    recipes = suiting(parse_recipes(catalog.load("params:recipes")), base)
    parameters = catalog.load("parameters")
    settings = Settings.model_validate(
        {key: value for key, value in parameters.items() if key in Settings.model_fields}
    )
    rows = []
    for name, recipe in recipes.items():
        space = space_of(name, recipe, base)
        every = search(space, catalog, f"{problem}.samples", settings)
        some = catalog.load(f"{problem}/{name}.trials")
        task, splits = base.task, splits_of(base.problem_block, baseline_runs)
        chosen = [choose(trials, task).assign(settings=base.settings) for trials in (every, some)]
        n, column = len(chosen[1]), f"test_{task.metric}"
        row: dict[str, Any] = {"recipe": name}
        for which, trials, best in zip((", all", ""), (every, some), chosen, strict=True):
            plan = Plan(settings.screen.analyses_within(len(chosen[0]))).ended(len(best))
            comparison = compare_runs(
                baseline_runs, best, base.problem_block, settings.statistics, splits, plan
            )
            gain = comparison[comparison["metric"] == task.metric].iloc[0]
            tests = trials["outcome"].notna().sum()
            row |= {
                f"fits{which}": tests + held_fits(trials, settings.screen),
                f"repeats{which}": len(best),
                f"usual{which}": usual_of(values_chosen(space, trials)),
                f"test{which}": best[column].head(n).mean(),
                f"gain{which}": "{mean:+.3f} [{ci_low:+.3f}, {ci_high:+.3f}]".format(**gain),
                f"verdict{which}": gain["verdict"],
            }
        if space.path:
            pairs = chosen[0].head(n)[space.path].to_numpy() == chosen[1][space.path].to_numpy()
            row["same choice"] = pairs.mean()
        rows.append(row)
        print(row, file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def held_fits(trials: pd.DataFrame, screen: Screen) -> int:
    """Return how many fits validated values, by what is left of them: too few is no worse."""
    return int(screen.holdouts * trials["validation_loss"].notna().sum() + trials["pruned"].sum())


def search(space: SearchSpace, catalog: Any, samples: str, settings: Settings) -> pd.DataFrame:
    """Return a row per value and repeat, each validated in all ways and trained on all rows."""
    rows, arm, screen = catalog.load(samples), space.arms[0], settings.screen
    trainer = catalog.load("trainer")
    candidates, evaluator = candidates_of(space, rows), Evaluator(arm.name, trainer)

    def every(repeat: Any) -> list[dict[str, Any]]:
        ways = held_out(repeat, screen)
        return [
            {
                **dict.fromkeys(space.paths, value),
                **repeat.row(),
                **evaluator.run(candidates[value], repeat),
                **{f"validation_{name}": number for name, number in scores.items()},
                "pruned": False,
            }
            for value in space.values
            for *_, scores in [evaluator.validate(candidates[value], repeat, ways)]
        ]

    repeats = repeats_of(arm, rows, settings.protocol, "fresh", screen.ceiling)
    return pd.DataFrame([row for table in trainer.in_threads(every, repeats) for row in table])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
