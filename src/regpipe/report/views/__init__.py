"""Each part of the page, as text: the templates only put it into place."""
