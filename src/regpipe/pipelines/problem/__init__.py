"""A problem: draw rows, split them, train its baseline, show its samples."""

from regpipe.pipelines.problem.pipeline import create_pipeline

__all__ = ["create_pipeline"]
