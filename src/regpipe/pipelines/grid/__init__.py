"""A grid: train a technique with every value, show which is best, and what choosing one gives."""
