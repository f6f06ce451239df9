"""An arm: train it at every repeat, measure its fits, export its model."""
