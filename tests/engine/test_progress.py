import io
import logging
import re

import pytest
from rich.console import Console

from regpipe.engine import progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    shown = Screen()
    console = Console(file=shown, force_terminal=True, color_system=None, width=120)
    monkeypatch.setattr(progress, "get_console", lambda: console)
    return shown


def test_the_line_says_what_is_done_and_counts_fits_until_the_run_ends(
    screen: io.StringIO,
) -> None:
    progress.start("reading the project")
    shown_at_once = screen.getvalue()
    assert "reading the project" in shown_at_once and "0 s" in shown_at_once
    progress.expect(2, programs=2)
    progress.compiling("moons")
    progress.advance("moons")
    progress.advance("moons")
    progress.compiling("weight_l2")
    progress.expect(1)  # a grid says by itself how many fits it adds
    progress.compiling("weight_l2_grid")
    progress.advance("weight_l2_grid")
    progress.at("weight_l2: plot weights")
    progress.stop()
    assert progress._bar is None
    progress.advance("weight_l2")  # no line, no effect
    progress.expect(3)
    assert re.search(r"3 of 3 fits, [\d,.]+/s weight_l2: plot weights", screen.getvalue())


def described() -> str:
    assert progress._bar is not None
    return progress._bar.tasks[0].description


def test_where_there_is_little_room_the_numbers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Screen()
    console = Console(file=shown, force_terminal=True, color_system=None, width=64)
    monkeypatch.setattr(progress, "get_console", lambda: console)
    progress.start("reading the project")
    progress.expect(10_040)
    progress.advance("moons")
    later = progress.monotonic() + 1
    monkeypatch.setattr(progress, "monotonic", lambda: later)
    progress.advance("early_stopping_checkpoint: plot paired differences of all draws")
    assert progress._bar is not None
    progress._bar.refresh()
    progress.stop()
    assert re.search(r"2 of 10,040 fits, [\d,.]+/s, [\d:]+ left early_", shown.getvalue())


def test_it_says_which_of_how_many_programs_is_compiled(screen: io.StringIO) -> None:
    progress.start("reading the project")
    progress.expect(0, programs=3)
    progress.expect(0, programs=-1)  # up to date
    progress.compiling("moons")
    assert described() == "compiling 1 of 2: moons"
    progress.compiling("weight_l2")
    assert described() == "compiling 2 of 2: weight_l2"
    progress.compiling("weight_l2_grid")
    assert described() == "compiling: weight_l2_grid"
    progress.stop()
    progress.start("reading the project")
    progress.compiling("moons")
    assert described() == "compiling: moons"
    progress.stop()


def test_where_nothing_is_trained_nothing_stays_to_be_seen(screen: io.StringIO) -> None:
    progress.start("reading the project")
    assert progress._bar is not None
    live = progress._bar.live
    progress.expect(60)
    progress.expect(-60)
    progress.stop()
    assert live.transient
    progress.start("reading the project")
    progress.advance("moons")
    live = progress._bar.live
    progress.stop()
    assert not live.transient


def test_a_log_has_a_line_a_minute_and_no_bar(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, shown = [1000.0], io.StringIO()
    console = Console(file=shown, force_terminal=True, get_time=lambda: now[0])
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress, "get_console", lambda: console)
    with caplog.at_level(logging.INFO, "regpipe"):
        progress.start("reading the project")
        progress.expect(4_000)
        for fit in range(1, 1_001):  # one every fifth of a second: 200 seconds
            now[0] = 1000 + fit / 5
            progress.advance("dropout")
        progress.stop()
    assert caplog.messages == [
        f"Training dropout: {done} of 4,000 fits, 5.0/s, 0:{left} left."
        for done, left in [("300", "12:20"), ("600", "11:20"), ("900", "10:20")]
    ]
    assert shown.getvalue() == ""


def test_the_time_left_counts_compiles_once_each(
    screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])

    def fit(seconds: float) -> str:
        now[0] += seconds
        progress.advance("moons")
        assert progress._bar is not None
        return progress._done(progress._bar.tasks[0])

    progress.start("reading the project")
    progress.expect(180, programs=2)
    now[0] += 40  # to import TensorFlow is no pace
    progress.compiling("moons")
    assert fit(20) == "1 of 180 fits"  # the first one waited for the compile
    assert fit(0.5) == "2 of 180 fits, 2.0/s, 0:01:49 left"  # 178 fits, and 20 s for the other
    for _ in range(88):
        told = fit(0.5)
    assert told == "90 of 180 fits, 2.0/s, 0:01:05 left"
    now[0] += 7  # pictures
    progress.compiling("weight_l2")
    assert progress._bar is not None
    now[0] += 4  # of 20 or so that it takes
    assert progress._done(progress._bar.tasks[0]).endswith("0:01:01 left")
    assert fit(6) == "91 of 180 fits, 2.0/s, 0:00:44 left"
    for _ in range(89):
        told = fit(0.5)
    assert told == "180 of 180 fits, 2.0/s"
    progress.stop()
