"""The templates that the registry multiplies: an arm, a problem, a technique."""
