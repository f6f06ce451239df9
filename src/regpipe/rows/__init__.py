"""Where rows come from, how they are split, as frames and as arrays."""
