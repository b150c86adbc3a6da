"""Attention with heads."""

from deepdive.scratch.attention.multihead import MultiheadAttention as MultiheadAttention
