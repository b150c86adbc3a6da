"""T5: every task as text to text (D2L section 11.9.2; Raffel et al., 2020)."""

import torch

from deepdive.models.transformers.core import Activation, Block, EncoderDecoder, RelativeBias, Stack, TokenVectors
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class T5(EncoderDecoder):
    """Pre-norm blocks of encoder and decoder with RMS norms, no biases, unscaled scores plus a bias by distance.

    The first version ties the output to the one table of tokens, ``logits = E x / √hidden_size``, and rectifies;
    version 1.1 has an output of its own and gated GELUs (Shazeer, 2020): ``activation="gated-gelu",
    tie_embeddings=False``. With the default arguments it is T5 small: 60,506,624 parameters. A target begins with the
    padding token, 0.

    Args:
        vocab_size: tokens to tell apart.
        hidden_size: width of the vectors.
        num_heads: number of attention heads.
        num_layers: blocks of encoder and of decoder.
        ffn_size: hidden units of the feed-forward network.
        head_dim: of each head; num_heads times this need not be ``hidden_size``.
        num_decoder_layers: blocks of the decoder, if not ``num_layers``.
        num_buckets: of distances.
        max_distance: distance from which on all share a bucket.
        dropout: probability of dropping an element of vectors, of attention weights, of hidden numbers and of each
            part's outcome, 0 to 1.
        eps: of the norms.
        activation: of the feed-forward networks.
        tie_embeddings: whether the output is the table of tokens.
        scale_decoder_outputs: whether what the output is given is divided by ``√hidden_size``; by default as
            ``tie_embeddings``.

    Raises:
        ValueError: a size is less than 1.
    """

    def __init__(
        self,
        vocab_size: PositiveInt = 32_128,
        hidden_size: PositiveInt = 512,
        num_heads: PositiveInt = 8,
        num_layers: PositiveInt = 6,
        ffn_size: PositiveInt = 2048,
        head_dim: PositiveInt = 64,
        num_decoder_layers: PositiveInt | None = None,
        num_buckets: PositiveInt = 32,
        max_distance: PositiveInt = 128,
        dropout: Probability = 0.1,
        eps: NonNegativeFloat = 1e-6,
        activation: Activation = "relu",
        tie_embeddings: bool = True,
        scale_decoder_outputs: bool | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        def stack(depth: int, cross: bool) -> Stack:
            blocks = [
                Block(
                    hidden_size,
                    num_heads,
                    ffn_size,
                    cross_attention=cross,
                    norm="rms",
                    eps=eps,
                    activation=activation,
                    bias=False,
                    dropout=dropout,
                    attention_dropout=dropout,
                    ffn_dropout=dropout,
                    head_dim=head_dim,
                    scale=1.0,
                    nn=nn,
                )
                for _ in range(depth)
            ]
            relative = RelativeBias(num_heads, num_buckets, max_distance, bidirectional=not cross, nn=nn)
            # The library drops a fraction of what the last norm gives, too.
            norm = nn.Sequential(nn.RMSNorm(hidden_size, eps=eps), nn.Dropout(dropout))
            return Stack(blocks, causal=cross, norm=norm, relative=relative, nn=nn)

        tokens = TokenVectors(vocab_size, hidden_size, dropout=dropout, nn=nn)
        output = nn.Linear(hidden_size, vocab_size, bias=False)
        super().__init__(
            tokens,
            stack(num_layers, False),
            tokens,
            stack(num_layers if num_decoder_layers is None else num_decoder_layers, True),
            output,
            output_scale=hidden_size**-0.5
            if (tie_embeddings if scale_decoder_outputs is None else scale_decoder_outputs)
            else 1.0,
        )
        stds = {
            "query.weight": (hidden_size * head_dim) ** -0.5,
            "output.weight": (num_heads * head_dim) ** -0.5,
            "out.weight": ffn_size**-0.5,
            "embedding.weight": 1.0,
        }
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                std = next((std for end, std in stds.items() if name.endswith("." + end)), hidden_size**-0.5)
                nn.init.normal_(parameter, std=std)
        if tie_embeddings:
            output.weight = tokens.table
