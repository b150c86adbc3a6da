"""Forecasts that need no learning: whoever learns must do better."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, check_not_empty
from deepdive.signatures import checked


@checked
def naive(windows: Float[Tensor, "n tau"], horizon: int) -> Float[Tensor, "n horizon"]:
    """``x̂_{t+k} = x_t``: the last value for ever, the best there is for a random walk.

    Raises:
        ValueError: ``horizon`` is below 1, or a window is empty.
    """
    return seasonal_naive(windows, horizon, period=1)


@checked
def seasonal_naive(windows: Float[Tensor, "n tau"], horizon: int, period: int) -> Float[Tensor, "n horizon"]:
    """``x̂_{t+k} = x_{t+k-period⌈k/period⌉}``: the value of the same season in the last cycle that is known.

    Args:
        windows: the last ``tau ≥ period`` values up to each moment, old to new.
        horizon: how many values to forecast, at least 1.
        period: steps of a cycle, e.g. 12 for months; 1 is the naive forecast.

    Raises:
        ValueError: ``horizon`` or ``period`` is below 1, or a window is shorter than a period.

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, section 5.2.
    """
    tau = windows.shape[1]
    check_bounds("horizon", horizon, 1)
    check_not_empty("windows", windows)
    if not 1 <= period <= tau:
        raise ValueError(f"period must be from 1 to the {tau} values of a window, got {period}")
    season = torch.arange(horizon, device=windows.device) % period
    return windows[:, tau - period + season]
