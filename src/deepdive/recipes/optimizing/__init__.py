"""Optimisation itself: surfaces, batch sizes, optimisers compared."""
