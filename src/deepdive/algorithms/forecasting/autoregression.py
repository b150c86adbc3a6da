"""Autoregressive (Markov) models of a series by least squares (D2L section 9.1.1)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from deepdive.algorithms.forecasting.iteration import forecast
from deepdive.algorithms.regression import least_squares
from deepdive.checks import check_bounds, check_finite, check_not_empty
from deepdive.signatures import checked


@checked
@dataclass(frozen=True)
class Autoregression:
    """``x_t = b + Σ_j w_j x_{t-p+j} + ε_t`` with ``j = 0, ..., p - 1``: the last weight is that of the last value."""

    weight: Float64[Tensor, " order"]
    bias: float
    noise: float
    """Standard deviation of ``ε`` over the values fitted to."""

    def __post_init__(self) -> None:
        check_not_empty("weight", self.weight)

    @property
    def order(self) -> int:
        """``p``, how far the model looks back: the next value depends on nothing before (Markov)."""
        return len(self.weight)

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the companion matrix; below 1, forecasts tend to the mean of the series."""
        return float(torch.linalg.eigvals(self._companion()).abs().max())

    @checked
    def step(self, windows: Float[Tensor, "n tau"]) -> Float[Tensor, " n"]:
        """The next value after every window; values before the last ``order`` ones are not looked at.

        Raises:
            ValueError: a window is shorter than the order.
        """
        self._check_length(windows)
        weight = self.weight.to(windows)
        return windows[:, windows.shape[1] - self.order :] @ weight + self.bias

    @checked
    def forecast(self, windows: Float[Tensor, "n tau"], horizon: int) -> Float[Tensor, "n horizon"]:
        """The next ``horizon`` values after every window, see `deepdive.algorithms.forecasting.forecast`.

        Raises:
            ValueError: ``horizon`` is below 1, or a window is shorter than the order.
        """
        self._check_length(windows)
        return forecast(self.step, windows, horizon)

    @checked
    def std(self, horizon: int) -> Float64[Tensor, " horizon"]:
        """Standard deviation of the error ``1, ..., horizon`` steps ahead, if the series does follow the model.

        ``σ_k = σ √(ψ_0² + ... + ψ_{k-1}²)``: ``ψ_j``, the response to a unit of noise ``j`` steps before, is the first
        element of the ``j``-th power of the companion matrix (Box and Jenkins, 1970).

        Raises:
            ValueError: ``horizon`` is below 1.
        """
        check_bounds("horizon", horizon, 1)
        companion, response = self._companion(), torch.eye(self.order, dtype=torch.float64)[0]
        psi = []
        for _ in range(horizon):
            psi.append(response[0])
            response = companion @ response
        return self.noise * torch.stack(psi).square().cumsum(0).sqrt()

    def _check_length(self, windows: Tensor) -> None:
        if windows.shape[1] < self.order:
            raise ValueError(
                f"windows must hold at least {self.order} values, the order of the model, got {windows.shape[1]}"
            )

    def _companion(self) -> Tensor:
        """The matrix that takes ``(x_t, ..., x_{t-p+1})`` to ``(x_{t+1}, ..., x_{t-p+2})``, without the bias."""
        companion = torch.zeros(self.order, self.order, dtype=torch.float64)
        companion[0] = self.weight.flip(0)
        companion[1:, :-1] = torch.eye(self.order - 1, dtype=torch.float64)
        return companion


@checked
def fit_autoregression(values: Float[Tensor, " n"], order: int) -> Autoregression:
    """The autoregressive model of this order with the least squared error of one step, in closed form.

    Raises:
        ValueError: ``order`` is below 1, or a value is not finite, or there are fewer than
            ``2 order + 1``: more unknowns than equations.
    """
    check_bounds("order", order, 1)
    check_finite("values", values)
    if len(values) < 2 * order + 1:
        raise ValueError(f"values must be at least {2 * order + 1} for order {order} and a bias, got {len(values)}")
    rows = values.double().unfold(0, order + 1, 1)  # (n - order, order + 1)
    x, y = rows[:, :-1], rows[:, -1]
    found = least_squares(x, y, method="minimum-norm")
    residuals = y - found.predict(x)
    return Autoregression(found.weight, float(found.bias), float(residuals.square().mean().sqrt()))
