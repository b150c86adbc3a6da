"""What the networks for images have in common: which images they take, and the sizes of their stages."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from torch import Tensor, nn

Stem = Literal["imagenet", "small"]
"""The first layers: those of the paper, for 224x224 pixels, or 3x3 windows without a stride, for small images."""


def check_images(x: Tensor, in_channels: int, smallest: int = 1) -> None:
    """Say clearly what a layer far inside would say in its own words.

    Raises:
        ValueError: ``x`` is no batch of images of ``in_channels`` channels and ``smallest`` or more pixels a side.
    """
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (batch, channels, height, width), got {tuple(x.shape)}")
    if x.shape[1] != in_channels:
        raise ValueError(f"x has {x.shape[1]} channels, but the network was made with in_channels={in_channels}")
    if min(x.shape[2:]) < smallest:
        raise ValueError(
            f"x has images of {x.shape[2]}x{x.shape[3]} pixels, the network needs at least {smallest}x{smallest}"
        )


def check_stages(**sizes: Sequence[int]) -> None:
    """Sizes of stages by their names: as many of each kind, at least one, all of them positive.

    Raises:
        ValueError: they are not.
    """
    for name, values in sizes.items():
        if not values or any(value < 1 for value in values):
            raise ValueError(f"{name} must hold positive numbers, one per stage, got {tuple(values)}")
    if len({len(values) for values in sizes.values()}) > 1:
        words = " and ".join(f"{name}={tuple(values)}" for name, values in sizes.items())
        raise ValueError(f"{words} must have the same length, one number per stage")


def check_sizes(**sizes: int) -> None:
    """Raise a ``ValueError`` for a size, by its name, that is not positive."""
    for name, value in sizes.items():
        if not value > 0:
            raise ValueError(f"{name} must be at least 1, got {value}")


def smallest_image(layers: Iterable[nn.Module]) -> int:
    """Pixels a side of the smallest image of which this chain of convolutions and poolings leaves something.

    From the last layer back to the first, ``n = (n' - 1) stride + kernel - 2 padding`` inputs give ``n'`` outputs; with
    ``ceil_mode``, ``stride - 1`` of them may be missing as long as the last window starts inside.
    """
    n = 1
    for layer in reversed(list(layers)):
        if hasattr(layer, "kernel_size"):
            kernel, stride, padding = (_side(layer, name) for name in ("kernel_size", "stride", "padding"))
            before = (n - 1) * stride + kernel - 2 * padding
            if getattr(layer, "ceil_mode", False):
                before = max(before - (stride - 1), (n - 1) * stride + 1 - padding)
            n = max(1, before)
    return n


def scaled(channels: int, width: float) -> int:
    """``width`` times ``channels``, at least 1."""
    return max(1, math.floor(width * channels + 0.5))


def _side(layer: Any, name: str) -> int:
    value = getattr(layer, name)
    return value if isinstance(value, int) else value[0]
