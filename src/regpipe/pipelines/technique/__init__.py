"""A technique: train it beside its problem's baseline, compare the two, show the answer."""

from regpipe.pipelines.technique.pipeline import create_pipeline

__all__ = ["create_pipeline"]
