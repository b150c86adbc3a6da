"""A vision transformer, and its attention maps."""
