"""A problem: draw rows, split them, train its baseline, show its samples."""
