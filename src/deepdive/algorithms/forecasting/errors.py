"""How far forecasts are off, one figure per step ahead."""

from jaxtyping import Float
from torch import Tensor


def rmse(forecasts: Float[Tensor, "n horizon"], truth: Float[Tensor, "n horizon"]) -> Float[Tensor, " horizon"]:
    """``√(Σ_i (x̂_ik - x_ik)² / n)``, in the unit of the series."""
    return (forecasts - truth).square().mean(dim=0).sqrt()


def mae(forecasts: Float[Tensor, "n horizon"], truth: Float[Tensor, "n horizon"]) -> Float[Tensor, " horizon"]:
    """``Σ_i |x̂_ik - x_ik| / n``, in the unit of the series."""
    return (forecasts - truth).abs().mean(dim=0)


def mase(
    forecasts: Float[Tensor, "n horizon"],
    truth: Float[Tensor, "n horizon"],
    history: Float[Tensor, " m"],
    period: int = 1,
) -> Float[Tensor, " horizon"]:
    """Mean absolute scaled error: ``mae / (Σ_t |h_t - h_{t-period}| / (m - period))``, without a unit.

    Below 1 the forecasts are better than one step of the (seasonal) naive forecast was on the ``history``, which is the
    part of the series that was learnt from.

    Raises:
        ValueError: ``period`` is below 1 or not below ``m``, or the history repeats itself: its scale is 0.

    Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006.
    """
    if not 1 <= period < len(history):
        raise ValueError(f"period is {period}; it must be from 1 to {len(history) - 1}: the history has {len(history)}")
    scale = (history[period:] - history[:-period]).abs().mean()
    if not scale > 0:
        raise ValueError(f"history repeats itself with period {period}; an error cannot be scaled by 0")
    return mae(forecasts, truth) / scale


def skill(errors: Float[Tensor, " horizon"], reference: Float[Tensor, " horizon"]) -> Float[Tensor, " horizon"]:
    """``1 - error / reference``: 1 is perfect, 0 as good as the reference, below 0 worse.

    Source: Murphy, Skill scores based on the mean square error, 1988 (there for squared errors).
    """
    return 1 - errors / reference
