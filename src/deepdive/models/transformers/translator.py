"""The transformer that translates (D2L section 11.7; Vaswani et al., 2017)."""

import torch

from deepdive.models.transformers.core import Block, EncoderDecoder, SinusoidalPositions, Stack, TokenVectors
from deepdive.models.transformers.core.feed_forward import Activation
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class TransformerTranslator(EncoderDecoder):
    """``x_0 = √hidden_size e(y) + P``, blocks of encoder and decoder, ``logits = E x_L + b``; sinusoidal positions.

    ``E`` is the table of the target's tokens if ``tie_embeddings``, and one table serves both languages if
    ``share_embeddings``. Post-norm blocks are the paper's, pre-norm ones do without warm-up.

    Args:
        source_vocab_size: tokens of the language that is read.
        target_vocab_size: tokens of the language that is written.
        hidden_size: width of the vectors.
        num_heads: number of attention heads.
        num_layers: blocks of encoder and of decoder.
        ffn_size: hidden units of the feed-forward network; by default four times ``hidden_size``.
        dropout: probability of dropping an element of vectors and of each part's outcome, 0 to 1.
        attention_dropout: dropout probability of attention weights.
        norm_first: pre-norm; else post-norm.
        activation: of the feed-forward networks.
        tie_embeddings: whether output and target share their table.
        share_embeddings: whether source and target share theirs.

    Raises:
        ValueError: a size is less than 1, ``num_heads`` does not divide ``hidden_size``, ``hidden_size`` is odd, or
            ``share_embeddings`` with languages of different sizes.
    """

    def __init__(
        self,
        source_vocab_size: PositiveInt,
        target_vocab_size: PositiveInt,
        hidden_size: PositiveInt = 512,
        num_heads: PositiveInt = 8,
        num_layers: PositiveInt = 6,
        ffn_size: PositiveInt | None = None,
        dropout: Probability = 0.1,
        attention_dropout: Probability = 0.0,
        norm_first: bool = True,
        activation: Activation = "relu",
        tie_embeddings: bool = True,
        share_embeddings: bool = False,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        if share_embeddings and source_vocab_size != target_vocab_size:
            raise ValueError(
                f"share_embeddings must be False for vocabularies of different sizes, got True for {source_vocab_size} "
                f"and {target_vocab_size} tokens"
            )

        def vectors(size: int) -> TokenVectors:
            return TokenVectors(
                size, hidden_size, SinusoidalPositions(hidden_size), scale=hidden_size**0.5, dropout=dropout, nn=nn
            )

        def stack(cross: bool) -> Stack:
            blocks = [
                Block(
                    hidden_size,
                    num_heads,
                    4 * hidden_size if ffn_size is None else ffn_size,
                    cross_attention=cross,
                    norm_first=norm_first,
                    activation=activation,
                    dropout=dropout,
                    attention_dropout=attention_dropout,
                    nn=nn,
                )
                for _ in range(num_layers)
            ]
            return Stack(blocks, causal=cross, norm=nn.LayerNorm(hidden_size) if norm_first else None, nn=nn)

        target = vectors(target_vocab_size)
        source = target if share_embeddings else vectors(source_vocab_size)
        super().__init__(source, stack(False), target, stack(True), nn.Linear(hidden_size, target_vocab_size))
        for name, parameter in self.named_parameters():
            if name.endswith("embedding.weight") or name == "output.weight":
                nn.init.normal_(parameter, std=hidden_size**-0.5)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        if tie_embeddings:
            self.output.weight = target.table
