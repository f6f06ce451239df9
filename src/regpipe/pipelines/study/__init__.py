"""The study: all answers side by side, what became of each claim, and the page that shows them."""
