"""Runs what has to be run: nodes whose results are there, from the same inputs, are left out."""

from regpipe.kedro_side.runner.incremental import IncrementalRunner

__all__ = ["IncrementalRunner"]
