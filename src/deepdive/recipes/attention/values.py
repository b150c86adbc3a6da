"""Known values, and those to be estimated."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from deepdive.algorithms.attention import attention_pool
from deepdive.data.progress import Report
from deepdive.data.splits import hold_out
from deepdive.recipes.attention.kernel_regression import KernelSettings
from deepdive.recipes.series.reading import series_of

_AT_ONCE = 1000
"""Positions estimated at once: each is compared with every value that is known."""


@dataclass(frozen=True, eq=False)
class Values:
    """Values at positions ``x``, in ascending order."""

    name: str
    x: Float64[Tensor, " known"]
    y: Float64[Tensor, " known"]
    asked: Float64[Tensor, " test"]
    """Positions of the values of the test set."""
    truth: Float64[Tensor, " test"]
    """These values."""
    notes: tuple[str, ...] = ()

    def baselines(self) -> dict[str, Float64[Tensor, " test"]]:
        """Estimates that need no kernel: the mean, the nearest value, the straight line between neighbours."""
        line = np.interp(self.asked.numpy(), self.x.numpy(), self.y.numpy())
        nearest = (self.asked.unsqueeze(1) - self.x).abs().argmin(dim=1)
        return {
            "mean": self.y.mean().expand(len(self.asked)),
            "nearest": self.y[nearest],
            "linear": torch.from_numpy(line),
        }


def values_for(settings: KernelSettings, report: Report) -> Values:
    """The values that settings name, split.

    Raises:
        ValueError: the file is no series, or nothing is left to know or to estimate.
        FileNotFoundError: there is no such file.
    """
    series = series_of(settings, report)
    values = series.values if settings.rows is None else series.values[-settings.rows :]
    known, tested = hold_out(len(values), settings.test)
    if len(known) < 3:
        raise ValueError(
            f"test is {settings.test}, which leaves {len(known)} of {len(values)} values known; a bandwidth is learnt "
            "from 3 at least"
        )
    return Values(series.name, known.double(), values[known], tested.double(), values[tested], series.notes)


def estimate(
    positions: Float64[Tensor, " q"], x: Float64[Tensor, " k"], y: Float64[Tensor, " k"], kernel: str, bandwidth: float
) -> Float64[Tensor, " q"]:
    """Attention pooling at ``positions`` from values ``y`` at ``x``; their mean where every kernel is 0."""
    mean = y.mean()
    parts = [attention_pool(some, x, y - mean, kernel, bandwidth)[0] for some in positions.split(_AT_ONCE)]
    return mean + torch.cat(parts)


def d2l_values(seed: int) -> Values:
    """``y = 2 sin(x) + x + ε`` at 40 positions between 0 and 5, ``ε`` of variance 1, and the curve itself at others."""

    def f(x: Tensor) -> Tensor:
        return 2 * x.sin() + x

    generator = torch.Generator().manual_seed(seed)
    x = (5 * torch.rand(40, generator=generator, dtype=torch.double)).sort().values
    y = f(x) + torch.randn(40, generator=generator, dtype=torch.double)
    asked = torch.arange(0, 5, 0.1, dtype=torch.double)
    return Values("y", x, y, asked, f(asked))
