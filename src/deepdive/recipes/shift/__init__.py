"""Training and test data that differ: what recovers the accuracy."""
