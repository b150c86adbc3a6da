"""How far forecasts are off, one figure per step ahead."""

from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_finite, check_not_empty, check_range
from deepdive.signatures import checked


@checked
def rmse(forecasts: Float[Tensor, "n horizon"], truth: Float[Tensor, "n horizon"]) -> Float[Tensor, " horizon"]:
    """``√(Σ_i (x̂_ik - x_ik)² / n)``, in the unit of the series.

    >>> import torch
    >>> rmse(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([[1.0, 2.0], [5.0, 1.0]])).tolist()
    [1.4142135381698608, 3.535533905029297]

    Raises:
        ValueError: the shapes differ, or there is no forecast.
    """
    check_not_empty("forecasts", forecasts)
    return (forecasts - truth).square().mean(dim=0).sqrt()


@checked
def mae(forecasts: Float[Tensor, "n horizon"], truth: Float[Tensor, "n horizon"]) -> Float[Tensor, " horizon"]:
    """``Σ_i |x̂_ik - x_ik| / n``, in the unit of the series.

    Raises:
        ValueError: the shapes differ, or there is no forecast.
    """
    check_not_empty("forecasts", forecasts)
    return (forecasts - truth).abs().mean(dim=0)


@checked
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
        ValueError: ``period`` is below 1 or not below ``m``, the history is not finite or repeats itself: its scale is
            0. Or as for `mae`.

    Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006.
    """
    if not 1 <= period < len(history):
        raise ValueError(f"period must be from 1 to below the {len(history)} values of history, got {period}")
    check_finite("history", history)
    scale = (history[period:] - history[:-period]).abs().mean()
    if not scale > 0:
        raise ValueError(f"history must not repeat itself: with period {period} its scale is 0, got {scale.item():g}")
    return mae(forecasts, truth) / scale


@checked
def skill(errors: Float[Tensor, " horizon"], reference: Float[Tensor, " horizon"]) -> Float[Tensor, " horizon"]:
    """``1 - error / reference``: 1 is perfect, 0 as good as the reference, below 0 worse.

    Raises:
        ValueError: the shapes differ, an error is negative or NaN, or a reference is not above 0.

    Source: Murphy, Skill scores based on the mean square error, 1988 (there for squared errors).
    """
    check_range("errors", errors, 0)
    check_range("reference", reference, above=0)
    return 1 - errors / reference
