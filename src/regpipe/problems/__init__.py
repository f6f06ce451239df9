"""Where rows come from, how they are drawn and split."""
