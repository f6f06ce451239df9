"""Ctrl-C, at any moment of a run: one line, and the exit code of what was interrupted."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from regpipe.engine import progress

CODE = 128 + signal.SIGINT
KEPT = "Interrupted. What was trained and made so far is kept: the same command goes on from there."


@contextmanager
def interrupts_told() -> Iterator[None]:
    """End the process with one line once it is interrupted; at once, if that is said twice.

    The first Ctrl-C raises KeyboardInterrupt: what trains ends after its fit, and what was made is
    recorded. Libraries may make another error of it, or none. The second one doesn't wait for that:
    every file is written as a whole.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # ignored, as in a script's background, or somebody else's
        return
    pressed: list[bool] = []

    def interrupt(*_: Any) -> None:
        pressed.append(True)
        if len(pressed) > 1:
            os.write(2, f"\n{KEPT}\n".encode())
            os._exit(CODE)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except BaseException:
        if not pressed:
            raise
        progress.stop()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is about to end
        click.echo(f"\n{KEPT}", err=True)
        raise SystemExit(CODE) from None
    finally:
        if not pressed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
