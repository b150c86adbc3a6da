"""Backpropagation through time: how far gradients reach, and what helps."""
