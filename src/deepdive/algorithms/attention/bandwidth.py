"""How wide a kernel should be, told by the data themselves (D2L section 11.2.4)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.attention.pooling import leave_one_out
from deepdive.checks import check_bounds, check_not_empty
from deepdive.signatures import checked

SMOOTH = ("gaussian", "epanechnikov")
"""Kernels along whose width the error has a slope."""


@dataclass(frozen=True, eq=False)
class BandwidthPath:
    """Widths on the way down, and the error at each."""

    bandwidths: Float[Tensor, " steps_plus_1"]
    errors: Float[Tensor, " steps_plus_1"]
    """Mean squared errors, one left out."""

    @property
    def best(self) -> float:
        """The width of the smallest error."""
        return float(self.bandwidths[self.errors.argmin()])


@checked
def bandwidth_errors(
    keys: Float[Tensor, "n *d"], values: Float[Tensor, "n *v"], kernel: str, bandwidths: Float[Tensor, " w"]
) -> Float[Tensor, " w"]:
    """The mean squared error, one left out, at each of some widths.

    Raises:
        ValueError: there is no width, or as for `leave_one_out`.
    """
    check_not_empty("bandwidths", bandwidths)
    errors = [(leave_one_out(keys, values, kernel, h) - values).square().mean() for h in bandwidths]
    return torch.stack(errors)


@checked
def learn_bandwidth(
    keys: Float[Tensor, "n *d"],
    values: Float[Tensor, "n *v"],
    kernel: str = "gaussian",
    *,
    start: float,
    steps: int = 60,
    lr: float = 0.05,
) -> BandwidthPath:
    """``θ = log h`` down the slope of ``mean_i (v_i - v̂_i)²``, each ``v̂_i`` from the other values alone.

    With ``v_i`` among them, ``h → 0`` would be best: every value its own estimate. The steps are Adam's, as the slope's
    size depends on the unit of the values and changes much along the way. There may be several valleys; the one around
    ``start`` is found.

    Args:
        keys: where values are known.
        values: what is known.
        kernel: gaussian or epanechnikov; the error of others has no slope.
        start: the first width, above 0.
        steps: of the descent.
        lr: largest change of ``log h`` in a step, roughly.

    Raises:
        ValueError: the kernel's error has no slope, ``start`` or ``lr`` is not above 0, ``steps`` is below 1, or as for
            `leave_one_out`.
    """
    if kernel not in SMOOTH:
        raise ValueError(
            f"kernel must be {' or '.join(SMOOTH)}, along whose width the error has a slope, got {kernel!r}"
        )
    check_bounds("start", start, above=0)
    check_bounds("steps", steps, 1)
    check_bounds("lr", lr, above=0)
    theta = torch.tensor(start, dtype=keys.dtype, device=keys.device).log().requires_grad_()
    optimizer = torch.optim.Adam([theta], lr=lr)
    widths, errors = [], []
    for _ in range(steps + 1):
        error = (leave_one_out(keys, values, kernel, theta.exp()) - values).square().mean()
        widths.append(theta.detach().exp())
        errors.append(error.detach())
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
    return BandwidthPath(torch.stack(widths), torch.stack(errors))
