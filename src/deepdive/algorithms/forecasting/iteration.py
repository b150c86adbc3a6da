"""Forecasts of many steps from a forecaster of one (D2L section 9.1.4)."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, check_not_empty, shown
from deepdive.signatures import checked

OneStep = Callable[[Tensor], Tensor]
"""``x_{t+1} = f(x_{t-tau+1}, ..., x_t)`` for a batch of windows: ``(n, tau)`` to ``(n, 1)`` or ``(n,)``."""


@checked
def forecast(step: OneStep, windows: Float[Tensor, "n tau"], horizon: int) -> Float[Tensor, "n horizon"]:
    """The next ``horizon`` values after every window: predictions take the place of what is not known yet.

    ``x̂_{t+k} = f(x̂_{t+k-tau}, ..., x̂_{t+k-1})`` where ``x̂ = x`` up to ``t``. All windows move on together, so
    there are ``horizon`` calls of ``step`` however many windows there are. No gradients are kept.

    Args:
        step: forecasts one value.
        windows: the last ``tau`` values up to each moment, old to new.
        horizon: how many values to forecast, at least 1.

    Raises:
        ValueError: ``horizon`` is below 1, there is no value in a window, or ``step`` gives another shape.
    """
    n, tau = windows.shape
    check_bounds("horizon", horizon, 1)
    check_not_empty("windows", windows)
    path = torch.cat([windows, windows.new_zeros(n, horizon)], dim=1)
    with torch.no_grad():
        for k in range(horizon):
            said = step(path[:, k : k + tau])
            if said.shape not in ((n, 1), (n,)):
                raise ValueError(f"what step gives must have shape ({n}, 1) or ({n},), got {shown(said.shape)}")
            path[:, tau + k] = said.reshape(n)
    return path[:, tau:]
