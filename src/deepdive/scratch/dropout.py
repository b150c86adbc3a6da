"""Dropout, of elements and of whole channels (D2L section 5.6)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_probability, checked

LOW = -1.7580993408473766
"""The least value of SELU, which is its scale times its alpha."""


class _Dropout(Module):
    """Something of the input is dropped, with probability ``p``."""

    @checked
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        check_probability("p", p)
        self.p = p

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace=False"


class Dropout(_Dropout):
    """``y = mask * input / (1 - p)`` in training, ``y = input`` in evaluation.

    Each element of ``mask`` is 0 with probability ``p``, else 1; the division keeps the expected value (Srivastava et
    al., 2014).

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1].
    """

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return dropout(input, self.p) if self.training else input


@checked
def dropout(input: Float[Tensor, "..."], p: float, *, channels: bool = False) -> Float[Tensor, "..."]:
    """``mask * input / (1 - p)``, with a new mask at every call: of elements, or of whole ``channels``."""
    p = float(p)
    if p == 0:
        return input
    if p == 1:
        return input * 0
    return input * (_mask(input, p, channels) / (1 - p))


@checked
def alpha_dropout(input: Float[Tensor, "..."], p: float, *, channels: bool = False) -> Float[Tensor, "..."]:
    """``a (mask * input + (1 - mask) * low) + b``, with a new mask at every call."""
    p = float(p)
    if p == 0 or not input.numel():
        return input
    if p == 1:
        return input * 0
    a = 1 / math.sqrt((1 - p) * (1 + p * LOW**2))
    b = -a * p * LOW
    mask = _mask(input, p, channels)
    return input * (a * mask) + (a * LOW * (1 - mask) + b)


def _mask(x: Tensor, p: float, channels: bool) -> Tensor:
    """0 with probability ``p``, else 1."""
    whole = x.new_empty(x.shape[:2] + (1,) * (x.ndim - 2)) if channels else torch.empty_like(x)
    return whole.bernoulli_(1 - p)


def _check_channels(x: Tensor) -> None:
    if x.ndim < 2:
        raise ValueError(f"input must have shape (batch, channels, ...), got {shown(x.shape)}")


class Dropout1d(_Dropout):
    """``y[b, c] = mask[b, c] input[b, c] / (1 - p)`` in training: whole channels of ``(batch, channels, length)``.

    Without batch the input is ``(channels, length)``. Neighbours in a channel say nearly the same, so dropping one of
    them would hide little (Tompson et al., 2015).

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1], or the input has another number of dimensions.
    """

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length"]:
        if input.ndim not in (2, 3):
            raise ValueError(
                f"input must have shape (batch, channels, length) or, without batch, (channels, length), got "
                f"{shown(input.shape)}"
            )
        if not self.training:
            return input
        if input.ndim == 2:
            return dropout(input.unsqueeze(0), self.p, channels=True).squeeze(0)
        return dropout(input, self.p, channels=True)


class Dropout2d(_Dropout):
    """``y[b, c] = mask[b, c] input[b, c] / (1 - p)`` in training: whole channels of ``(batch, channels, ...)``.

    The input has a batch, as in the library, and usually a height and a width.

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1], or the input has fewer than 2 dimensions.
    """

    @checked
    def forward(self, input: Float[Tensor, "b c *sizes"]) -> Float[Tensor, "b c *sizes"]:
        if not self.training:
            return input
        _check_channels(input)
        return dropout(input, self.p, channels=True)


class Dropout3d(_Dropout):
    """``y[b, c] = mask[b, c] input[b, c] / (1 - p)`` in training: whole channels of ``(batch, channels, depth, ...)``.

    An input of 4 dimensions, as in the library any but 5, has no batch.

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1], or the input has fewer than 2 dimensions.
    """

    @checked
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d h w"]:
        if not self.training:
            return input
        _check_channels(input)
        if input.ndim == 5:
            return dropout(input, self.p, channels=True)
        return dropout(input.unsqueeze(0), self.p, channels=True).squeeze(0)


class AlphaDropout(_Dropout):
    """``y = a (mask * input + (1 - mask) low) + b`` in training, for networks of ``SELU``.

    What is dropped becomes ``low = -1.7581``, the least value of SELU; ``a`` and ``b`` then bring mean 0 and variance 1
    back: ``a = 1 / √((1 - p) (1 + p low²))``, ``b = -a p low`` (Klambauer et al., 2017).

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1].
    """

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return alpha_dropout(input, self.p) if self.training else input


class FeatureAlphaDropout(_Dropout):
    """``AlphaDropout`` of whole channels of ``(batch, channels, ...)``.

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1], or the input has fewer than 2 dimensions.
    """

    @checked
    def forward(self, input: Float[Tensor, "b c *sizes"]) -> Float[Tensor, "b c *sizes"]:
        if not self.training:
            return input
        _check_channels(input)
        return alpha_dropout(input, self.p, channels=True)
