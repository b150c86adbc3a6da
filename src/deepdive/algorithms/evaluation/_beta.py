"""The incomplete beta function and its inverse, which the library does not have."""

import torch
from jaxtyping import Float64
from torch import Tensor

_TINY = 1e-300
_TERMS = 100_000
_STEPS = 200


def incomplete_beta(
    a: Float64[Tensor, "*shape"], b: Float64[Tensor, "*shape"], x: Float64[Tensor, "*shape"]
) -> Float64[Tensor, "*shape"]:
    """``I_x(a, b) = ∫₀ˣ tᵃ⁻¹ (1 - t)ᵇ⁻¹ dt / B(a, b)``, the distribution function of Beta(a, b), for positive a, b.

    Its continued fraction converges quickly where ``x < (a + 1) / (a + b + 2)``; elsewhere
    ``I_x(a, b) = 1 - I_{1-x}(b, a)`` (Abramowitz and Stegun, 26.5.8; Lentz, 1976).
    """
    swapped = x > (a + 1) / (a + b + 2)
    a, b, x = torch.where(swapped, b, a), torch.where(swapped, a, b), torch.where(swapped, 1 - x, x)
    x = x.clamp(0, 1)
    log_front = torch.xlogy(a, x) + torch.special.xlog1py(b, -x) - a.log()
    log_front = log_front + torch.lgamma(a + b) - torch.lgamma(a) - torch.lgamma(b)
    value = (log_front.exp() * _continued_fraction(a, b, x)).clamp(0, 1)
    return torch.where(swapped, 1 - value, value)


def _continued_fraction(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    c = torch.ones_like(x)
    d = 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            value = value * c * d
        if bool(((c * d - 1).abs() < 1e-14).all()):
            return value
    raise RuntimeError(f"the incomplete beta function did not converge in {_TERMS} terms")


def _nonzero(x: Tensor) -> Tensor:
    return torch.where(x.abs() < _TINY, _TINY, x)


def beta_quantile(
    p: Float64[Tensor, "*shape"], a: Float64[Tensor, "*shape"], b: Float64[Tensor, "*shape"]
) -> Float64[Tensor, "*shape"]:
    """The ``x`` of ``I_x(a, b) = p`` for ``a, b ≥ 1``, by Newton's method from a normal approximation.

    Where a step would leave what is known of ``x``, that is halved instead (Abramowitz and Stegun, 26.5.22).
    """
    low, high = torch.zeros_like(p), torch.ones_like(p)
    log_scale = torch.lgamma(a + b) - torch.lgamma(a) - torch.lgamma(b)
    x = _normal_approximation(p, a, b)
    for _ in range(_STEPS):
        excess = incomplete_beta(a, b, x) - p
        low, high = torch.where(excess < 0, x, low), torch.where(excess < 0, high, x)
        density = (torch.xlogy(a - 1, x) + torch.special.xlog1py(b - 1, -x) + log_scale).exp()
        newton = x - excess / density
        following = torch.where((low <= newton) & (newton <= high), newton, (low + high) / 2)
        if bool(((following - x).abs() <= 1e-12).all()):
            break
        x = following
    return x


def _normal_approximation(p: Tensor, a: Tensor, b: Tensor) -> Tensor:
    y = -torch.special.ndtri(p)
    s, t = 1 / (2 * a - 1), 1 / (2 * b - 1)
    h = 2 / (s + t)
    r = (y * y - 3) / 6
    w = y * (h + r).clamp(min=0).sqrt() / h - (t - s) * (r + 5 / 6 - 2 / (3 * h))
    return (a / (a + b * torch.exp(2 * w))).clamp(1e-15, 1 - 1e-15)
