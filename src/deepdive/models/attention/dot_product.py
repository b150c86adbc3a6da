"""Dot-product attention (D2L section 11.3.3; Vaswani et al., 2017)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.attention import Allowed, as_mask, masked_softmax
from deepdive.algorithms.attention.masks import check_batches
from deepdive.signatures import checked
from deepdive.signatures.bounds import Probability
from deepdive.toolkit import Toolkit


@checked
class DotProductAttention(torch.nn.Module):
    """``a_qk = q · k / √d``, ``y_q = Σ_k softmax(a_q)_k v_k``; not scaled, ``a_qk = q · k``.

    Of queries and keys with independent entries of variance 1, ``q · k`` has variance ``d``, and the scaled score
    variance 1 for any ``d``. There is nothing to learn. Scores are never stored where the toolkit's kernel is a fused
    one.

    Args:
        scaled: whether scores are divided by ``√d``.
        dropout: dropout probability of the weights, 0 to 1.

    Raises:
        ValueError: ``dropout`` is outside of [0, 1].
    """

    def __init__(self, scaled: bool = True, dropout: Probability = 0.0, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.scaled, self.dropout = scaled, dropout
        self.softmax = nn.Softmax(dim=-1)
        self._attend = nn.functional.scaled_dot_product_attention

    def forward(
        self,
        queries: Float[Tensor, "b *heads q d"],
        keys: Float[Tensor, "b *heads k d"],
        values: Float[Tensor, "b *heads k v"],
        allowed: Allowed | None = None,
    ) -> Float[Tensor, "b *heads q v"]:
        """What each query gathers of the values of the keys it may attend to; zeros if there is none.

        Raises:
            ValueError: ``allowed`` is no mask and no lengths that fit ``(b, ..., q, k)``; batches differ.
        """
        check_batches(queries, keys, values)
        return self._attend(
            queries,
            keys,
            values,
            attn_mask=None if allowed is None else as_mask(allowed, (*queries.shape[:-1], keys.shape[-2])),
            dropout_p=self.dropout if self.training else 0.0,
            scale=None if self.scaled else 1.0,
        )

    def weights(
        self,
        queries: Float[Tensor, "b *heads q d"],
        keys: Float[Tensor, "b *heads k d"],
        allowed: Allowed | None = None,
    ) -> Float[Tensor, "b *heads q k"]:
        """How much each query attends to each key, before any dropout."""
        scale = queries.shape[-1] ** -0.5 if self.scaled else 1.0
        return masked_softmax(queries @ keys.transpose(-2, -1) * scale, allowed, softmax=self.softmax)

    def extra_repr(self) -> str:
        """What it was made with."""
        return f"scaled={self.scaled}, dropout={self.dropout}"
