"""A small residual network for small images, after the fast entries of the DAWNBench competition (2018)."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import check_images, check_stages
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class ResNet9(torch.nn.Module):
    """Convolution, then stages that pool and convolve, some with a residual block; the strongest answer of each map.

    ``y = relu(bn(conv(x)))`` is what all is made of; stage ``i`` is ``x -> y(pool(x))`` with ``widths[i]`` channels,
    and where ``residuals[i]`` is true, ``x + y(y(x))`` follows. Pooling comes before the convolution: a quarter of the
    cost. Logits are ``scale * linear(max over positions)``; the scale keeps the first ones small. Input ``(batch,
    in_channels, height, width)`` with ``height`` and ``width`` of at least ``2^(len(widths) - 1)``, output ``(batch,
    num_classes)``. The first width is that of the stem, which does not pool.

    Source: D. Page, "How to train your ResNet", 2018, there with widths 64, 128, 256, 512 and pooling after.

    Raises:
        ValueError: ``widths`` and ``residuals`` differ in length or hold less than 1; the input has other channels, or
            is too small.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 10,
        in_channels: PositiveInt = 3,
        *,
        widths: Sequence[int] = (32, 64, 128, 256),
        residuals: Sequence[bool] = (False, False, False, True),
        scale: float = 0.125,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if len(widths) != len(residuals):
            raise ValueError(f"widths {tuple(widths)} and residuals {tuple(residuals)} must have the same length")
        check_stages(widths=widths, depths=[1] * len(widths))
        self.in_channels = in_channels
        self.scale = scale
        self.smallest = 2 ** (len(widths) - 1)
        layers: list[torch.nn.Module] = []
        channels = in_channels
        for number, (width, residual) in enumerate(zip(widths, residuals, strict=True)):
            layers += [nn.MaxPool2d(2)] if number else []
            layers += [_convolution(channels, width, nn)]
            layers += [Residual(width, nn=nn)] if residual else []
            channels = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Linear(channels, num_classes, bias=False)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        return self.scale * self.fc(self.pool(self.features(x)).flatten(1))


@checked
class Residual(torch.nn.Module):
    """``x + y(y(x))`` with two convolutions that keep shape and channels."""

    def __init__(self, channels: PositiveInt, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.body = nn.Sequential(_convolution(channels, channels, nn), _convolution(channels, channels, nn))

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels height width"]:
        """The block's output."""
        return x + self.body(x)


def _convolution(in_channels: int, out_channels: int, nn: Toolkit) -> torch.nn.Module:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU()
    )
