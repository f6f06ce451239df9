"""What is told of some techniques, in one file."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pandas as pd
from kedro.io import AbstractDataset

if TYPE_CHECKING:
    from regpipe.report.study import Stories, Story

ANSWER, WORDS, RUNS, PICTURE = "answer.json", "story.json", "runs.parquet", ".png"


class StoriesDataset(AbstractDataset["Stories", "Stories"]):
    """Saves and loads stories by the names of their techniques, as a zip of JSON, tables and PNGs.

    Each technique has a folder in it.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the stories are, ending in `.zip`.
            metadata: for plugins such as kedro-viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> "Stories":
        """Return the stories, in the order in which they were saved."""
        from regpipe.report.study import Story
        from regpipe.statistics.answer import Answer

        with ZipFile(self._filepath) as archive:
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

    def save(self, data: "Stories") -> None:
        """Write the stories; PNGs are as small as they get, and aren't compressed again."""
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        with ZipFile(self._filepath, "w") as archive:
            for name, story in data.items():
                for file, content in _files(story).items():
                    archive.writestr(f"{name}/{file}", content)

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


def _files(story: "Story") -> Mapping[str, bytes]:
    """Return the files that a story is kept in."""
    words = {key: getattr(story, key) for key in ("explanation", "block", "code")}
    pictures = {f"{name}{PICTURE}": content for name, content in story.pictures.items()}
    return {
        ANSWER: story.answer.model_dump_json().encode(),
        WORDS: json.dumps(words).encode(),
        RUNS: story.runs.to_parquet(index=False),
        **pictures,
    }
