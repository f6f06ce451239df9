"""Replayed rules -> what each costs and what it gives."""

import pandas as pd

BAND = {"low": 0.1, "high": 0.9}  # quantiles over repeats
GROUP = ["problem", "protocol", "rule"]


def tabulate_rules(replays: pd.DataFrame) -> pd.DataFrame:
    """Return a row per problem, protocol and rule.

    Args:
        replays: a row per fit and rule: problem, protocol, rule, epochs (spent), stopped,
            kept_epoch, kept_loss, lowest_loss.

    Returns:
        repeats, stopped (in how many of them), kept_epoch_mean, and mean, low and high (10% and 90%
        quantile) of epochs and of excess: how many percent the kept loss is above the lowest that
        any epoch had.
    """
    excess = 100 * (replays["kept_loss"] / replays["lowest_loss"] - 1)
    groups = replays.assign(excess=excess).groupby(GROUP, sort=False)
    columns = {
        "repeats": groups.size(),
        "stopped": groups["stopped"].sum(),
        "kept_epoch_mean": groups["kept_epoch"].mean(),
    }
    for number in ("epochs", "excess"):
        whole = groups[number].count() == groups.size()  # no mean of those that didn't diverge
        columns[f"{number}_mean"] = groups[number].mean().where(whole)
        for end, quantile in BAND.items():
            columns[f"{number}_{end}"] = groups[number].quantile(quantile)
    return pd.DataFrame(columns).reset_index()
