"""How a transformer knows places: sinusoids, learnt vectors, rotation, distance (textbook section 11.6)."""

import math

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.toolkit import Toolkit


def sinusoidal_positions(places: int, width: int, *, base: float = 10_000.0) -> Float[Tensor, "t width"]:
    """``P[t, 2j] = sin(t ω_j)``, ``P[t, 2j + 1] = cos(t ω_j)``, ``ω_j = base^(-2j / width)`` (Vaswani et al., 2017).

    A step of ``δ`` places turns each pair by the angle ``δ ω_j``, wherever it begins.

    Raises:
        ValueError: ``width`` is odd or less than 2, or ``places`` is less than 1.
    """
    if places < 1 or width < 2 or width % 2:
        raise ValueError(f"places must be at least 1 and width even and at least 2, got {places} and {width}")
    angles = _angles(torch.arange(places), width, base)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()  # (t, width)


class SinusoidalPositions(torch.nn.Module):
    """``y_t = x_t + P[t]`` with `sinusoidal_positions`, for sequences of any length."""

    table: Tensor

    def __init__(self, width: int, places: int = 512) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("table", sinusoidal_positions(places, width), persistent=False)

    def forward(self, x: Float[Tensor, "b t width"], start: int = 0) -> Float[Tensor, "b t width"]:
        """Add the places from ``start`` on; the table grows when it must."""
        end = start + x.shape[1]
        if end > len(self.table):
            self.table = sinusoidal_positions(2 * end, self.width).to(self.table)
        return x + self.table[start:end]


class LearntPositions(torch.nn.Module):
    """``y_t = x_t + P[t]`` with a learnt table ``P (places, width)``: no place beyond it (Gehring et al., 2017).

    Raises:
        ValueError: from a call, if the sequence does not end within the table.
    """

    def __init__(self, places: int, width: int, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        if places < 1:
            raise ValueError(f"places must be at least 1, got {places}")
        self.places = places
        self.weight = nn.Parameter(torch.empty(places, width))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: Float[Tensor, "b t width"], start: int = 0) -> Float[Tensor, "b t width"]:
        """Add the vectors of the places from ``start`` on."""
        end = start + x.shape[1]
        if end > self.places:
            raise ValueError(f"the sequence ends at place {end}, but the table of positions has {self.places}")
        return x + self.weight[start:end]


class Rotary(torch.nn.Module):
    """Turn each pair ``(x_j, x_{j + d/2})`` by ``t ω_j``, ``ω_j = base^(-2j / d)`` (Su et al., 2021).

    Queries and keys turned so meet as ``(R_m q) · (R_n k) = q · R_{n-m} k``: only their distance counts.

    Raises:
        ValueError: ``width``, that of one head, is odd.
    """

    def __init__(self, width: int, *, base: float = 10_000.0) -> None:
        super().__init__()
        if width < 2 or width % 2:
            raise ValueError(f"width of a head must be even and at least 2 to be rotated, got {width}")
        self.width, self.base = width, base

    def forward(self, x: Float[Tensor, "b h t d"], start: int = 0) -> Float[Tensor, "b h t d"]:
        """The vectors of places ``start, start + 1, ...``, turned."""
        places = torch.arange(start, start + x.shape[2], device=x.device)
        angles = _angles(places, self.width, self.base)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class RelativeBias(torch.nn.Module):
    """``B[h, i, j] = table[bucket(j - i), h]``, added to the scores: a number per head for each distance.

    Small distances have buckets of their own, greater ones share them, wider and wider up to ``furthest`` (Raffel et
    al., 2020, section 2.1). Where attention looks both ways, half of the buckets are for places to the right.

    Args:
        heads: of attention.
        buckets: of distances.
        furthest: distance from which on all share one bucket.
        both_ways: whether places to the right are looked at.

    Raises:
        ValueError: there are too few buckets, or ``furthest`` is within those of single distances.
    """

    def __init__(
        self, heads: int, buckets: int = 32, furthest: int = 128, *, both_ways: bool, nn: Toolkit = torch.nn
    ) -> None:
        super().__init__()
        side = buckets // 2 if both_ways else buckets
        if side < 2 or furthest <= side // 2:
            raise ValueError(
                f"buckets is {buckets} and furthest {furthest}; each side needs 2 buckets, and more distances than "
                "half of them"
            )
        self.buckets, self.furthest, self.both_ways = buckets, furthest, both_ways
        self.table = nn.Embedding(buckets, heads)

    def forward(self, queries: int, keys: int) -> Float[Tensor, "1 h q k"]:
        """The bias of the last ``queries`` of ``keys`` places."""
        device = self.table.get_parameter("weight").device
        i = torch.arange(keys - queries, keys, device=device).unsqueeze(1)
        bucket = self._buckets(torch.arange(keys, device=device) - i)  # (q, k)
        return self.table(bucket).permute(2, 0, 1).unsqueeze(0)  # (1, h, q, k)

    def _buckets(self, distance: Int64[Tensor, "q k"]) -> Int64[Tensor, "q k"]:
        side = self.buckets // 2 if self.both_ways else self.buckets
        base = (distance > 0).long() * side if self.both_ways else torch.zeros_like(distance)
        far = distance.abs() if self.both_ways else (-distance).clamp(min=0)
        single = side // 2
        growth = (far.clamp(min=1).float() / single).log() / math.log(self.furthest / single)
        wide = (single + (growth * (side - single)).long()).clamp(max=side - 1)
        return base + torch.where(far < single, far, wide)


def _angles(places: Tensor, width: int, base: float) -> Tensor:
    """``t ω_j`` in double precision, ``(t, width / 2)``."""
    frequencies = base ** (-torch.arange(0, width, 2, device=places.device, dtype=torch.float32).double() / width)
    return places.double().unsqueeze(1) * frequencies
