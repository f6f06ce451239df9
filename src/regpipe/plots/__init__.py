"""Frames in, figures out: one file per question. No networks, no files here."""

from regpipe.plots.answer import answer
from regpipe.plots.card import card
from regpipe.plots.claims import claims
from regpipe.plots.confusion import confusion
from regpipe.plots.decision_boundary import decision_boundary
from regpipe.plots.diagnosis import diagnosis
from regpipe.plots.forest import forest
from regpipe.plots.grid import grid
from regpipe.plots.importance import importance
from regpipe.plots.learning_curves import Trained, learning_curves
from regpipe.plots.paired_differences import paired_differences
from regpipe.plots.predicted_true import predicted_true
from regpipe.plots.recipe_worth import recipe_worth
from regpipe.plots.reconstructions import reconstructions
from regpipe.plots.reliability import reliability
from regpipe.plots.sample_images import sample_images
from regpipe.plots.sample_sequences import sample_sequences
from regpipe.plots.sample_table import sample_table
from regpipe.plots.samples import samples
from regpipe.plots.stopping_tradeoff import stopping_tradeoff
from regpipe.plots.variance import variance
from regpipe.plots.weight_norms import weight_norms

__all__ = [
    "Trained",
    "answer",
    "card",
    "claims",
    "confusion",
    "decision_boundary",
    "diagnosis",
    "forest",
    "grid",
    "importance",
    "recipe_worth",
    "learning_curves",
    "paired_differences",
    "predicted_true",
    "reconstructions",
    "reliability",
    "sample_images",
    "sample_sequences",
    "sample_table",
    "samples",
    "stopping_tradeoff",
    "variance",
    "weight_norms",
]
