"""A folder of files beside a page, that is written as a whole."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from regpipe.kedro_side.datasets.files import FileDataset

Files = Mapping[str, bytes]  # by their paths inside the folder, a slash between folders


class PagesDataset(FileDataset[Files, Files]):
    """Saves and loads the content of files in a folder."""

    def _read(self, path: Path) -> Files:
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}

    def _write(self, path: Path, data: Files) -> None:
        for name, content in data.items():
            inside = PurePosixPath(name)
            if inside.is_absolute() or ".." in inside.parts:
                raise ValueError(f"Expected a path inside the folder, received '{name}'.")
            file = path / inside
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
