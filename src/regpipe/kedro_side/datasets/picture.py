"""A picture that one node draws and another shows."""

from typing import Any

from kedro_datasets.matplotlib import MatplotlibDataset


class PictureDataset(MatplotlibDataset):
    """Saves a figure as `MatplotlibDataset` does, and loads the bytes of its file."""

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
        # Named here, and not by `**kwargs`, so that the catalog says where its file lies.
        super().__init__(filepath=filepath, save_args=save_args, metadata=metadata)

    def load(self) -> bytes:
        """Return the PNG file."""
        with self._fs.open(str(self._get_load_path()), "rb") as file:
            return file.read()
