"""Stopping rules, replayed on the histories of some problems' baselines."""
