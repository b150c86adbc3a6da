"""BERT: a transformer that only encodes (textbook sections 11.9.1, 15.8 and 16.6; Devlin et al., 2019)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.algorithms.attention import length_mask
from deepdive.models.transformers.core import Activation, Block, LearntPositions, Stack, initialize_normal
from deepdive.toolkit import Toolkit


class BERT(torch.nn.Module):
    """``x_0 = norm(e(w) + P + s(type))``, post-norm blocks that look both ways: a vector for every token.

    With the default arguments it is BERT base: 109,482,240 parameters, with the pooler's.

    Args:
        vocabulary_size: tokens to tell apart.
        width: of the vectors.
        heads: of attention.
        layers: blocks.
        hidden: of the feed-forward networks; by default four times ``width``.
        places: most tokens of a sequence.
        types: of tokens: which of two texts they are from.
        dropout: share dropped of vectors, of attention weights and of each part's outcome, 0 to 1.
        eps: of the norms.
        pooler: whether it has the layer that `pooled` needs; taggers and means of all tokens do without.
        activation: of the feed-forward networks.
        attention_dropout: share of attention weights dropped, if not ``dropout``.

    Raises:
        ValueError: a size is less than 1, or ``heads`` does not divide ``width``; or from a call, if there are more
            tokens than ``places``, or ``lengths`` does not fit.
    """

    def __init__(
        self,
        vocabulary_size: int = 30_522,
        width: int = 768,
        heads: int = 12,
        layers: int = 12,
        hidden: int | None = None,
        places: int = 512,
        types: int = 2,
        dropout: float = 0.1,
        eps: float = 1e-12,
        pooler: bool = True,
        activation: Activation = "gelu",
        attention_dropout: float | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if vocabulary_size < 1 or types < 1:
            raise ValueError(f"vocabulary_size and types must be at least 1, got {vocabulary_size} and {types}")
        self.width, self.eps = width, eps
        self.activation: Activation = activation
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.types = nn.Embedding(types, width)
        self.positions = LearntPositions(places, width, nn=nn)
        self.norm = nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(dropout)
        self.stack = Stack(
            [
                Block(
                    width,
                    heads,
                    4 * width if hidden is None else hidden,
                    norm_first=False,
                    eps=eps,
                    activation=activation,
                    dropout=dropout,
                    attention_dropout=dropout if attention_dropout is None else attention_dropout,
                    nn=nn,
                )
                for _ in range(layers)
            ],
            nn=nn,
        )
        self.pooler = nn.Linear(width, width) if pooler else None
        self.tanh = nn.Tanh()
        initialize_normal(self, width, nn=nn)

    def forward(
        self,
        tokens: Int64[Tensor, "b t"],
        token_types: Int64[Tensor, "b t"] | None = None,
        lengths: Int64[Tensor, " b"] | None = None,
    ) -> Float[Tensor, "b t width"]:
        """Vectors of all tokens; those from ``lengths`` on are padding, at which no other token looks."""
        types = torch.zeros_like(tokens) if token_types is None else token_types
        x = self.positions(self.embedding(tokens) + self.types(types))
        mask = None if lengths is None else length_mask(lengths, tokens.shape[1]).unsqueeze(1)  # (b, 1, 1, t)
        x, _ = self.stack(self.dropout(self.norm(x)), mask)
        return x

    def pooled(self, vectors: Float[Tensor, "b t width"]) -> Float[Tensor, "b width"]:
        """``tanh(W x_[CLS] + b)``: one vector for the whole, as learnt from next-sentence prediction.

        Raises:
            ValueError: it was made without a pooler.
        """
        if self.pooler is None:
            raise ValueError("pooled needs the pooler, which this BERT was made without")
        return self.tanh(self.pooler(vectors[:, 0]))


def mean_vector(vectors: Float[Tensor, "b t width"], lengths: Int64[Tensor, " b"]) -> Float[Tensor, "b width"]:
    """``Σ_{t < lengths} x_t / lengths``: the mean of a text's tokens, without padding."""
    told = length_mask(lengths, vectors.shape[1]).transpose(1, 2)  # (b, t, 1)
    return (vectors * told).sum(dim=1) / lengths.unsqueeze(1)


def sentence_vector(vectors: Float[Tensor, "b t width"], lengths: Int64[Tensor, " b"]) -> Float[Tensor, "b width"]:
    """`mean_vector` made of length 1, so that the product of two is their cosine (Reimers and Gurevych, 2019)."""
    mean = mean_vector(vectors, lengths)
    return mean / mean.norm(dim=1, keepdim=True).clamp(min=1e-12)
