import io
import logging

import pytest
from rich.console import Console

from regpipe.engine import progress


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system=None, width=120)
    monkeypatch.setattr(progress, "get_console", lambda: console)
    return shown


def test_the_bar_counts_fits_until_the_run_ends(screen: io.StringIO) -> None:
    progress.start(2)
    progress.advance("moons")
    progress.advance("moons")
    progress.expect(1)  # a grid says by itself how many fits it adds
    progress.advance("weight_l2_grid")
    progress.stop()
    assert progress._bar is None
    progress.advance("weight_l2")  # no bar, no effect
    progress.expect(3)
    shown = screen.getvalue()
    assert "weight_l2_grid ━━━" in shown and "3/3 fits" in shown
    assert "/s, 0:00:00 left" in shown


def test_a_log_has_a_line_a_minute_and_no_bar(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, shown = [1000.0], io.StringIO()
    console = Console(file=shown, get_time=lambda: now[0])
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress, "get_console", lambda: console)
    with caplog.at_level(logging.INFO, "regpipe"):
        progress.start(4_000)
        for fit in range(1, 1_001):  # one every fifth of a second: 200 seconds
            now[0] = 1000 + fit / 5
            progress.advance("dropout")
        progress.stop()
    assert caplog.messages == [
        f"Training dropout: {done} of 4,000 fits, 5.0/s, 0:{left} left."
        for done, left in [("300", "12:20"), ("600", "11:20"), ("900", "10:20")]
    ]
    assert shown.getvalue() == ""
