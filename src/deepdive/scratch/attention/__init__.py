"""Attention as a layer with parameters."""

from deepdive.scratch.attention.multihead import MultiheadAttention as MultiheadAttention
