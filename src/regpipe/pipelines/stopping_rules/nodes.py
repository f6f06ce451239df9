"""From stored histories to what each stopping rule would have cost and kept."""

import pandas as pd

from regpipe.language import StoppingRules

EPOCH = ["protocol", "repeat", "epoch"]


def replay_rules(rules: StoppingRules, **histories: pd.DataFrame) -> pd.DataFrame:
    """Return a row per problem, rule and fit.

    Args:
        rules: which to replay.
        histories: of each problem's baseline.

    Columns: problem, rule, protocol, repeat, epochs (spent), stopped, kept_epoch, kept_loss (the
    watched loss there), lowest_loss (of all epochs).
    """
    from regpipe.engine.replay import Replay

    rows = []
    for problem, history in histories.items():
        names = [column for column in history.columns if column not in EPOCH]
        fits = [(key, fit.sort_values("epoch")) for key, fit in history.groupby(EPOCH[:2])]
        for rule, block in rules.rules.items():
            replay = Replay(block.rule, names)
            for (protocol, repeat), fit in fits:
                there = fit[fit["val_loss"].notna()]  # else not validated, or diverged
                if there.empty:
                    continue
                stop = replay(there[names].to_numpy("float32"))
                losses, epochs = there["val_loss"].to_numpy(), there["epoch"].to_numpy()
                rows.append(
                    {
                        "problem": problem,
                        "rule": rule,
                        "protocol": protocol,
                        "repeat": repeat,
                        "epochs": epochs[stop.epochs - 1],
                        "stopped": stop.stopped,
                        "kept_epoch": epochs[stop.kept_epoch - 1],
                        "kept_loss": losses[stop.kept_epoch - 1],
                        "lowest_loss": losses.min(),
                    }
                )
    return pd.DataFrame(rows)
