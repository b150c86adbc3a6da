"""Vision transformer: an image as a sequence of patches (Dosovitskiy et al., 2021; D2L section 11.8).

Names of layers are those of torchvision, so that published weights load by name.
"""

from collections import OrderedDict
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import check_images, check_sizes
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Size, Toolkit


@checked
class EncoderBlock(torch.nn.Module):
    """``z = x + attention(norm(x))``, then ``y = z + mlp(norm(z))`` (equations 2 and 3 of the paper).

    All vectors attend to all: ``norm(x)`` is query, key and value. The ``mlp`` is two linear layers with a GELU between
    them, ``ffn_size`` wide. Input and output ``(batch, tokens, hidden_size)``.

    Raises:
        ValueError: a size is less than 1, or ``num_heads`` does not divide ``hidden_size``.
    """

    def __init__(
        self,
        hidden_size: PositiveInt,
        num_heads: PositiveInt,
        ffn_size: PositiveInt,
        *,
        dropout: Probability = 0.0,
        attention_dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if hidden_size % num_heads:
            raise ValueError(f"num_heads must divide hidden_size, but {hidden_size} is not a multiple of {num_heads}")
        self.ln_1 = nn.LayerNorm(hidden_size, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(hidden_size, num_heads, dropout=attention_dropout, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = nn.LayerNorm(hidden_size, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(hidden_size, ffn_size),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(ffn_size, hidden_size),
            nn.Dropout(dropout),
        )
        for name, parameter in self.mlp.named_parameters():
            if name.endswith("weight"):
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.normal_(parameter, std=1e-6)

    def forward(self, x: Float[Tensor, "batch tokens hidden_size"]) -> Float[Tensor, "batch tokens hidden_size"]:
        """The next layer's vectors."""
        h = self.ln_1(x)
        h, _ = self.self_attention(h, h, h, need_weights=False)
        x = x + self.dropout(h)
        return x + self.mlp(self.ln_2(x))

    def attention(self, x: Float[Tensor, "batch tokens hidden_size"]) -> Float[Tensor, "batch heads tokens tokens"]:
        """How much each token attends to each, head by head; every row sums to 1."""
        h = self.ln_1(x)
        return self.self_attention(h, h, h, need_weights=True, average_attn_weights=False)[1]


@checked
class Encoder(torch.nn.Module):
    """``y = norm(block_L(... block_1(x + P)))`` with a learnt table ``P`` of ``num_tokens`` positions."""

    def __init__(
        self,
        num_tokens: PositiveInt,
        hidden_size: PositiveInt,
        num_layers: PositiveInt,
        num_heads: PositiveInt,
        ffn_size: PositiveInt,
        *,
        dropout: Probability = 0.0,
        attention_dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, num_tokens, hidden_size))
        self.dropout = nn.Dropout(dropout)
        blocks = OrderedDict[str, torch.nn.Module]()
        for i in range(num_layers):
            blocks[f"encoder_layer_{i}"] = EncoderBlock(
                hidden_size, num_heads, ffn_size, dropout=dropout, attention_dropout=attention_dropout, nn=nn
            )
        self.layers = nn.Sequential(blocks)
        self.ln = nn.LayerNorm(hidden_size, eps=1e-6)
        nn.init.normal_(self.pos_embedding, std=0.02)

    def forward(self, x: Float[Tensor, "batch tokens hidden_size"]) -> Float[Tensor, "batch tokens hidden_size"]:
        """What the last layer makes of all tokens."""
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))

    def attention(
        self, x: Float[Tensor, "batch tokens hidden_size"]
    ) -> Float[Tensor, "depth batch heads tokens tokens"]:
        """The attention weights of every layer, computed beside the run, which itself never stores them."""
        x = self.dropout(x + self.pos_embedding)
        found = []
        for block in self.layers:
            found.append(block.attention(x))  # pyright: ignore[reportCallIssue] (a block)
            x = block(x)
        return torch.stack(found)


