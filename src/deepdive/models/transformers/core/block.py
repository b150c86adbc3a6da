"""One layer of a transformer: attention, attention to something else, feed-forward (D2L section 11.7)."""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from deepdive.models.transformers.core.attention import Attention, KeyValues, Mask
from deepdive.models.transformers.core.feed_forward import Activation, FeedForward
from deepdive.models.transformers.core.positions import Rotary
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit

Norm = Literal["layer", "rms"]


@checked
class Sublayer(torch.nn.Module):
    """The way around a part ``f``: ``x + f(norm(x))`` before it, ``norm(x + f(x))`` after it; ``f`` with dropout.

    Post-norm is the first transformer's; pre-norm trains without warm-up (Xiong et al., 2020).
    """

    def __init__(
        self,
        hidden_size: PositiveInt,
        *,
        norm: Norm,
        eps: NonNegativeFloat,
        norm_first: bool,
        dropout: Probability,
        bias: bool,
        nn: Toolkit,
    ) -> None:
        super().__init__()
        self.norm = (
            nn.LayerNorm(hidden_size, eps=eps, bias=bias) if norm == "layer" else nn.RMSNorm(hidden_size, eps=eps)
        )
        self.norm_first = norm_first
        self.dropout = nn.Dropout(dropout)

    def before(self, x: Float[Tensor, "b t hidden_size"]) -> Float[Tensor, "b t hidden_size"]:
        """What the part is given."""
        return self.norm(x) if self.norm_first else x

    def after(
        self, x: Float[Tensor, "b t hidden_size"], y: Float[Tensor, "b t hidden_size"]
    ) -> Float[Tensor, "b t hidden_size"]:
        """What comes out, ``y`` being the part's."""
        return x + self.dropout(y) if self.norm_first else self.norm(x + self.dropout(y))


@checked
class Block(torch.nn.Module):
    """Self-attention, cross-attention if asked for, feed-forward; a `Sublayer` around each.

    Args:
        hidden_size: width of the vectors.
        num_heads: number of attention heads.
        ffn_size: hidden units of the feed-forward network.
        cross_attention: whether it also attends to a memory, such as an encoder's output.
        norm_first: pre-norm; else post-norm.
        norm: ``layer`` or ``rms``.
        eps: of the norms.
        activation: of the feed-forward network.
        bias: whether products and layer norms have one.
        dropout: probability of dropping an element of each part's outcome, 0 to 1.
        attention_dropout: dropout probability of attention weights.
        ffn_dropout: dropout probability of the hidden units of the feed-forward network.
        head_dim: of each head; by default they share ``hidden_size``.
        scale: of the scores; by default ``1 / √head_dim``.
        rotary: turns queries and keys of self-attention.
    """

    def __init__(
        self,
        hidden_size: PositiveInt,
        num_heads: PositiveInt,
        ffn_size: PositiveInt,
        *,
        cross_attention: bool = False,
        norm_first: bool = True,
        norm: Norm = "layer",
        eps: NonNegativeFloat = 1e-5,
        activation: Activation = "gelu",
        bias: bool = True,
        dropout: Probability = 0.0,
        attention_dropout: Probability = 0.0,
        ffn_dropout: Probability = 0.0,
        head_dim: PositiveInt | None = None,
        scale: float | None = None,
        rotary: Rotary | None = None,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()

        def around() -> Sublayer:
            return Sublayer(hidden_size, norm=norm, eps=eps, norm_first=norm_first, dropout=dropout, bias=bias, nn=nn)

        def attention(rotary: Rotary | None) -> Attention:
            return Attention(
                hidden_size,
                num_heads,
                head_dim=head_dim,
                bias=bias,
                dropout=attention_dropout,
                scale=scale,
                rotary=rotary,
                nn=nn,
            )

        self.self_attention, self.around_self = attention(rotary), around()
        self.cross_attention = attention(None) if cross_attention else None
        self.around_cross = around() if cross_attention else None
        self.feed_forward = FeedForward(hidden_size, ffn_size, activation, bias=bias, dropout=ffn_dropout, nn=nn)
        self.around_feed_forward = around()

    def forward(
        self,
        x: Float[Tensor, "b t hidden_size"],
        mask: Mask | None = None,
        is_causal: bool = False,
        past: KeyValues | None = None,
        memory: KeyValues | None = None,
        memory_mask: Bool[Tensor, "#b #h #q s"] | None = None,
    ) -> tuple[Float[Tensor, "b t hidden_size"], KeyValues]:
        """The next layer's vectors, and keys and values of all positions so far.

        ``past`` are those of the positions before ``x``; ``memory`` is what `remember` gave.
        """
        start = 0 if past is None else past.keys.shape[2]
        h = self.around_self.before(x)
        seen = self.self_attention.project(h, start)
        seen = seen if past is None else past.extended(seen)
        x = self.around_self.after(x, self.self_attention(h, seen, mask, is_causal, start))
        if self.cross_attention is not None and self.around_cross is not None and memory is not None:
            h = self.around_cross.before(x)
            x = self.around_cross.after(x, self.cross_attention(h, memory, memory_mask))
        h = self.around_feed_forward.before(x)
        return self.around_feed_forward.after(x, self.feed_forward(h)), seen

    def remember(self, memory: Float[Tensor, "b s hidden_size"]) -> KeyValues:
        """Keys and values of a memory, for cross-attention.

        Raises:
            ValueError: the block has no cross-attention.
        """
        if self.cross_attention is None:
            raise ValueError("memory is given to a block without cross-attention")
        return self.cross_attention.project(memory)
