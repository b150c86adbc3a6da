"""How alike a query and a key are, and what the query gathers: scoring functions of attention (section 11.3)."""

from deepdive.models.attention.additive import AdditiveAttention as AdditiveAttention
from deepdive.models.attention.dot_product import DotProductAttention as DotProductAttention
