"""Build, train, evaluate and export one arm."""

from regpipe.pipelines.arm.pipeline import create_pipeline

__all__ = ["create_pipeline"]