@checked
class VisionTransformer(torch.nn.Module):
    """Patches as tokens behind a class token, an encoder, and one linear layer on what became of the class token.

    ``y = W norm(block_L(... block_1([c; E x_1; ...; E x_N] + P)))_0`` (equations 1 to 4 of the paper): ``E`` maps the
    ``in_channels * patch * patch`` numbers of a patch to ``hidden_size``, as a convolution whose windows do not
    overlap, and ``P`` is a learnt table of ``N + 1`` positions. Norms stand before attention and MLP (pre-norm). Input
    ``(batch, in_channels, *image_size)``, output logits ``(batch, num_classes)``. First weights are torchvision's: the
    classifier starts at 0, so that all classes are equally likely at first.

    >>> from deepdive.models.vision import vit_b_16
    >>> sum(p.numel() for p in vit_b_16().parameters())
    86567656

    Args:
        num_classes: how many logits.
        in_channels: of the images.
        image_size: pixels, one number for squares or height and width.
        patch_size: likewise.
        hidden_size: of the tokens' vectors.
        num_layers: encoder blocks.
        num_heads: number of attention heads.
        ffn_size: width of the MLP within a block.
        dropout: probability of dropping an element of the embedded patches and of what each part adds, 0 to 1.
        attention_dropout: dropout probability of attention weights.
        nn: the toolkit.

    Raises:
        ValueError: a size is less than 1, ``patch_size`` does not divide ``image_size``, or ``num_heads`` does not
            divide ``hidden_size``; the input has other channels or another size.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        image_size: Size = 224,
        patch_size: Size = 16,
        hidden_size: PositiveInt = 768,
        num_layers: PositiveInt = 12,
        num_heads: PositiveInt = 12,
        ffn_size: PositiveInt = 3072,
        dropout: Probability = 0.0,
        attention_dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.image_size, self.patch_size = _pair(image_size), _pair(patch_size)
        (height, width), (rows, columns) = self.image_size, self.patch_size
        check_sizes(image_size=min(self.image_size), patch_size=min(self.patch_size))
        if height % rows or width % columns:
            raise ValueError(
                f"patch_size must divide image_size, but patches of {rows}x{columns} pixels do not fill images of "
                f"{height}x{width}"
            )
        self.grid = (height // rows, width // columns)
        """Rows and columns of patches."""
        self.conv_proj = nn.Conv2d(in_channels, hidden_size, self.patch_size, stride=self.patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden_size))
        self.encoder = Encoder(
            self.grid[0] * self.grid[1] + 1,
            hidden_size,
            num_layers,
            num_heads,
            ffn_size,
            dropout=dropout,
            attention_dropout=attention_dropout,
            nn=nn,
        )
        self.heads = nn.Sequential(OrderedDict(head=nn.Linear(hidden_size, num_classes)))
        # torchvision cuts this normal distribution at 2, which is 8 deviations away even for grey patches of 4x4
        nn.init.normal_(self.conv_proj.get_parameter("weight"), std=(in_channels * rows * columns) ** -0.5)
        nn.init.zeros_(self.conv_proj.get_parameter("bias"))
        for parameter in self.heads.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        return self.heads(self.encoder(self._tokens(x))[:, 0])

    def attention(self, x: Float[Tensor, "batch channels h w"]) -> Float[Tensor, "depth batch heads tokens tokens"]:
        """The attention weights of every layer; token 0 is the class token, then come the patches row by row."""
        return self.encoder.attention(self._tokens(x))

    def _tokens(self, x: Tensor) -> Tensor:
        check_images(x, self.in_channels)
        if x.shape[2:] != self.image_size:
            raise ValueError(
                f"x has images of {x.shape[2]}x{x.shape[3]} pixels, but the position table is for "
                f"{self.image_size[0]}x{self.image_size[1]}; see interpolate_positions"
            )
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)  # (batch, patches, hidden_size)
        return torch.cat([self.class_token.expand(len(x), -1, -1), patches], dim=1)


def _pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


vit_b_16 = VisionTransformer
"""86,567,656 parameters."""
vit_b_32 = partial(VisionTransformer, patch_size=32)
"""88,224,232 parameters."""
vit_l_16 = partial(VisionTransformer, hidden_size=1024, num_layers=24, num_heads=16, ffn_size=4096)
"""304,326,632 parameters."""
vit_l_32 = partial(vit_l_16, patch_size=32)
"""306,535,400 parameters."""
vit_h_14 = partial(VisionTransformer, patch_size=14, hidden_size=1280, num_layers=32, num_heads=16, ffn_size=5120)
"""632,045,800 parameters."""
vit_small_28 = partial(
    VisionTransformer, 10, 1, image_size=28, patch_size=4, hidden_size=96, num_layers=4, num_heads=4, ffn_size=192
)
"""For grey images of 28x28 pixels, such as Fashion-MNIST."""
vit_small_32 = partial(
    VisionTransformer, 10, 3, image_size=32, patch_size=4, hidden_size=192, num_layers=6, num_heads=3, ffn_size=384
)
"""For coloured images of 32x32 pixels, such as CIFAR-10."""
