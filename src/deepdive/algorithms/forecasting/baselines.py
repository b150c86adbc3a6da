"""Forecasts that need no learning: whoever learns must do better."""

import torch
from jaxtyping import Float
from torch import Tensor


def naive(windows: Float[Tensor, "n tau"], horizon: int) -> Float[Tensor, "n horizon"]:
    """``x̂_{t+k} = x_t``: the last value for ever, the best there is for a random walk.

    Raises:
        ValueError: ``horizon`` is below 1, or a window is empty.
    """
    return seasonal_naive(windows, horizon, period=1)


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
    if horizon < 1 or period < 1:
        raise ValueError(f"horizon is {horizon} and period is {period}; both must be at least 1")
    if tau < period:
        raise ValueError(f"windows hold {tau} values, but a period has {period}; they must hold one at least")
    season = torch.arange(horizon, device=windows.device) % period
    return windows[:, tau - period + season]
