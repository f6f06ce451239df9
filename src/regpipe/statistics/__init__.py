"""Tidy frames in, tidy frames out: spreads, paired comparisons, verdicts. No networks here."""
