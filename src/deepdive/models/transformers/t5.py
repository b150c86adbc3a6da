"""T5: every task as text to text (textbook section 11.9.2; Raffel et al., 2020)."""

import torch

from deepdive.models.transformers.core import Activation, Block, EncoderDecoder, RelativeBias, Stack, TokenVectors
from deepdive.toolkit import Toolkit


class T5(EncoderDecoder):
    """Pre-norm blocks of encoder and decoder with RMS norms, no biases, unscaled scores plus a bias by distance.

    The first version ties the output to the one table of tokens, ``logits = E x / √width``, and rectifies; version 1.1
    has an output of its own and gated GELUs (Shazeer, 2020): ``activation="gated-gelu", tied=False``. With the default
    arguments it is T5 small: 60,506,624 parameters. A target begins with the padding token, 0.

    Args:
        vocabulary_size: tokens to tell apart.
        width: of the vectors.
        heads: of attention.
        layers: blocks of encoder and of decoder.
        hidden: of the feed-forward networks.
        head_width: of each head; heads times this need not be ``width``.
        decoder_layers: blocks of the decoder, if not ``layers``.
        buckets: of distances.
        furthest: distance from which on all share a bucket.
        dropout: share dropped of vectors, of attention weights, of hidden numbers and of each part's outcome, 0 to 1.
        eps: of the norms.
        activation: of the feed-forward networks.
        tied: whether the output is the table of tokens.
        scaled: whether what the output is given is divided by ``√width``; by default as ``tied``.

    Raises:
        ValueError: a size is less than 1.
    """

    def __init__(
        self,
        vocabulary_size: int = 32_128,
        width: int = 512,
        heads: int = 8,
        layers: int = 6,
        hidden: int = 2048,
        head_width: int = 64,
        decoder_layers: int | None = None,
        buckets: int = 32,
        furthest: int = 128,
        dropout: float = 0.1,
        eps: float = 1e-6,
        activation: Activation = "relu",
        tied: bool = True,
        scaled: bool | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        def stack(depth: int, cross: bool) -> Stack:
            blocks = [
                Block(
                    width,
                    heads,
                    hidden,
                    cross=cross,
                    norm="rms",
                    eps=eps,
                    activation=activation,
                    bias=False,
                    dropout=dropout,
                    attention_dropout=dropout,
                    hidden_dropout=dropout,
                    head_width=head_width,
                    scale=1.0,
                    nn=nn,
                )
                for _ in range(depth)
            ]
            relative = RelativeBias(heads, buckets, furthest, both_ways=not cross, nn=nn)
            # The library drops a share of what the last norm gives, too.
            norm = nn.Sequential(nn.RMSNorm(width, eps=eps), nn.Dropout(dropout))
            return Stack(blocks, causal=cross, norm=norm, relative=relative, nn=nn)

        tokens = TokenVectors(vocabulary_size, width, dropout=dropout, nn=nn)
        output = nn.Linear(width, vocabulary_size, bias=False)
        super().__init__(
            tokens,
            stack(layers, False),
            tokens,
            stack(layers if decoder_layers is None else decoder_layers, True),
            output,
            output_scale=width**-0.5 if (tied if scaled is None else scaled) else 1.0,
        )
        stds = {
            "query.weight": (width * head_width) ** -0.5,
            "output.weight": (heads * head_width) ** -0.5,
            "out.weight": hidden**-0.5,
            "embedding.weight": 1.0,
        }
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                std = next((std for end, std in stds.items() if name.endswith("." + end)), width**-0.5)
                nn.init.normal_(parameter, std=std)
        if tied:
            output.weight = tokens.table
