"""An answer: which model to use, what to expect of it, and what it owes to regularization."""
