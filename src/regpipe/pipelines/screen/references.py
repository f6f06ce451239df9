"""Choose a setting of each model beside the network, in each repeat, as a strength is chosen.

By the same held-out rows: all settings are fitted without the first of them, the better half also
without the next, and so on. What is chosen is fitted on all rows, and scored on the test rows. That
is done in the repeats that all recipes have, also those that are given up later.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.candidates.references import Peer, Setting, left_out, peers_of
from regpipe.engine import progress
from regpipe.language import Protocol, Screen
from regpipe.measures.ledger import entries
from regpipe.pipelines.fits import Repeat, repeats_of
from regpipe.pipelines.screen.tuning import fits_of_repeat, halve
from regpipe.pipelines.search import held_out, mean_of, merit
from regpipe.rows.arrays import Rows, rows_of

Blocks = dict[str, Any]
logger = logging.getLogger(__name__)


def fit_references(
    samples: pd.DataFrame, base: Arm, references: Blocks, screen: Screen, protocol: Protocol
) -> pd.DataFrame:
    """Return a row per repeat and model, each with the setting that held-out rows chose.

    Columns: model; what the row of a run table begins with; setting (JSON), `validation_<score>`
    of it, and `test_<score>` after a fit on all rows, each row's too (`ledger.entries`); seconds of
    that fit, and search_seconds of all fits before.
    """
    n = screen.certain_within(protocol.fresh.ceiling)
    repeats = repeats_of(base, samples, protocol, "fresh", n)

    def fit(peers: Sequence[Peer]) -> list[dict[str, Any]]:
        fits = sum(fits_of_repeat(len(peer.settings), screen.holdouts) + 1 for peer in peers)
        progress.expect(len(repeats) * fits)
        return [
            _chosen(peer, repeat, ways, base)
            for repeat in repeats
            for ways in [held_out(repeat, screen)]
            for peer in peers
        ]

    return pd.DataFrame(of_those_that_fit(peers_for(samples, base, references), fit))


def of_those_that_fit(
    peers: Sequence[Peer], fit: Callable[[Sequence[Peer]], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the rows of models, without those of which one fit fails, as if they weren't there.

    A model is compared over all repeats or over none; what is left out is logged.

    Raises:
        Unfit: there is no other model.
    """
    from regpipe.measures.references import Unfit

    try:
        return fit(peers)
    except Unfit as error:
        others = [peer for peer in peers if peer.name != error.name]
        if not others:
            raise
        logger.warning("%s It is left out, here and in what is made of this.", error)
        return of_those_that_fit(others, fit)


def peers_for(samples: pd.DataFrame, base: Arm, references: Blocks) -> list[Peer]:
    """Return the models that suit a problem.

    Raises:
        SpecError: as `peers_of`.
    """
    return peers_of(references, *_asked(samples, base))


def left_out_references(samples: pd.DataFrame, base: Arm, references: Blocks) -> dict[str, str]:
    """Return the models that would suit a problem, and why they are left out."""
    return left_out(references, *_asked(samples, base))


def choose_setting(
    peer: Peer, repeat: Repeat, ways: list[Rows], base: Arm
) -> tuple[Setting, dict[str, float]]:
    """Return the setting of a model that held-out rows choose, and its mean scores on those."""
    from regpipe.measures.measure import means
    from regpipe.measures.references import score_peer

    settings = peer.settings
    tried: dict[int, list[dict[str, float]]] = defaultdict(list)

    def go_on(k: int) -> float:
        held = ways[len(tried[k])]
        scores = score_peer(peer, settings[k], held, "val", base.problem_block, repeat.seed)
        tried[k].append(means(scores))
        progress.advance(peer.name)
        return merit(mean_of(tried[k]), base)

    best = halve(range(len(settings)), go_on, len(ways))
    return settings[best], mean_of(tried[best])


def _chosen(peer: Peer, repeat: Repeat, ways: list[Rows], base: Arm) -> dict[str, Any]:
    from regpipe.measures.measure import means
    from regpipe.measures.references import score_peer

    began = time.perf_counter()
    setting, validated = choose_setting(peer, repeat, ways, base)
    chosen = time.perf_counter()
    scores = score_peer(peer, setting, repeat.rows, "score", base.problem_block, repeat.seed)
    progress.advance(peer.name)
    return {
        "model": peer.name,
        **repeat.row(),
        "setting": json.dumps(setting),
        **{f"validation_{name}": score for name, score in validated.items()},
        **means(scores, "test"),
        **entries(scores, repeat.rows),
        "seconds": time.perf_counter() - chosen,
        "search_seconds": chosen - began,
    }


def _asked(samples: pd.DataFrame, base: Arm) -> tuple[str, bool, int]:
    rows = rows_of(samples, "fresh", base)[0]
    return base.problem, base.task.classifies, len(rows.x_train)
