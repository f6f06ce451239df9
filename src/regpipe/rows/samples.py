"""Every row that any fit of a problem sees, in one tidy frame.

Columns: protocol (`fixed`, `fresh`), repeat, data_seed, split, the features (x1, x2, ... of a
generator) and target; `group` where rows come in groups, a number for each; `time` where they have
one, its place among all times. `fixed` is one draw, the published one, and stands once, as repeat
0. `fresh` is a draw for each repeat, followed by the rows that score it. Of a table, a draw is
another split of the same rows, and its test rows score it; of rows that have a time, some are
neither trained nor tested on, and their split is missing.
"""

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import Problem, Protocol
from regpipe.rows.bundled import TABLES
from regpipe.rows.sources import draw, draw_scoring, is_table, published_seed
from regpipe.seeds import derive

KEYS = ("protocol", "repeat", "data_seed", "split", "target", "group", "time")
DRAW = ["protocol", "repeat"]


def draw_samples(problem: Problem, protocol: Protocol) -> pd.DataFrame:
    """Draw the rows of every repeat; `split` is `score` or, for rows yet to be split, empty."""
    seeds = [derive(protocol.seed, "fresh data", k) for k in range(protocol.fresh.ceiling)]
    draws = [("fixed", 0, published_seed(problem))]
    draws += [("fresh", repeat, seed) for repeat, seed in enumerate(seeds)]
    table = TABLES[next(iter(problem.rows))]() if is_table(problem.rows) else None
    frames = []
    for name, repeat, seed in draws:
        rows = draw(problem.rows, problem.split, seed) if table is None else table
        frames.append(_frame(rows, name, repeat, seed, ""))
        if table is None and name == "fresh":
            rows = draw_scoring(problem.rows, protocol.fresh.score_rows, derive(seed, "score"))
            frames.append(_frame(rows, name, repeat, seed, "score"))
    return pd.concat(frames, ignore_index=True)


def split_samples(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Call some rows of each draw `train`, the others `test`, and standardise what the block names.

    Raises:
        SpecError: the split leaves no row to train or to test on.
    """
    columns = feature_names(draws) if "features" in problem.standardise else []
    columns += ["target"] if "target" in problem.standardise else []
    frames = []
    for (_, _), drawn in draws.groupby(DRAW, sort=False):
        to_split = drawn["split"] != "score"
        seed = int(drawn["data_seed"].iloc[0])
        names = np.full(len(drawn), "score", dtype=object)
        names[to_split] = _split(drawn.loc[to_split, "target"], problem, seed)
        split = drawn.assign(split=names)
        if columns:
            trained = split.loc[split["split"] == "train", columns]
            spread = trained.std(ddof=0).replace(0, 1)  # a constant column stays constant
            split[columns] = ((split[columns] - trained.mean()) / spread).astype("float32")
        frames.append(split)
    return pd.concat(frames, ignore_index=True)


def feature_names(samples: pd.DataFrame) -> list[str]:
    """Return the columns that a network sees."""
    return [column for column in samples.columns if column not in KEYS]


def _frame(rows: pd.DataFrame, protocol: str, repeat: int, seed: int, split: str) -> pd.DataFrame:
    keys = {"protocol": protocol, "repeat": repeat, "data_seed": seed, "split": split}
    features = rows.drop(columns="target").astype("float32")
    return pd.concat([pd.DataFrame(keys, index=rows.index), features, rows["target"]], axis=1)


def _split(target: pd.Series, problem: Problem, seed: int) -> np.ndarray:
    """Return `train` or `test` for each row of a draw."""
    split, places = problem.split, np.arange(len(target))
    if not is_table(problem.rows):
        assert isinstance(split.train, int)
        return np.where(places < split.train, "train", "test")
    from sklearn.model_selection import train_test_split

    options = {"train_size": split.train, "stratify": target if split.stratify else None}
    try:
        train, _ = train_test_split(places, random_state=seed, **options)
    except ValueError as error:
        raise SpecError(
            f"split of '{problem.title}': its {len(places)} rows can't be split so. {error}"
        ) from error
    return np.where(np.isin(places, train), "train", "test")
