"""From a screen of the user's own table to a network to use, and from that to predictions."""
