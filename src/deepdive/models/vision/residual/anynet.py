"""AnyNet: a stem, stages of residual bottleneck blocks, a head (Radosavovic et al., 2020; D2L section 8.8)."""

import math
from collections import OrderedDict
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.design_spaces import Design
from deepdive.models.vision._images import Stem, check_images
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class XBlock(torch.nn.Module):
    """ResNeXt's block: ``y = relu(p(x) + c(b(a(x))))``.

    ``a`` is a 1x1 convolution to ``inner_channels``, ``b`` a 3x3 one with ``stride`` in groups of ``group_width``
    channels, ``c`` a 1x1 one to ``out_channels``; ``p`` is the identity, or a 1x1 convolution where the shape changes.
    Each convolution is followed by batch normalisation, ``a`` and ``b`` also by a ReLU.

    Input ``(batch, in_channels, height, width)``, output
    ``(batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉)``.
    """

    def __init__(
        self,
        in_channels: PositiveInt,
        out_channels: PositiveInt,
        *,
        inner_channels: PositiveInt,
        group_width: PositiveInt,
        stride: PositiveInt = 1,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.proj = None
        if stride != 1 or in_channels != out_channels:
            self.proj = _normalized(in_channels, out_channels, 1, stride, relu=False, nn=nn)
        groups = inner_channels // group_width
        self.f = nn.Sequential(
            OrderedDict(
                a=_normalized(in_channels, inner_channels, 1, nn=nn),
                b=_normalized(inner_channels, inner_channels, 3, stride, groups, nn=nn),
                c=_normalized(inner_channels, out_channels, 1, relu=False, nn=nn),
            )
        )
        self.activation = nn.ReLU()

    def forward(
        self, x: Float[Tensor, "batch in_channels height width"]
    ) -> Float[Tensor, "batch out_channels out_height out_width"]:
        """The block's output."""
        return self.activation((x if self.proj is None else self.proj(x)) + self.f(x))


@checked
class AnyNet(torch.nn.Module):
    """Any network of stages, each with its depth, width, group width and bottleneck ratio.

    The first block of a stage halves height and width, rounding up, and changes the channels; the mean over all places
    goes to a linear layer. Input ``(batch, in_channels, height, width)`` of any size, output logits
    ``(batch, num_classes)``. State dicts have torchvision's names; weights start as published.

    >>> AnyNet(10, 1, depths=(4, 6), widths=(32, 80), group_widths=16)  # D2L's RegNetX32    # doctest: +SKIP

    Args:
        num_classes: outputs.
        in_channels: of the images.
        depths: blocks of each stage.
        widths: channels of each stage.
        group_widths: channels of a group in the 3x3 convolutions; one number is for all stages.
        bottleneck_ratios: channels of a block's ends over those of its middle; one number is for all stages.
        stem: ``imagenet`` halves the image at once, ``small`` leaves images of 28 or 32 pixels as they are.
        stem_width: channels that the stem makes.
        nn: the toolkit.

    Raises:
        ValueError: there is no such stem, the stages are not possible (see ``Design``), or the input has other
            channels.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        depths: Sequence[int],
        widths: Sequence[int],
        group_widths: int | Sequence[int],
        bottleneck_ratios: int | float | Sequence[int | float] = 1,
        stem: Stem = "imagenet",
        stem_width: PositiveInt = 32,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        stages = len(depths)
        groups = (group_widths,) * stages if isinstance(group_widths, int) else tuple(group_widths)
        ratios = (bottleneck_ratios,) * stages if isinstance(bottleneck_ratios, int | float) else bottleneck_ratios
        design = Design(tuple(depths), tuple(widths), groups, tuple(ratios))
        self.stem = _normalized(in_channels, stem_width, 3, 2 if stem == "imagenet" else 1, nn=nn)
        self.trunk_output = nn.Sequential()
        channels = stem_width
        for i, (depth, width, inner, group) in enumerate(
            zip(design.depths, design.widths, design.inner_widths, design.group_widths, strict=True), start=1
        ):
            stage = nn.Sequential()
            for j in range(depth):
                block = XBlock(channels, width, inner_channels=inner, group_width=group, stride=1 if j else 2, nn=nn)
                stage.add_module(f"block{i}-{j}", block)
                channels = width
            self.trunk_output.add_module(f"block{i}", stage)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, num_classes)
        self._initialize(nn)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels)
        x = self.avgpool(self.trunk_output(self.stem(x)))  # (batch, channels, 1, 1)
        return self.fc(x.flatten(1))

    def _initialize(self, nn: Toolkit) -> None:
        """Convolutions normal with variance ``2 / (k² · out_channels)``, the head with variance 0.0001 and no bias.

        Groups do not count in the variance, in the published networks neither.
        """
        for name, parameter in self.named_parameters():
            if parameter.ndim == 4:
                fan_out = parameter.shape[0] * parameter[0, 0].numel()
                nn.init.normal_(parameter, std=math.sqrt(2 / fan_out))
            elif name == "fc.weight":
                nn.init.normal_(parameter, std=0.01)
            elif name == "fc.bias":
                nn.init.zeros_(parameter)


def _normalized(
    in_channels: int,
    out_channels: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    *,
    relu: bool = True,
    nn: Toolkit,
) -> torch.nn.Module:
    """A convolution without bias, batch normalisation and, mostly, a ReLU; the size divided by ``stride``."""
    convolution = nn.Conv2d(
        in_channels, out_channels, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
    )
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), *([nn.ReLU()] if relu else []))
