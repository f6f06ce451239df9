"""A picture that one node draws and another shows."""

import base64
from typing import TYPE_CHECKING, Any

from kedro_datasets._typing import ImagePreview

from regpipe.kedro_side.datasets.local import FileDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PictureDataset(FileDataset["Figure", bytes]):
    """Saves a figure as a PNG file, and loads the bytes of that.

    (`kedro_datasets.matplotlib.MatplotlibDataset` can't load, and imports Matplotlib as soon as a
    catalog names it.)
    """

    def __init__(
        self,
        *,
        filepath: str,
        save_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the picture is, ending in `.png`.
            save_args: of `matplotlib.figure.Figure.savefig`.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._save_args = save_args or {}

    def load(self) -> bytes:
        """Return the PNG file."""
        return self._filepath.read_bytes()

    def _write(self, data: "Figure") -> None:
        data.savefig(self._filepath, **self._save_args)

    def preview(self) -> ImagePreview:
        """Return the picture as kedro-viz shows it."""
        return ImagePreview(base64.b64encode(self.load()).decode())
