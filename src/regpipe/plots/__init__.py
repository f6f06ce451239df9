"""Frames in, figures out: one file per question. No networks, no files here."""

from regpipe.plots.decision_boundary import decision_boundary
from regpipe.plots.learning_curves import learning_curves
from regpipe.plots.paired_differences import paired_differences
from regpipe.plots.samples import samples
from regpipe.plots.weight_norms import weight_norms

__all__ = [
    "decision_boundary",
    "learning_curves",
    "paired_differences",
    "samples",
    "weight_norms",
]
