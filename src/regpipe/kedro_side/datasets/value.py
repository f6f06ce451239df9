"""A value of one of our own types as a JSON file."""

import json
from functools import cached_property
from importlib import import_module
from typing import Any

from kedro_datasets._typing import JSONPreview
from pydantic import TypeAdapter

from regpipe.kedro_side.datasets.local import FileDataset


class ValueDataset(FileDataset[Any, Any]):
    """Saves and loads a block of YAML, or what was made of some: equal to what was saved.

    What wasn't set isn't written, so that it stays unset; `exclude_unset: false`
    among the `save_args` writes it all the same.
    """

    def __init__(
        self,
        *,
        filepath: str,
        kind: str,
        save_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the value is, ending in `.json`.
            kind: its type, such as `regpipe.candidates.arm.Arm`: a dataclass, or pydantic's.
            save_args: of pydantic's `dump_python`.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._kind = kind
        self._save_args = {"exclude_unset": True, **(save_args or {})}

    def load(self) -> Any:
        """Return the value."""
        return self._type.validate_python(json.loads(self._filepath.read_text(encoding="utf-8")))

    def _write(self, data: Any) -> None:
        plain = self._type.dump_python(data, **self._save_args)
        self._filepath.write_text(json.dumps(plain, indent=2), encoding="utf-8")

    def preview(self) -> JSONPreview:
        """Return the text of the file, for kedro-viz."""
        return JSONPreview(self._filepath.read_text(encoding="utf-8"))

    @cached_property
    def _type(self) -> TypeAdapter[Any]:
        module, _, name = self._kind.rpartition(".")
        return TypeAdapter(getattr(import_module(module), name))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "kind": self._kind}
