"""A person's own file: read once, declared, read again at every run, exported."""
