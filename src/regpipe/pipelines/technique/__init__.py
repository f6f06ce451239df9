"""A technique: train it beside its problem's baseline, compare the two, show the answer."""
