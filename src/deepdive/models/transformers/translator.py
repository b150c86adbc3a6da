"""The transformer that translates (textbook section 11.7; Vaswani et al., 2017)."""

import torch

from deepdive.models.transformers.core import Block, EncoderDecoder, SinusoidalPositions, Stack, TokenVectors
from deepdive.models.transformers.core.feed_forward import Activation
from deepdive.toolkit import Toolkit


class TransformerTranslator(EncoderDecoder):
    """``x_0 = √width e(y) + P``, blocks of encoder and decoder, ``logits = E x_L + b``; sinusoidal positions.

    ``E`` is the table of the target's tokens if ``tied``, and one table serves both languages if ``shared``. Post-norm
    blocks are the paper's, pre-norm ones do without warm-up.

    Args:
        source_size: tokens of the language that is read.
        target_size: tokens of the language that is written.
        width: of the vectors.
        heads: of attention.
        layers: blocks of encoder and of decoder.
        hidden: of the feed-forward networks; by default four times ``width``.
        dropout: share dropped of vectors and of each part's outcome, 0 to 1.
        attention_dropout: share of attention weights dropped.
        norm_first: pre-norm; else post-norm.
        activation: of the feed-forward networks.
        tied: whether output and target share their table.
        shared: whether source and target share theirs.

    Raises:
        ValueError: a size is less than 1, ``heads`` does not divide ``width``, ``width`` is odd, or ``shared`` with
            languages of different sizes.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        width: int = 512,
        heads: int = 8,
        layers: int = 6,
        hidden: int | None = None,
        dropout: float = 0.1,
        attention_dropout: float = 0.0,
        norm_first: bool = True,
        activation: Activation = "relu",
        tied: bool = True,
        shared: bool = False,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        if shared and source_size != target_size:
            raise ValueError(f"shared is True, but the languages have {source_size} and {target_size} tokens")

        def vectors(size: int) -> TokenVectors:
            return TokenVectors(size, width, SinusoidalPositions(width), scale=width**0.5, dropout=dropout, nn=nn)

        def stack(cross: bool) -> Stack:
            blocks = [
                Block(
                    width,
                    heads,
                    4 * width if hidden is None else hidden,
                    cross=cross,
                    norm_first=norm_first,
                    activation=activation,
                    dropout=dropout,
                    attention_dropout=attention_dropout,
                    nn=nn,
                )
                for _ in range(layers)
            ]
            return Stack(blocks, causal=cross, norm=nn.LayerNorm(width) if norm_first else None, nn=nn)

        target = vectors(target_size)
        source = target if shared else vectors(source_size)
        super().__init__(source, stack(False), target, stack(True), nn.Linear(width, target_size))
        for name, parameter in self.named_parameters():
            if name.endswith("embedding.weight") or name == "output.weight":
                nn.init.normal_(parameter, std=width**-0.5)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        if tied:
            self.output.weight = target.table
