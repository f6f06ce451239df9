"""A screen: every recipe that suits a problem, each tuned inside each repeat, and other models."""
