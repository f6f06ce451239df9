"""All answers side by side: which technique is best, on its problem and overall?"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.statistics.holm import holm
from regpipe.statistics.summary import number

DIFFERENCE = ("ci_low", "ci_high", "effect", "p_better", "p_better_low", "p_better_high")
COUNTED = ("wins", "ties")
DECIMALS = 9  # of a gain; what differs beyond them is equal but for rounding


def leaderboard(answers: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row per technique, the best first.

    Args:
        answers: the `summary.json` of each technique.

    Returns:
        technique, title, family, problem, metric, leak; published (test); fixed_baseline, fixed,
        fresh_baseline, fresh: means on test rows; difference (mean over fresh draws, technique
        minus baseline), its interval ci_low, ci_high; smallest_difference, the smallest of interest
        on that problem; gain, the difference in multiples of that, above 0 where it is better,
        which makes problems comparable; effect, the same in standard deviations of the differences;
        p_better with its interval, wins, ties, repeats; verdict, p_value; p_holm and verdict_holm,
        corrected for the number of techniques on the problem; repeats_needed; epochs and seconds,
        means of a fit; rank_on_problem and rank, by gain, and of equal gains by the worse end of
        the interval.
    """
    table = pd.DataFrame([_row(answer) for answer in answers])
    table = table.astype({"repeats_needed": "Int64"})
    table["p_holm"] = table.groupby("problem")["p_value"].transform(lambda p: holm(p.to_numpy()))
    alpha = table.pop("alpha")
    lost = table["verdict"].isin(["helps", "hurts"]) & ~(table["p_holm"] < alpha)
    table["verdict_holm"] = table["verdict"].mask(lost, "undecided")
    table["rank"] = _ranks(table)
    table["rank_on_problem"] = table.groupby("problem")["rank"].rank(method="min").astype(int)
    return table.sort_values(["rank", "technique"], ignore_index=True)


def _ranks(table: pd.DataFrame) -> pd.Series:
    """Return the place of each row; equals share one, and what has no gain comes last."""
    upwards = table["metric"].map(lambda metric: METRICS[metric].higher_is_better)
    worse_end = table["ci_low"].where(upwards, -table["ci_high"]) / table["smallest_difference"]
    keys = pd.DataFrame({"gain": table["gain"], "end": worse_end}).round(DECIMALS)
    ordered = keys.sort_values(["gain", "end"], ascending=False)
    places = pd.Series(range(1, len(ordered) + 1), index=ordered.index)
    return places.where(~ordered.duplicated()).ffill().astype(int)


def _row(answer: Mapping[str, Any]) -> dict[str, Any]:
    fixed, fresh, metric = answer["fixed"], answer["fresh"], answer["metric"]
    gain, published = fresh["difference"][metric], fixed["published"]
    parameters = answer["run"]["parameters"]
    smallest, sign = _smallest_difference(answer), 1 if METRICS[metric].higher_is_better else -1
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
        "smallest_difference": smallest,
        "gain": sign * number(gain["mean"]) / smallest,
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


def _smallest_difference(answer: Mapping[str, Any]) -> float:
    """Return the smallest difference of interest, of the problem's own or of all problems."""
    parameters, metric = answer["run"]["parameters"], answer["metric"]
    own = parameters[answer["problem"]]["smallest_difference"]
    return float({**parameters["statistics"]["smallest_difference"], **own}[metric])
