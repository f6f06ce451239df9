"""Does the card of a technique say what its answer says?"""

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.plots.verdicts import COLOURS
from tests.answers import answer, difference, made, published


def card(**changes: Any) -> Figure:
    return plots.card(made(answer(**changes)))


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def strip(figure: Figure) -> Any:
    return next(ax for ax in figure.axes if ax.get_xlabel())


def of(verdict: str, **numbers: Any) -> dict[str, Any]:
    """Return what changes an answer to one of this verdict."""
    gain = difference(verdict=verdict, **numbers)
    return {"fresh": {"verdict": verdict, "difference": {"accuracy": gain}}}


def test_a_card_says_the_gain_its_interval_and_the_verdict_in_a_word_and_its_colour() -> None:
    said = {text.get_text(): text for text in card().texts}
    assert {"L2 weight penalty", "on Two moons", "+1.2", "helps"} <= set(said)
    assert "points of accuracy, on average\n95% interval [0.4, 2.0]" in said
    assert said["+1.2"].get_color() == said["helps"].get_color() == COLOURS["helps"]
    assert any("Adds the squares of the hidden weights" in text for text in said)


def test_the_strip_has_a_dot_per_repeat_their_mean_and_what_is_too_little() -> None:
    ax = strip(card())
    dots = ax.collections[0].get_offsets()
    assert sorted(set(np.round(dots[:, 0], 6))) == [-0.8, 3.2] and len(dots) == 30
    (mean,) = ax.containers
    assert mean.lines[0].get_xdata()[0] == pytest.approx(1.2)
    assert ax.get_title(loc="left") == "30 fresh draws, better in 21 of them"
    low, high = ax.get_xlim()
    assert low < -0.8 and high > 3.2


def test_a_published_number_is_told_with_what_became_of_it() -> None:
    told = {"published": published(test=0.943, baseline={"train": None, "test": 0.914})}
    figure = card(fixed=told)
    assert "Published test accuracy: 0.943, not contradicted by 30 seeds on that draw." in words(
        figure
    )
    (claim,) = [line for line in strip(figure).lines if line.get_markeredgecolor() == "#1c1f24"]
    assert claim.get_xdata()[0] == pytest.approx(2.9)
    missed = card(fixed={**told, "missed": ["test"]})
    assert any("not reproduced by any of 30 seeds" in text for text in words(missed))
    away = card(fixed={**told, "not_comparable": "200 epochs instead of 4000"})
    assert any("not comparable with this run" in text for text in words(away))
    assert not [text for text in strip(away).texts if "published" in text.get_text()]
    assert not any("Published" in text for text in words(card()))


def test_a_gain_that_only_leads_to_a_guess_is_told_as_such() -> None:
    line = "hardly better than a constant guess"
    assert not any(line in text for text in words(card(fresh={"guess": 0.5})))
    assert any(line in text for text in words(card(fresh={"guess": 0.94})))


def test_few_repeats_are_said_as_such() -> None:
    line = "only 8 draws: too few to rely on"
    assert not any(line in text for text in words(card()))
    assert any(line in text for text in words(card(fresh={"repeats": 8})))


def test_too_few_repeats_are_said_as_such() -> None:
    nothing = {"ci_low": float("nan"), "ci_high": float("nan")}
    figure = card(**of("too few", **nothing))
    assert "can't be told" in words(figure) and "helps" not in words(figure)
    assert any("no interval" in text for text in words(figure))
    lost = card(**of("undecided", mean=float("nan"), **nothing))
    assert "-" in words(lost) and not strip(lost).containers


@pytest.mark.parametrize(
    "title", ["L2", "A penalty that costs $a_{$ and more: " + 3 * "very long ", 40 * "W"]
)
@pytest.mark.parametrize("verdict", COLOURS)
def test_nothing_of_a_card_lies_outside_of_it_or_over_its_strip(title: str, verdict: str) -> None:
    wide = " ".join(["WWW"] * 60)
    changes = {**of(verdict), "run": {"parameters": {"weight_l2": {"explanation": wide}}}}
    changes["fresh"]["repeats"] = 8
    changes["fresh"]["difference"] |= {"probe_accuracy": difference(verdict=verdict)}
    figure = card(title=title, metric="probe_accuracy", **changes)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = strip(figure).get_window_extent()
    for text in figure.texts:
        place = text.get_window_extent(canvas.get_renderer())
        assert place.x0 >= 0 and place.x1 <= figure.bbox.x1 and place.y0 >= 0
        assert not place.overlaps(box), text.get_text()
    assert (figure.bbox.width * 1.2, figure.bbox.height * 1.2) == (1200, 630)
