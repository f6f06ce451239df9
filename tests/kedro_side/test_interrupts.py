"""Ctrl-C: one line that says what is kept, and 130."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from regpipe.kedro_side.interrupts import CODE, KEPT, interrupts_told

TWICE = """
import os, signal
from regpipe.kedro_side.interrupts import interrupts_told
with interrupts_told():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        raise RuntimeError("whatever a library makes of it")
"""


@pytest.fixture(autouse=True)
def _as_at_a_terminal() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_it_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, interrupts_told():
        press()
    assert end.value.code == CODE == 130
    assert capsys.readouterr().err.strip() == KEPT


def test_what_a_library_makes_of_it_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, interrupts_told():
        try:
            press()
        except KeyboardInterrupt:
            raise ImportError("half of it") from None
    assert end.value.code == CODE
    assert capsys.readouterr().err.strip() == KEPT


def test_who_asks_twice_does_not_wait() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWICE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (CODE, KEPT)


def test_other_errors_are_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), interrupts_told():
        raise RuntimeError
    assert not capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_told():
        press()
