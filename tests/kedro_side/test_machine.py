"""What a machine has too little of is said."""

import errno

import pytest

from regpipe.kedro_side.machine import lacking


@pytest.mark.parametrize(
    ("cause", "what"),
    [
        (MemoryError(), "memory"),
        (type("ResourceExhaustedError", (Exception,), {})("OOM"), "memory"),
        (RuntimeError("can't start new thread"), "threads"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
    ],
)
def test_what_there_is_too_little_of_is_said(cause: Exception, what: str) -> None:
    assert what in str(lacking(cause))


@pytest.mark.parametrize("cause", [ValueError("wrong"), OSError(errno.ENOENT, "No such file")])
def test_other_errors_are_not_about_the_machine(cause: Exception) -> None:
    assert lacking(cause) is None
