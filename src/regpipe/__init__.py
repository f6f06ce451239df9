"""Which regularization technique helps a small data set, by how much, and is the gain real?"""

__version__ = "0.1.0"
