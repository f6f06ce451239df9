"""A picture that one node draws and another shows."""

from kedro_datasets.matplotlib import MatplotlibDataset


class PictureDataset(MatplotlibDataset):
    """Saves a figure as `MatplotlibDataset` does, and loads the bytes of its file."""

    def load(self) -> bytes:
        """Return the PNG file."""
        with self._fs.open(str(self._get_load_path()), "rb") as file:
            return file.read()
