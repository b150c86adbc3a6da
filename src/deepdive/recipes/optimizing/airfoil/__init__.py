"""Minibatches of any size: what a pass takes, and what it gains."""
