"""When, by which command and from which commit something was made, and by which regpipe."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from regpipe.provenance.versions import versions

COMMANDS = ("kedro", "regpipe")
SHORT = 12  # digits of a commit


@dataclass(frozen=True)
class Origin:
    """Where a page comes from.

    Attributes:
        made: when.
        command: what was typed, without passwords; "" where it wasn't a command, as in a notebook.
        commit: of the project's repository, with "and changes" where files differ from it; ""
            where there is none.
        version: of regpipe.
    """

    made: datetime
    command: str
    commit: str
    version: str


def origin_of(folder: Path) -> Origin:
    """Return the origin of what this process makes of the project in a folder."""
    command, commit = command_of(sys.argv), commit_of(folder)
    return Origin(datetime.now(UTC), command, commit, versions()["regpipe"])


def command_of(arguments: list[str]) -> str:
    """Return a command as it was typed.

    >>> command_of(["/bin/kedro", "run", "--params", "tracking=http://me:secret@host,a b"])
    "kedro run --params 'tracking=http://***@host,a b'"
    >>> command_of(["/lib/regpipe/__main__.py", "--pipelines=weight_l2"])
    'python -m regpipe --pipelines=weight_l2'
    >>> command_of(["/lib/ipykernel_launcher.py", "-f", "kernel.json"])
    ''
    """
    path = Path(arguments[0])
    if path.name == "__main__.py" and path.parent.name in COMMANDS:
        command = f"python -m {path.parent.name}"
    elif path.stem in COMMANDS:
        command = path.stem
    else:
        return ""
    return " ".join([command, *(shlex.quote(masked(part)) for part in arguments[1:])])


def masked(text: str) -> str:
    """Return a text whose addresses say neither user nor password.

    >>> masked("https://me:secret@mlflow.example.org")
    'https://***@mlflow.example.org'
    """
    return re.sub(r"(?<=://)[^/@\s]*@", "***@", text)


def commit_of(folder: Path) -> str:
    """Return the commit that a folder is at, "" where git or a repository lacks."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")[:SHORT]
        changed = git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{commit} and changes" if changed else commit
