"""Weights and rows -> numbers."""
