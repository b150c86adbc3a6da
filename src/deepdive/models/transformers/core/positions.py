"""How a transformer knows positions: sinusoids, learnt vectors, rotation, distance (D2L section 11.6)."""

import math

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveFloat, PositiveInt
from deepdive.toolkit import Toolkit


def sinusoidal_positions(
    num_positions: int, hidden_size: int, *, base: float = 10_000.0
) -> Float[Tensor, "t hidden_size"]:
    """``P[t, 2j] = sin(t ω_j)``, ``P[t, 2j + 1] = cos(t ω_j)``, ``ω_j = base^(-2j / d)``, ``d`` the hidden size.

    A step of ``δ`` positions turns each pair by the angle ``δ ω_j``, wherever it begins (Vaswani et al., 2017).

    Raises:
        ValueError: ``hidden_size`` is odd or less than 2, or ``num_positions`` is less than 1.
    """
    if num_positions < 1 or hidden_size < 2 or hidden_size % 2:
        raise ValueError(
            f"num_positions must be at least 1, and hidden_size even and at least 2, got {num_positions} and "
            f"{hidden_size}"
        )
    angles = _angles(torch.arange(num_positions), hidden_size, base)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()  # (t, hidden_size)


@checked
class SinusoidalPositions(torch.nn.Module):
    """``y_t = x_t + P[t]`` with `sinusoidal_positions`, for sequences of any length."""

    table: Tensor

    def __init__(self, hidden_size: PositiveInt, num_positions: PositiveInt = 512) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.register_buffer("table", sinusoidal_positions(num_positions, hidden_size), persistent=False)

    def forward(self, x: Float[Tensor, "b t hidden_size"], start: int = 0) -> Float[Tensor, "b t hidden_size"]:
        """Add the positions from ``start`` on; the table grows when it must."""
        end = start + x.shape[1]
        if end > len(self.table):
            self.table = sinusoidal_positions(2 * end, self.hidden_size).to(self.table)
        return x + self.table[start:end]


@checked
class LearnedPositions(torch.nn.Module):
    """``y_t = x_t + P[t]`` with a learnt table ``P (positions, d)``, none beyond it (Gehring et al., 2017).

    Raises:
        ValueError: from a call, if the sequence does not end within the table.
    """

    def __init__(self, max_positions: PositiveInt, hidden_size: PositiveInt, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.max_positions = max_positions
        self.weight = nn.Parameter(torch.empty(max_positions, hidden_size))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: Float[Tensor, "b t hidden_size"], start: int = 0) -> Float[Tensor, "b t hidden_size"]:
        """Add the vectors of the positions from ``start`` on."""
        end = start + x.shape[1]
        if end > self.max_positions:
            raise ValueError(
                f"the sequence ends at position {end}, but the table of positions has {self.max_positions}"
            )
        return x + self.weight[start:end]


@checked
class Rotary(torch.nn.Module):
    """Turn each pair ``(x_j, x_{j + d/2})`` by ``t ω_j``, ``ω_j = base^(-2j / d)`` (Su et al., 2021).

    Queries and keys turned so meet as ``(R_m q) · (R_n k) = q · R_{n-m} k``: only their distance counts.

    Raises:
        ValueError: ``head_dim``, that of one head, is odd.
    """

    def __init__(self, head_dim: PositiveInt, *, base: PositiveFloat = 10_000.0) -> None:
        super().__init__()
        if head_dim < 2 or head_dim % 2:
            raise ValueError(f"head_dim must be even and at least 2 to be rotated, got {head_dim}")
        self.head_dim, self.base = head_dim, base

    def forward(self, x: Float[Tensor, "b h t d"], start: int = 0) -> Float[Tensor, "b h t d"]:
        """The vectors of positions ``start, start + 1, ...``, turned."""
        positions = torch.arange(start, start + x.shape[2], device=x.device)
        angles = _angles(positions, self.head_dim, self.base)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


@checked
class RelativeBias(torch.nn.Module):
    """``B[h, i, j] = table[bucket(j - i), h]``, added to the scores: a number per head for each distance.

    Small distances have buckets of their own, greater ones share them, wider and wider up to ``max_distance`` (Raffel
    et al., 2020, section 2.1). Where attention is bidirectional, half of the buckets are for positions to the right.

    Args:
        num_heads: number of attention heads.
        num_buckets: of distances.
        max_distance: distance from which on all share one bucket.
        bidirectional: whether positions to the right are attended to.

    Raises:
        ValueError: there are too few buckets, or ``max_distance`` is within those of single distances.
    """

    def __init__(
        self,
        num_heads: PositiveInt,
        num_buckets: PositiveInt = 32,
        max_distance: PositiveInt = 128,
        *,
        bidirectional: bool,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        side = num_buckets // 2 if bidirectional else num_buckets
        if side < 2 or max_distance <= side // 2:
            raise ValueError(
                f"num_buckets must leave each side 2, and max_distance be above half of these, got {num_buckets} "
                f"and {max_distance}"
            )
        self.num_buckets, self.max_distance, self.bidirectional = num_buckets, max_distance, bidirectional
        self.table = nn.Embedding(num_buckets, num_heads)

    def forward(self, queries: int, keys: int) -> Float[Tensor, "1 h q k"]:
        """The bias of the last ``queries`` of ``keys`` positions."""
        device = self.table.get_parameter("weight").device
        i = torch.arange(keys - queries, keys, device=device).unsqueeze(1)
        bucket = self._buckets(torch.arange(keys, device=device) - i)  # (q, k)
        return self.table(bucket).permute(2, 0, 1).unsqueeze(0)  # (1, h, q, k)

    def _buckets(self, distance: Int64[Tensor, "q k"]) -> Int64[Tensor, "q k"]:
        side = self.num_buckets // 2 if self.bidirectional else self.num_buckets
        base = (distance > 0).long() * side if self.bidirectional else torch.zeros_like(distance)
        far = distance.abs() if self.bidirectional else (-distance).clamp(min=0)
        single = side // 2
        growth = (far.clamp(min=1).float() / single).log() / math.log(self.max_distance / single)
        wide = (single + (growth * (side - single)).long()).clamp(max=side - 1)
        return base + torch.where(far < single, far, wide)


def _angles(positions: Tensor, hidden_size: int, base: float) -> Tensor:
    """``t ω_j`` in double precision, ``(t, hidden_size / 2)``."""
    frequencies = base ** (
        -torch.arange(0, hidden_size, 2, device=positions.device, dtype=torch.float32).double() / hidden_size
    )
    return positions.double().unsqueeze(1) * frequencies
