"""All answers side by side: which technique is best, on its problem and overall?"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from regpipe.statistics.holm import holm
from regpipe.statistics.summary import number

DIFFERENCE = ("ci_low", "ci_high", "effect", "p_better", "p_better_low", "p_better_high")
COUNTED = ("wins", "ties")


def leaderboard(answers: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row per technique, the best first.

    Args:
        answers: the `summary.json` of each technique.

    Returns:
        technique, title, family, problem, metric, leak; published (test); fixed_baseline, fixed,
        fresh_baseline, fresh: means on test rows; difference (mean over fresh draws, technique
        minus baseline), its interval ci_low, ci_high; effect, the same in standard deviations of
        the differences and above 0 where it is better, which makes problems comparable; p_better
        with its interval, wins, ties, repeats; verdict, p_value; p_holm and verdict_holm, corrected
        for the number of techniques on the problem; repeats_needed; epochs and seconds, means of a
        fit; rank_on_problem and rank, by effect.
    """
    table = pd.DataFrame([_row(answer) for answer in answers])
    table = table.astype({"repeats_needed": "Int64"})
    table["p_holm"] = table.groupby("problem")["p_value"].transform(lambda p: holm(p.to_numpy()))
    alpha = table.pop("alpha")
    lost = table["verdict"].isin(["helps", "hurts"]) & ~(table["p_holm"] < alpha)
    table["verdict_holm"] = table["verdict"].mask(lost, "undecided")
    by_effect = table["effect"].rank(ascending=False, method="min", na_option="bottom")
    table["rank"] = by_effect.astype(int)
    table["rank_on_problem"] = table.groupby("problem")["rank"].rank(method="min").astype(int)
    return table.sort_values(["rank", "technique"], ignore_index=True)


def _row(answer: Mapping[str, Any]) -> dict[str, Any]:
    fixed, fresh, metric = answer["fixed"], answer["fresh"], answer["metric"]
    gain, published = fresh["difference"][metric], fixed["published"]
    parameters = answer["run"]["parameters"]
    return {
        "technique": answer["technique"],
        "title": answer["title"],
        "family": parameters[answer["technique"]]["family"],
        "problem": answer["problem"],
        "metric": metric,
        "leak": answer["leak"],
        "published": number(published["test"] if published else None),
        "fixed_baseline": number(fixed["baseline"]["test"]["mean"]),
        "fixed": number(fixed["technique"]["test"]["mean"]),
        "fresh_baseline": number(fresh["baseline"]["test"]["mean"]),
        "fresh": number(fresh["technique"]["test"]["mean"]),
        "difference": number(gain["mean"]),
        **{key: number(gain[key]) for key in DIFFERENCE},
        **{key: gain[key] for key in COUNTED},
        "repeats": fresh["repeats"],
        "verdict": fresh["verdict"],
        "p_value": number(gain["p_value"]),
        "repeats_needed": fresh["repeats_needed"],
        "epochs": fresh["epochs"]["technique"]["mean"],
        "seconds": fresh["seconds"]["technique"],
        "alpha": 1 - parameters["statistics"]["confidence"],
    }
