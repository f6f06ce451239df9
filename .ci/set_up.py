"""Make a virtual environment of what a lock lists, and say all the while how far it is.

`python .ci/set_up.py .venv requirements.lock`. pip alone says nothing for minutes, or too much: 300
lines, some of them about registries. Its full output is shown where it fails.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

EVERY = 2.0  # seconds between two signs of life
LINE_EVERY = 20.0  # seconds between two lines of a log
LAST = 30  # lines of output that are shown where nothing in them is called an error


class Progress:
    """What pip has said so far, and what there is on disk, as one line."""

    def __init__(self, lock: Path, venv: Path, downloads: Path) -> None:
        listed = (line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line)
        self.packages = sum(not name.startswith((" ", "#")) for name in listed)
        self.seen, self.name, self.installing, self.there = 0, "", 0, 0
        self.venv, self.downloads = venv, downloads

    def hear(self, line: str) -> None:
        """Take in a line of pip's output."""
        first, _, rest = line.strip().partition(" ")
        if first == "Ignoring":  # it is for another Python, or another system
            self.packages -= 1
        elif (
            line.startswith(("Collecting ", "Requirement already satisfied: "))
            and "(from -r" in line
        ):
            self.seen += 1
            self.name = rest.removeprefix("already satisfied: ").split("==")[0]
        elif line.startswith("Installing collected packages: "):
            self.installing, self.there = line.count(",") + 1, self.installed()

    def installed(self) -> int:
        """Return how many packages the environment has."""
        return len(list(self.venv.glob("lib/python*/site-packages/*.dist-info")))

    def downloaded(self) -> int:
        """Return megabytes; pip leaves what it downloads in such folders until it has all."""
        sizes = 0
        for file in self.downloads.glob("pip-unpack-*/*"):
            try:
                sizes += file.stat().st_size
            except FileNotFoundError:  # what is temporary goes at any time
                continue
        return sizes // 1_000_000

    def __str__(self) -> str:
        """Return how far it is."""
        if self.installing:
            done = min(self.installed() - self.there, self.installing)
            return f"2 of 2: installing, {done} of {self.installing} packages"
        return (
            f"1 of 2: downloading, {self.seen} of {self.packages} packages, "
            f"{self.downloaded()} MB: {self.name}"
        )


class Screen:
    """A terminal has one line, which changes; a log has a line now and then, and dots between."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.told = 0.0  # when the last line of a log was

    def show(self, text: str, last: bool = False) -> None:
        """Show a state, and the time that has passed."""
        now = time.monotonic()
        seconds = int(now - self.since)
        text = f"  {seconds // 60}:{seconds % 60:02d}  {text}"
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{text[:width]:{width}}", end="\n" if last else "", flush=True)
        elif last or now - self.told > LINE_EVERY:
            print("\n" * bool(self.told) + text, end="\n" if last else "", flush=True)
            self.told = now
        else:
            print(".", end="", flush=True)


def run(
    command: list[str | Path], state: object, hear: Callable[[str], None], **environment: str
) -> None:
    """Run a command to its end, and show the state meanwhile.

    Raises:
        SystemExit: The command failed; what it said has been printed.
    """
    said: list[str] = []
    screen = Screen()
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env={**os.environ, **environment}, **piped) as process:

        def listen() -> None:
            for line in process.stdout or ():
                said.append(line)
                hear(line)

        listener = threading.Thread(target=listen)
        listener.start()
        while process.returncode is None:
            screen.show(str(state))
            try:
                process.wait(EVERY)
            except subprocess.TimeoutExpired:
                continue
        listener.join()
    screen.show(str(state), last=True)
    if process.returncode:
        wrong = next((i for i, line in enumerate(said) if line.startswith("ERROR")), -LAST)
        sys.exit("".join(said[wrong:]).rstrip())


def main(venv: Path, lock: Path) -> None:
    """Make the environment where there is none, and install the lock and this project."""
    python = venv / "bin" / "python"
    if not (venv / "bin" / "pip").exists():
        run([sys.executable, "-m", "venv", venv], f"making {venv}", lambda line: None)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    pip += ["--no-compile"]  # the first import compiles what it needs, a small part of all
    with tempfile.TemporaryDirectory(dir=venv) as downloads:
        progress = Progress(lock, venv, Path(downloads))
        listed = ["--require-hashes", "--requirement", lock]
        run([*pip, *listed], progress, progress.hear, TMPDIR=downloads)
        mine = ["--no-deps", "--no-build-isolation", "--editable", "."]  # setuptools is locked
        run([*pip, *mine], "installing regpipe", lambda line: None, TMPDIR=downloads)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except KeyboardInterrupt:
        sys.exit(130)
