"""What is shown of some techniques, in one file."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pandas as pd

from regpipe.kedro_side.datasets.files import FileDataset, write_zip

if TYPE_CHECKING:
    from regpipe.report.study import Stories, Story

ANSWER, WORDS, RUNS, PICTURE = "answer.json", "story.json", "runs.parquet", ".png"


class StoriesDataset(FileDataset["Stories", "Stories"]):
    """Saves and loads stories by the names of their techniques, as a zip of JSON, tables and PNGs.

    Each technique has a folder in it.
    """

    def _read(self, path: Path) -> "Stories":
        from regpipe.report.study import Story
        from regpipe.statistics.answer import Answer

        with ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        folders: dict[str, dict[str, bytes]] = {}
        for name, content in files.items():
            folder, _, file = name.partition("/")
            folders.setdefault(folder, {})[file] = content
        return {
            name: Story(
                Answer.model_validate_json(parts[ANSWER]),
                **json.loads(parts[WORDS]),
                runs=pd.read_parquet(io.BytesIO(parts[RUNS])),
                pictures={
                    file.removesuffix(PICTURE): content
                    for file, content in parts.items()
                    if file.endswith(PICTURE)
                },
            )
            for name, parts in folders.items()
        }

    def _write(self, path: Path, data: "Stories") -> None:
        # Not compressed: PNGs, which are most of it, are as small as they get.
        files = {
            f"{name}/{file}": content
            for name, story in data.items()
            for file, content in _files(story).items()
        }
        write_zip(path, files)


def _files(story: "Story") -> Mapping[str, bytes]:
    """Return the files that a story is kept in."""
    words = {key: getattr(story, key) for key in ("explanation", "block", "code", "weights")}
    pictures = {f"{name}{PICTURE}": content for name, content in story.pictures.items()}
    return {
        ANSWER: story.answer.model_dump_json().encode(),
        WORDS: json.dumps(words).encode(),
        RUNS: story.runs.to_parquet(index=False),
        **pictures,
    }
