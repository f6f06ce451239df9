"""What warns in several threads at once is muted in all of them, and nothing else for good."""

import warnings
from collections.abc import Callable
from threading import Event, Thread

import pytest

from regpipe.engine.muted import muted


def in_thread(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work)
    thread.start()
    return thread


def test_the_first_thread_to_end_brings_no_warning_of_another_back() -> None:
    entered, ended, said = Event(), Event(), Event()

    def long() -> None:
        with muted:
            entered.set()
            assert ended.wait(10)
            warnings.warn("it didn't converge", stacklevel=1)
            said.set()

    before = warnings.filters[:]
    with muted:
        thread = in_thread(long)
        assert entered.wait(10)
    ended.set()
    thread.join()
    assert said.is_set()
    assert warnings.filters == before
    with pytest.warns(UserWarning, match="of later"):
        warnings.warn("of later", stacklevel=1)


def test_what_is_raised_inside_mutes_nothing_that_comes_after() -> None:
    before = warnings.filters[:]
    with pytest.raises(ValueError, match="broken"), muted:
        raise ValueError("broken")
    assert warnings.filters == before
