"""BERT: a transformer that only encodes (D2L sections 11.9.1, 15.8 and 16.6; Devlin et al., 2019)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.algorithms.attention import length_mask
from deepdive.models.transformers.core import Activation, Block, LearnedPositions, Stack, initialize_normal
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class BERT(torch.nn.Module):
    """``x_0 = norm(e(w) + P + s(type))``, post-norm bidirectional blocks: a vector for every token.

    With the default arguments it is BERT base: 109,482,240 parameters, with the pooler's.

    Args:
        vocab_size: tokens to tell apart.
        hidden_size: width of the vectors.
        num_heads: number of attention heads.
        num_layers: blocks.
        ffn_size: hidden units of the feed-forward network; by default four times ``hidden_size``.
        max_positions: most tokens of a sequence.
        type_vocab_size: number of token types: which of two texts a token is from.
        dropout: probability of dropping an element of vectors, of attention weights and of each part's outcome, 0 to 1.
        eps: of the norms.
        pooler: whether it has the layer that `pooled` needs; taggers and means of all tokens do without.
        activation: of the feed-forward networks.
        attention_dropout: dropout probability of attention weights, if not ``dropout``.

    Raises:
        ValueError: a size is less than 1, or ``num_heads`` does not divide ``hidden_size``; or from a call, if there
            are more tokens than ``max_positions``, or ``lengths`` does not fit.
    """

    def __init__(
        self,
        vocab_size: PositiveInt = 30_522,
        hidden_size: PositiveInt = 768,
        num_heads: PositiveInt = 12,
        num_layers: PositiveInt = 12,
        ffn_size: PositiveInt | None = None,
        max_positions: PositiveInt = 512,
        type_vocab_size: PositiveInt = 2,
        dropout: Probability = 0.1,
        eps: NonNegativeFloat = 1e-12,
        pooler: bool = True,
        activation: Activation = "gelu",
        attention_dropout: Probability | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.hidden_size, self.eps = hidden_size, eps
        self.activation: Activation = activation
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.types = nn.Embedding(type_vocab_size, hidden_size)
        self.positions = LearnedPositions(max_positions, hidden_size, nn=nn)
        self.norm = nn.LayerNorm(hidden_size, eps=eps)
        self.dropout = nn.Dropout(dropout)
        self.stack = Stack(
            [
                Block(
                    hidden_size,
                    num_heads,
                    4 * hidden_size if ffn_size is None else ffn_size,
                    norm_first=False,
                    eps=eps,
                    activation=activation,
                    dropout=dropout,
                    attention_dropout=dropout if attention_dropout is None else attention_dropout,
                    nn=nn,
                )
                for _ in range(num_layers)
            ],
            nn=nn,
        )
        self.pooler = nn.Linear(hidden_size, hidden_size) if pooler else None
        self.tanh = nn.Tanh()
        initialize_normal(self, hidden_size, nn=nn)

    def forward(
        self,
        tokens: Int64[Tensor, "b t"],
        token_types: Int64[Tensor, "b t"] | None = None,
        lengths: Int64[Tensor, " b"] | None = None,
    ) -> Float[Tensor, "b t hidden_size"]:
        """Vectors of all tokens; those from ``lengths`` on are padding, to which no other token attends."""
        types = torch.zeros_like(tokens) if token_types is None else token_types
        x = self.positions(self.embedding(tokens) + self.types(types))
        mask = (
            None if lengths is None else length_mask(lengths, tokens.shape[1], len(tokens)).unsqueeze(1)
        )  # (b, 1, 1, t)
        x, _ = self.stack(self.dropout(self.norm(x)), mask)
        return x

    def pooled(self, vectors: Float[Tensor, "b t hidden_size"]) -> Float[Tensor, "b hidden_size"]:
        """``tanh(W x_[CLS] + b)``: one vector for the whole, as learnt from next-sentence prediction.

        Raises:
            ValueError: it was made without a pooler.
        """
        if self.pooler is None:
            raise ValueError("pooled needs the pooler, which this BERT was made without")
        return self.tanh(self.pooler(vectors[:, 0]))


def mean_pooling(
    vectors: Float[Tensor, "b t hidden_size"], lengths: Int64[Tensor, " b"]
) -> Float[Tensor, "b hidden_size"]:
    """``Σ_{t < lengths} x_t / lengths``: the mean of a text's tokens, without padding."""
    told = length_mask(lengths, vectors.shape[1], len(vectors)).transpose(1, 2)  # (b, t, 1)
    return (vectors * told).sum(dim=1) / lengths.unsqueeze(1)


def sentence_embedding(
    vectors: Float[Tensor, "b t hidden_size"], lengths: Int64[Tensor, " b"]
) -> Float[Tensor, "b hidden_size"]:
    """`mean_vector` made of length 1, so that the product of two is their cosine (Reimers and Gurevych, 2019)."""
    mean = mean_pooling(vectors, lengths)
    return mean / mean.norm(dim=1, keepdim=True).clamp(min=1e-12)
