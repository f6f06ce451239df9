"""The best model that is found for a problem, and what to expect of it."""
