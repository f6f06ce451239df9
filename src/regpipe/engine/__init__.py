"""Training: weights drawn from a seed, epochs in one compiled loop, a `Fit` for each training.

The engine knows layers, rows and seeds. It never learns the name of a technique.
"""
