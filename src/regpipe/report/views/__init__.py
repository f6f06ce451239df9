"""What each part of the page says, as text: the templates only put it into place."""
