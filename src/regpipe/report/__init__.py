"""Frames and numbers -> what people read."""
