"""A vision transformer, and where it looks."""
