"""The weights of the best epoch, kept while training goes on: `keras.callbacks.ModelCheckpoint`."""

from typing import Any, ClassVar

from regpipe.backend import keras
from regpipe.ingredients._watching import Monitored


class Checkpoint(Monitored):
    """The arguments of `keras.callbacks.ModelCheckpoint(save_best_only=True)`."""

    order: ClassVar = 3  # of several rules, the last one decides which weights are kept

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class Checkpoint(keras.callbacks.ModelCheckpoint):
            """Writes the best weights to a file, and reads them back in the end."""

            def __init__(self, monitor="val_loss", mode="auto", filepath="best.weights.h5"):
                super().__init__(
                    filepath, monitor, mode=mode, save_best_only=True, save_weights_only=True
                )
                self.best_epoch = None

            def on_epoch_end(self, epoch, logs=None):
                before = self.best
                super().on_epoch_end(epoch, logs)
                if self.best != before:
                    self.best_epoch = epoch

            def on_train_end(self, logs=None):
                if self.best_epoch is not None:
                    self.model.load_weights(self.filepath)

        return Checkpoint
