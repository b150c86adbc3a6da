"""EfficientNet-Lite: inverted residuals, scaled in width, depth and image size together (Tan and Le, 2019).

The Lite variants (2020) have ReLU6 in place of swish and no squeeze-and-excitation, so that eight bits are enough to
compute them; their stem and head are not scaled.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

from deepdive.models.vision._images import check_images
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit

_STAGES = (
    # repeats, kernel, stride, expansion, channels: table 1 of the paper
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM, _HEAD = 32, 1280
_EPS = 1e-3

EFFICIENTNET_LITE = (
    (1.0, 1.0, 224, 0.2),
    (1.0, 1.1, 240, 0.2),
    (1.1, 1.2, 260, 0.3),
    (1.2, 1.4, 280, 0.3),
    (1.4, 1.8, 300, 0.3),
)
"""Width, depth, image size and dropout of Lite0 to Lite4."""


@checked
class InvertedResidual(torch.nn.Module):
    """Widen, filter each channel by itself, narrow: ``y = P(D(E(x)))``, plus ``x`` where the shapes are equal.

    ``E`` and ``P`` are 1x1 convolutions and ``D`` a depthwise one, each with batch normalisation; ReLU6 follows ``E``
    and ``D``, nothing follows ``P``. There is no ``E`` with an ``expansion`` of 1. Input ``(batch, in_channels, height,
    width)``, output ``(batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉)``. Source: Sandler et al., 2018.
    """

    def __init__(
        self,
        in_channels: PositiveInt,
        out_channels: PositiveInt,
        *,
        kernel: PositiveInt = 3,
        stride: PositiveInt = 1,
        expansion: PositiveInt = 6,
        momentum: Probability = 0.01,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        wide = in_channels * expansion
        self.kernel, self.stride = kernel, stride
        self.residual = stride == 1 and in_channels == out_channels
        self.expands = expansion > 1
        if self.expands:
            self._expand_conv = nn.Conv2d(in_channels, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, _EPS, momentum)
        padding = kernel // 2 if stride == 1 else 0
        self._depthwise_conv = nn.Conv2d(wide, wide, kernel, stride, padding, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, _EPS, momentum)
        self._project_conv = nn.Conv2d(wide, out_channels, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out_channels, _EPS, momentum)
        self._relu6 = nn.ReLU6()

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out_channels h w"]:
        """The block's output."""
        y = self._relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        if self.stride > 1:
            y = _same_padded(y, self.kernel, self.stride)
        y = self._relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


@checked
class EfficientNetLite(torch.nn.Module):
    """A stem, blocks of inverted residuals, a head; 4,652,008 parameters as Lite0 with 1000 classes.

    Input ``(batch, in_channels, height, width)`` of any size, output logits ``(batch, num_classes)``. ``width``
    multiplies channels, ``depth`` repeats; ``EFFICIENTNET_LITE`` has those of Lite0 to Lite4. Padding is TensorFlow's
    "same", where the odd zero comes last. The names of the parameters are those of the published weights.

    ``momentum`` is that of the running statistics of the batch normalisation; the published one is for long
    training_runs.

    Raises:
        ValueError: a size is not positive; when called, the images have another number of channels.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        width: PositiveFloat = 1.0,
        depth: PositiveFloat = 1.0,
        dropout: Probability = 0.2,
        momentum: Probability = 0.01,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self._in_channels = in_channels
        self._conv_stem = nn.Conv2d(in_channels, _STEM, 3, stride=2, bias=False)
        self._bn0 = nn.BatchNorm2d(_STEM, _EPS, momentum)
        blocks, channels, self._stages = [], _STEM, []
        for number, (repeats, kernel, stride, expansion, base) in enumerate(_STAGES):
            scaled = 0 < number < len(_STAGES) - 1
            begin = len(blocks)
            for repeat in range(math.ceil(depth * repeats) if scaled else repeats):
                out = _rounded(width * base)
                block = InvertedResidual(
                    channels,
                    out,
                    kernel=kernel,
                    stride=stride if repeat == 0 else 1,
                    expansion=expansion,
                    momentum=momentum,
                    nn=nn,
                )
                blocks.append(block)
                channels = out
            self._stages.append(range(begin, len(blocks)))
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = nn.Conv2d(channels, _HEAD, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(_HEAD, _EPS, momentum)
        self._avg_pooling = nn.AdaptiveAvgPool2d(1)
        self._dropout = nn.Dropout(dropout)
        self._fc = nn.Linear(_HEAD, num_classes)
        self._relu6 = nn.ReLU6()
        for parameter in self.parameters():
            if parameter.ndim == 4:  # of a depthwise convolution, each output sees one channel
                nn.init.kaiming_normal_(parameter, mode="fan_in" if parameter.shape[1] == 1 else "fan_out")

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Layers from the input to the head, as the beginnings of the names of their parameters.

        The stem, each of the seven stages, the last convolution, the classifier: what `freeze`, `DiscriminativeRates`
        and `GradualUnfreezing` of `deepdive.training` take.
        """
        stages = [tuple(f"_blocks.{i}" for i in stage) for stage in self._stages]
        return [("_conv_stem", "_bn0"), *stages, ("_conv_head", "_bn1"), ("_fc",)]

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self._in_channels)
        return self.between(x, 0, len(self._stages) + 3)

    def between(self, x: Float[Tensor, "batch *features"], begin: int, end: int) -> Float[Tensor, "batch *more"]:
        """What the groups ``begin`` to ``end - 1`` of ``groups`` make of what those before them gave.

        With ``begin = 0`` that is an image; before the last group it is ``(batch, 1280)``, which is classified.
        """
        for group in range(begin, end):
            if group == 0:
                x = self._relu6(self._bn0(self._conv_stem(_same_padded(x, 3, 2))))
            elif group <= len(self._stages):
                for i in self._stages[group - 1]:
                    x = self._blocks[i](x)
            elif group == len(self._stages) + 1:
                x = self._avg_pooling(self._relu6(self._bn1(self._conv_head(x)))).flatten(1)
            else:
                x = self._fc(self._dropout(x))
        return x


def _rounded(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of ``divisor``, or the next one where that would take off more than a tenth."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


def _same_padded(
    x: Float[Tensor, "batch channels height width"], kernel: int, stride: int
) -> Float[Tensor, "batch channels h w"]:
    """Zeros around, for ``⌈n / stride⌉`` outputs of each side ``n``."""
    edges = []
    for n in (x.shape[-1], x.shape[-2]):
        missing = max((math.ceil(n / stride) - 1) * stride + kernel - n, 0)
        edges += [missing // 2, missing - missing // 2]
    return pad(x, edges)
