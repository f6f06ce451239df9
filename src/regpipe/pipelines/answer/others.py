"""The best model without a network of ours in each split, chosen as the best network is.

A setting of each is chosen by the ways to hold out rows by which mixtures are searched for; the
best of the finalists by the further ways, and so is where it says a class.
"""

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.candidates.references import Peer
from regpipe.engine import progress
from regpipe.language import Answering, Protocol
from regpipe.measures.ledger import entries
from regpipe.pipelines.answer.cuts import cut_of, rates_at
from regpipe.pipelines.answer.networks import further_ways, merit_of, scores_of_all
from regpipe.pipelines.answer.whole import repeats_and_whole
from regpipe.pipelines.fits import Repeat
from regpipe.pipelines.screen.references import (
    Blocks,
    choose_setting,
    of_those_that_fit,
    peers_for,
)
from regpipe.pipelines.screen.tuning import fits_of_repeat
from regpipe.pipelines.search import held_out, merit
from regpipe.statistics.winners import WHOLE

if TYPE_CHECKING:
    from regpipe.measures.measure import Said


def choose_others(
    samples: pd.DataFrame,
    table: pd.DataFrame,
    base: Arm,
    references: Blocks,
    protocol: Protocol,
    answer: Answering,
) -> pd.DataFrame:
    """Return a row per repeat and model, with what was chosen of all rows behind.

    Columns: what the row of a run table begins with; model, setting (JSON), `test_<score>`, each
    row's too, which the rows of all the table have none of; seconds of all its fits; won, and in a
    further row of the best one, where it is true, cut as of networks, and `validation_<score>` by
    the further ways.
    """
    repeats = repeats_and_whole(samples, table, base, protocol, answer.repeats)

    def fit(peers: Sequence[Peer]) -> list[dict[str, Any]]:
        fits = sum(fits_of_repeat(len(peer.settings), answer.holdouts) + 1 for peer in peers)
        finals = answer.finals * min(answer.finalists, len(peers))
        progress.expect(len(repeats) * (fits + finals) - len(peers))
        return [row for repeat in repeats for row in _of_repeat(peers, repeat, base, answer)]

    return pd.DataFrame(of_those_that_fit(peers_for(samples, base, references), fit))


def _of_repeat(
    peers: Sequence[Peer], repeat: Repeat, base: Arm, sizes: Answering
) -> list[dict[str, Any]]:
    from regpipe.measures.measure import means
    from regpipe.measures.references import said_by_peer

    problem, ways = base.problem_block, held_out(repeat, sizes)
    rows, merits, tested = [], [], []
    for peer in peers:
        began = time.perf_counter()
        setting, validated = choose_setting(peer, repeat, ways, base)
        merits.append(merit(validated, base))
        row = {**repeat.row(), "model": peer.name, "setting": json.dumps(setting), "won": False}
        if repeat.protocol != WHOLE:
            told = said_by_peer(peer, setting, repeat.rows, "score", problem, repeat.seed)
            progress.advance(peer.name)
            tested.append(told)
            row |= {**means(told.by_row, "test"), **entries(told.by_row, repeat.rows)}
        rows.append(row | {"seconds": time.perf_counter() - began})
    finalists = sorted(range(len(peers)), key=lambda k: -merits[k])[: sizes.finalists]
    said: dict[int, list[Said]] = {k: [] for k in finalists}
    for k in finalists:
        setting = json.loads(rows[k]["setting"])
        for held in further_ways(repeat, sizes):
            said[k].append(said_by_peer(peers[k], setting, held, "val", problem, repeat.seed))
            progress.advance(peers[k].name)
    best = max(said, key=lambda k: merit_of(said[k], base))
    cut = cut_of(said[best])
    validated = scores_of_all([rates_at(one, cut) for one in said[best]])
    won = {**rows[best], "won": True, "cut": cut, **validated}
    if tested:
        by_row = rates_at(tested[best], cut).by_row
        won |= {**means(by_row, "test"), **entries(by_row, repeat.rows)}
    return [*rows, won]
