"""Does a page tell the commit that it was made from?"""

import subprocess
from pathlib import Path

import pytest

from regpipe.provenance.origin import commit_of


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_of_a_folder_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("1")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "--quiet", "--message=first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "b.txt").write_text("not of the project")
    assert commit_of(tmp_path) == commit[:12]
    file.write_text("2")
    assert commit_of(tmp_path) == f"{commit[:12]} and changes"


def test_there_need_be_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit_of(tmp_path) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(tmp_path) == ""
