"""Differentiable operations on tensors."""
