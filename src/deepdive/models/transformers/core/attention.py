"""Attention with heads, as every transformer here uses it (D2L sections 11.5 to 11.7; Vaswani et al., 2017)."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.models.transformers.core.positions import Rotary
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit

Mask = Bool[Tensor, "#b #h #q k"] | Float[Tensor, "#b #h #q k"]
"""Boolean: true where a query may attend; or numbers that are added to the scores, ``-inf`` where it may not."""


class KeyValues(NamedTuple):
    """What is attended to: a key and a value for each position and head, ``(b, h, t, d)``; the cache in decoding."""

    keys: Tensor
    values: Tensor

    def extended(self, more: "KeyValues") -> "KeyValues":
        """These positions, then ``more``."""
        return KeyValues(torch.cat([self.keys, more.keys], dim=2), torch.cat([self.values, more.values], dim=2))

    def select(self, rows: Int64[Tensor, " m"]) -> "KeyValues":
        """These rows of the batch, which may repeat."""
        return KeyValues(self.keys.index_select(0, rows), self.values.index_select(0, rows))


@checked
class Attention(torch.nn.Module):
    """``softmax(Q Kᵀ s + M) V W_o`` with ``Q = x W_q``, ``K = y W_k``, ``V = y W_v`` cut into heads.

    ``project`` makes keys and values of ``y``; calling the module attends to them from ``x``. In self-attention ``y``
    is ``x``. Being two steps, keys and values may be kept: those of an encoder's output, or of tokens already written.
    The scale ``s`` is ``1 / √d``. The scores are never stored where the toolkit's kernel is a fused one.

    Args:
        hidden_size: of ``x`` and of what comes out.
        num_heads: number of attention heads.
        head_dim: ``d``; by default the heads share ``hidden_size`` evenly.
        bias: whether the four products have one.
        dropout: dropout probability of attention weights, 0 to 1.
        scale: ``s``.
        rotary: turns queries and keys by their position.

    Raises:
        ValueError: a size is less than 1, or ``num_heads`` does not divide ``hidden_size`` and ``head_dim`` is not
            given.
    """

    def __init__(
        self,
        hidden_size: PositiveInt,
        num_heads: PositiveInt,
        *,
        head_dim: PositiveInt | None = None,
        bias: bool = True,
        dropout: Probability = 0.0,
        scale: float | None = None,
        rotary: Rotary | None = None,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if head_dim is None and hidden_size % num_heads:
            raise ValueError(f"num_heads must divide hidden_size, but {hidden_size} is not a multiple of {num_heads}")
        inner = num_heads * (head_dim or hidden_size // num_heads)
        self.num_heads, self.dropout, self.scale = num_heads, dropout, scale
        self.query = nn.Linear(hidden_size, inner, bias=bias)
        self.key = nn.Linear(hidden_size, inner, bias=bias)
        self.value = nn.Linear(hidden_size, inner, bias=bias)
        self.output = nn.Linear(inner, hidden_size, bias=bias)
        self.rotary = rotary
        self._attend = nn.functional.scaled_dot_product_attention

    def project(self, y: Float[Tensor, "b t hidden_size"], start: int = 0) -> KeyValues:
        """Keys and values of ``y``, whose first position is ``start``."""
        keys, values = self._heads(self.key(y)), self._heads(self.value(y))
        return KeyValues(keys if self.rotary is None else self.rotary(keys, start), values)

    def forward(
        self,
        x: Float[Tensor, "b q hidden_size"],
        seen: KeyValues,
        mask: Mask | None = None,
        is_causal: bool = False,
        start: int = 0,
    ) -> Float[Tensor, "b q hidden_size"]:
        """What each position of ``x``, the first of which is ``start``, gathers from what is ``seen``.

        ``is_causal`` means that position ``i`` of ``x`` attends to positions up to ``i`` of what is seen.
        """
        dropout = self.dropout if self.training else 0.0
        y = self._attend(
            self._queries(x, start),
            seen.keys,
            seen.values,
            attn_mask=mask,
            dropout_p=dropout,
            is_causal=is_causal,
            scale=self.scale,
        )  # (b, h, q, d)
        return self.output(y.transpose(1, 2).flatten(2))  # (b, q, h d)

    def weights(
        self,
        x: Float[Tensor, "b q hidden_size"],
        seen: KeyValues,
        mask: Mask | None = None,
        is_causal: bool = False,
        start: int = 0,
    ) -> Float[Tensor, "b h q k"]:
        """How much each position attends to each: ``softmax(Q Kᵀ s + M)``, to show; 0 in a row that sees nothing."""
        queries = self._queries(x, start)
        scale = queries.shape[-1] ** -0.5 if self.scale is None else self.scale
        scores = queries @ seen.keys.transpose(-2, -1) * scale  # (b, h, q, k)
        if is_causal:
            scores = scores.masked_fill(~causal_mask(*scores.shape[-2:], device=scores.device), -torch.inf)
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
        return scores.softmax(dim=-1).nan_to_num(0.0)

    def _queries(self, x: Tensor, start: int) -> Tensor:
        queries = self._heads(self.query(x))
        return queries if self.rotary is None else self.rotary(queries, start)

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (b, h, t, d)


def causal_mask(queries: int, keys: int, *, device: torch.device | None = None) -> Bool[Tensor, "q k"]:
    """True where ``k <= q``; with more keys than queries, the queries are the last positions."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)
