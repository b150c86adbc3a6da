"""Initial values of parameters, drawn in place (D2L sections 5.4 and 6.3).

``fan_in`` and ``fan_out`` are the inputs that feed one output, and the outputs one input feeds: for a weight
``(out, in, *kernel)`` they are ``in`` and ``out`` times the size of the kernel.
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from deepdive.checks import shown
from deepdive.scratch._arguments import check_not_negative, check_option, checked

Mode = Literal["fan_in", "fan_out"]
Numbers = Float[Tensor, "..."]

_CONSTANT_GAINS = {
    **dict.fromkeys(["linear", "sigmoid", *(f"conv{t}{d}d" for t in ("", "_transpose") for d in (1, 2, 3))], 1.0),
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


@checked
def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Factor of the standard deviation that keeps the signal's size through ``nonlinearity``.

    ``√(2 / (1 + param²))`` for ``leaky_relu`` of slope ``param`` (He et al., 2015, equation 15).

    Raises:
        ValueError: unknown ``nonlinearity``, or a slope that is not a number.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueError(f"param must be a number, the slope of leaky_relu, got {param!r}")
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in _CONSTANT_GAINS:
        known = ", ".join([*_CONSTANT_GAINS, "leaky_relu"])
        raise ValueError(f"nonlinearity must be one of {known}, got {nonlinearity!r}")
    return _CONSTANT_GAINS[nonlinearity]


@checked
@torch.no_grad()
def uniform_(tensor: Numbers, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform between ``a`` and ``b``.

    Raises:
        ValueError: ``a`` is above ``b``, or one is not finite.
    """
    if not -math.inf < a <= b < math.inf:
        raise ValueError(f"a and b must be finite and a at most b, got {a} and {b}")
    return tensor.uniform_(a, b, generator=generator)


@checked
@torch.no_grad()
def normal_(tensor: Numbers, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with ``mean`` and standard deviation ``std``.

    Raises:
        ValueError: ``std`` is negative or NaN.
    """
    check_not_negative(std=std)
    return tensor.normal_(mean, std, generator=generator)


@checked
@torch.no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Every element ``val``."""
    return tensor.fill_(val)


@checked
def zeros_(tensor: Tensor) -> Tensor:
    """Every element 0."""
    return constant_(tensor, 0.0)


@checked
def ones_(tensor: Tensor) -> Tensor:
    """Every element 1."""
    return constant_(tensor, 1.0)


@checked
@torch.no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """The identity: ``tensor[i, i] = 1``, else 0, so that a linear layer passes on as many inputs as it can.

    Raises:
        ValueError: ``tensor`` has not two dimensions.
    """
    if tensor.ndim != 2:
        raise ValueError(f"tensor must have two dimensions, got shape {shown(tensor.shape)}")
    zeros_(tensor).diagonal().fill_(1)
    return tensor


@checked
@torch.no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """The identity of a convolution: 1 at the middle of the kernel from channel ``i`` of a group to its output ``i``.

    Raises:
        ValueError: ``tensor`` has not 3, 4 or 5 dimensions, or ``groups`` does not divide its outputs.
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(f"tensor must have 3, 4 or 5 dimensions, got shape {shown(tensor.shape)}")
    if 0 in tensor.shape[2:]:
        raise ValueError(f"tensor must have a kernel of at least one element, got shape {shown(tensor.shape)}")
    if groups < 1 or tensor.shape[0] % groups:
        raise ValueError(f"groups must be positive and divide the {tensor.shape[0]} outputs, got {groups}")
    middle = tuple(size // 2 for size in tensor.shape[2:])
    for group in zeros_(tensor).chunk(groups):
        group[(..., *middle)].diagonal().fill_(1)
    return tensor


@checked
@torch.no_grad()
def orthogonal_(tensor: Numbers, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """``gain`` times a matrix with ``Q Qᵀ = I`` or ``Qᵀ Q = I``, each equally likely (Saxe et al., 2014).

    ``Q`` of the QR decomposition of a normal matrix, its columns turned so that the diagonal of ``R`` is positive;
    dimensions after the first count as one.

    Raises:
        ValueError: ``tensor`` has fewer than two dimensions.
    """
    if tensor.ndim < 2:
        raise ValueError(f"tensor must have two or more dimensions, got shape {shown(tensor.shape)}")
    if tensor.dtype.itemsize < 4:  # no QR decomposition
        raise TypeError(f"tensor must be in single or double precision, got {tensor.dtype}")
    if tensor.numel() == 0:
        return tensor
    normal = tensor.new_empty(tensor.shape).flatten(1).normal_(generator=generator)
    wide = normal.shape[0] < normal.shape[1]
    q, r = torch.linalg.qr(normal.T if wide else normal)
    q = q * r.diagonal().sign()
    return tensor.copy_((q.T if wide else q).reshape(tensor.shape)).mul_(gain)


@checked
def xavier_uniform_(tensor: Numbers, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform in ±a, ``a = gain √(6 / (fan_in + fan_out))`` (Glorot and Bengio, 2010).

    Raises:
        ValueError: ``tensor`` has fewer than two dimensions.
    """
    fan_in, fan_out = _two_fans(tensor, gain)
    a = math.sqrt(3) * gain * math.sqrt(2 / (fan_in + fan_out))
    return uniform_(tensor, -a, a, generator)


@checked
def xavier_normal_(tensor: Numbers, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with ``std = gain √(2 / (fan_in + fan_out))`` (Glorot and Bengio, 2010).

    Raises:
        ValueError: ``tensor`` has fewer than two dimensions.
    """
    fan_in, fan_out = _two_fans(tensor, gain)
    return normal_(tensor, 0.0, gain * math.sqrt(2 / (fan_in + fan_out)), generator)


@checked
def kaiming_uniform_(
    tensor: Numbers,
    a: float | None = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform in ±bound, ``bound = gain √(3 / fan)``; ``a`` is the slope of ``leaky_relu`` (He et al., 2015).

    Raises:
        ValueError: ``tensor`` has fewer than two dimensions, unknown ``mode`` or ``nonlinearity``.
    """
    if tensor.ndim > 1 and not tensor.numel():
        return tensor
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


@checked
def kaiming_normal_(
    tensor: Numbers,
    a: float | None = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal with ``std = gain / √fan``; ``a`` is the slope of ``leaky_relu`` (He et al., 2015).

    Raises:
        ValueError: ``tensor`` has fewer than two dimensions, unknown ``mode`` or ``nonlinearity``.
    """
    if tensor.ndim > 1 and not tensor.numel():
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float | None, mode: str, nonlinearity: str) -> float:
    check_option("mode", mode, Mode)
    if a is not None and not math.isfinite(a):
        raise ValueError(f"a must be finite, got {a}")
    fan_in, fan_out = _fans(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def _two_fans(tensor: Tensor, gain: float) -> tuple[int, int]:
    if not 0 <= gain < math.inf:
        raise ValueError(f"gain must be finite and not negative, got {gain}")
    fans = _fans(tensor)
    if not any(fans):
        raise ValueError(f"tensor must have inputs or outputs, got shape {shown(tensor.shape)}")
    return fans


def _fans(tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(f"tensor must have two or more dimensions, for its fans, got shape {shown(tensor.shape)}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel
