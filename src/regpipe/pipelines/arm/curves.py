"""What the learning curves of an arm are drawn from."""

import pandas as pd

from regpipe.language import Training
from regpipe.plots import Trained
from regpipe.plots.learning_curves import HELD_OUT, TEST


def trained(history: pd.DataFrame, runs: pd.DataFrame, training: Training) -> Trained:
    """Return the trainings of an arm, with the epoch whose weights each of them keeps."""
    kept = "best_epoch" if training.keeps_best or training.after_stopping else "epochs"
    fits = runs.assign(kept_epoch=runs[kept])
    return Trained(history, fits, HELD_OUT if training.watches_held_out else TEST)
