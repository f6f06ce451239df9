"""Kedro's commands, each in a process of its own that is forked from one with all imports done.

A process of its own takes ten seconds to import TensorFlow; a forked one none. So thousands can be
killed. What forks has imported Keras and TensorFlow without asking them for anything: threads,
which a fork loses, are begun by the commands themselves.
"""

import json
import os
import resource
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.command_lines import PROJECT, make_cheap
from tests.torture.small import stop_clocks


@dataclass(frozen=True)
class Ended:
    """What a command said, and how it ended: its exit code, or minus the signal that ended it."""

    code: int
    out: str
    err: str


@dataclass
class Command:
    """A command that runs."""

    pid: int
    forks: "Forks"
    out: int
    err: int
    said: dict[int, bytes] = field(default_factory=dict)

    def wait(self) -> Ended:
        """Return how it ended."""
        with selectors.DefaultSelector() as open_ends:
            for end in (self.out, self.err):
                open_ends.register(end, selectors.EVENT_READ)
                self.said.setdefault(end, b"")
            while open_ends.get_map():
                for ready, _ in open_ends.select():
                    part = os.read(ready.fd, 65536)
                    self.said[ready.fd] += part
                    if not part:
                        open_ends.unregister(ready.fd)
                        os.close(ready.fd)
        code = self.forks.ask({"wait": self.pid})
        out, err = (self.said[end].decode(errors="replace") for end in (self.out, self.err))
        return Ended(code, out, err)


class Forks:
    """Starts commands."""

    def __init__(self, **environment: str) -> None:
        """Start the process that forks; those of `environment` are set for all commands."""
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        paths = [str(PROJECT), str(PROJECT / "src")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=PROJECT,
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)},
        )
        theirs.close()

    def start(
        self,
        line: str,
        folder: Path = PROJECT,
        fault: Mapping[str, Any] | None = None,
        limits: Mapping[str, int] | None = None,
        **environment: str,
    ) -> Command:
        """Start a command, such as `kedro run`, in a folder.

        Args:
            line: as it is typed.
            folder: in which it is typed.
            fault: keyword arguments of `faults.end_at`.
            limits: of resources by their names, such as `RLIMIT_FSIZE`.
            environment: variables that are set besides.
        """
        out, err = os.pipe(), os.pipe()
        asked = {
            "words": shlex.split(line),
            "folder": str(folder),
            "fault": fault,
            "limits": limits or {},
            "environment": environment,
        }
        socket.send_fds(self._ours, [json.dumps(asked).encode()], [out[1], err[1]])
        os.close(out[1])
        os.close(err[1])
        return Command(self._answer(), self, out[0], err[0])

    def run(self, line: str, **how: Any) -> Ended:
        """Run a command, and return how it ended; see `start`."""
        return self.start(line, **how).wait()

    def ask(self, asked: Mapping[str, Any]) -> int:
        """Return what the process that forks answers."""
        self._ours.send(json.dumps(asked).encode())
        return self._answer()

    def close(self) -> None:
        """End the process that forks."""
        self._ours.close()
        self._process.wait()

    def _answer(self) -> int:
        answer = self._ours.recv(100)
        assert answer, "the process that forks has ended"
        return int(answer)


def serve(channel: socket.socket) -> None:
    """Fork a process for each command that is asked for, and tell how it ended."""
    while True:
        message, files, _, _ = socket.recv_fds(channel, 65536, 2)
        if not message:
            return
        asked = json.loads(message)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if not answer:
                channel.close()
                _become(asked, files)
                return
            for file in files:
                os.close(file)
        channel.send(str(answer).encode())


def _become(asked: dict[str, Any], files: list[int]) -> None:
    """Be the command: in a session, a folder and an environment of its own."""
    from kedro.framework.cli.cli import main as kedro

    from tests.torture import faults

    os.setsid()
    for file, stream in zip(files, (1, 2), strict=True):
        os.dup2(file, stream)
        os.close(file)
    os.environ.update(asked["environment"])
    tempfile.tempdir = None  # it may be another one
    os.chdir(asked["folder"])
    sys.argv = asked["words"]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, limit in asked["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    if asked["fault"]:
        faults.end_at(**asked["fault"])
    kedro()


def import_all() -> None:
    """Import what commands import, and ask TensorFlow for nothing."""
    import gc
    import importlib
    import pkgutil

    for name, value in {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_NUM_INTRAOP_THREADS": "1",
    }.items():
        os.environ.setdefault(name, value)  # as regpipe.backend does
    import keras  # noqa: F401
    import matplotlib.pyplot
    import optuna
    import pyarrow.parquet
    import sklearn.ensemble
    import sklearn.svm
    import tensorflow as tf  # noqa: F401

    import regpipe

    assert matplotlib and optuna and pyarrow and sklearn
    for module in pkgutil.walk_packages(regpipe.__path__, "regpipe."):
        if "tracking" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    gc.freeze()


if __name__ == "__main__":
    import_all()
    stop_clocks()
    make_cheap()
    serve(socket.socket(fileno=int(sys.argv[1])))
