"""Forecasts against loops, NumPy and simulation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.forecasting import (
    Autoregression,
    error_figure,
    fit_autoregression,
    forecast,
    forecast_figure,
    mae,
    mase,
    naive,
    rmse,
    seasonal_naive,
    skill,
)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def simulated(weight, bias, noise, n, seed=0):
    """A series that follows ``x_t = bias + weight · (x_{t-p}, ..., x_{t-1}) + noise ε``."""
    shocks, p = noise * normal(n + 500, seed=seed), len(weight)
    x = [0.0] * p
    for shock in shocks.tolist():
        x.append(bias + sum(w * v for w, v in zip(weight, x[-p:], strict=True)) + shock)
    return torch.tensor(x[-n:], dtype=torch.float64)


@given(n=st.integers(1, 6), tau=st.integers(1, 5), horizon=st.integers(1, 9), column=st.booleans())
def test_many_steps_are_one_step_again_and_again(n, tau, horizon, column):
    windows, weight = normal(n, tau), normal(tau, seed=1)

    def step(x):
        y = torch.tanh(x @ weight) + x[:, 0]
        return y[:, None] if column else y

    found = forecast(step, windows, horizon)
    for row, said in zip(windows.tolist(), found.tolist(), strict=True):
        for value in said:
            expected = math.tanh(sum(a * b for a, b in zip(row[-tau:], weight.tolist(), strict=True))) + row[-tau]
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-12)
            row.append(value)


@given(n=st.integers(1, 4), period=st.integers(1, 6), more=st.integers(0, 5), horizon=st.integers(1, 20))
def test_the_seasonal_forecast_repeats_the_last_cycle(n, period, more, horizon):
    windows = normal(n, period + more)
    path = torch.cat([windows, torch.full((n, horizon), math.nan)], dim=1)
    tau = period + more
    for k in range(horizon):
        path[:, tau + k] = path[:, tau + k - period]
    assert torch.equal(seasonal_naive(windows, horizon, period), path[:, tau:])
    assert torch.equal(naive(windows, horizon), windows[:, -1:].expand(n, horizon))


@pytest.mark.parametrize("order", [1, 2, 5])
def test_autoregression_is_numpys_least_squares(order):
    x = normal(80).cumsum(0)
    found = fit_autoregression(x, order)
    rows = np.stack([x.numpy()[i : i + order + 1] for i in range(80 - order)])
    design = np.column_stack([rows[:, :-1], np.ones(len(rows))])
    weight, squares, _, _ = np.linalg.lstsq(design, rows[:, -1], rcond=None)
    np.testing.assert_allclose([*found.weight.tolist(), found.bias], weight, rtol=1e-8)
    assert found.noise == pytest.approx(math.sqrt(squares[0] / len(rows)))
    assert found.order == order


def test_the_weights_of_a_series_that_follows_the_model_are_found():
    weight, n = [-0.5, 1.2], 20_000
    found = fit_autoregression(simulated(weight, 0.3, 0.1, n), 2)
    assert found.weight.tolist() == pytest.approx(weight, abs=5 / n**0.5)
    assert found.bias == pytest.approx(0.3, abs=0.02)
    assert found.noise == pytest.approx(0.1, rel=0.03)
    roots = np.roots([1, -1.2, 0.5])
    assert found.spectral_radius == pytest.approx(np.abs(roots).max(), abs=0.02)


def test_errors_grow_with_the_steps_as_theory_says():
    model = Autoregression(torch.tensor([-0.5, 1.2], dtype=torch.float64), 0.3, 0.1)
    x = simulated([-0.5, 1.2], 0.3, 0.1, 40_000, seed=1)
    rows = x.unfold(0, 14, 1)
    errors = rmse(model.forecast(rows[:, :4], 10), rows[:, 4:])
    torch.testing.assert_close(errors, model.std(10), rtol=0.03, atol=0)
    assert float(model.std(1)) == pytest.approx(0.1)


def test_forecasts_of_a_stable_model_tend_to_the_mean():
    model = Autoregression(torch.tensor([0.2, 0.5], dtype=torch.float64), 0.3, 0.1)
    assert model.spectral_radius < 1
    far = model.forecast(normal(3, 2).float(), 200)
    assert far.dtype == torch.float32
    torch.testing.assert_close(far[:, -1], torch.full((3,), 0.3 / (1 - 0.7)))


def test_errors_are_numpys():
    said, truth, history = normal(7, 3), normal(7, 3, seed=1), normal(20, seed=2)
    a, b, h = said.numpy(), truth.numpy(), history.numpy()
    np.testing.assert_allclose(rmse(said, truth), np.sqrt(np.square(a - b).mean(0)))
    np.testing.assert_allclose(mae(said, truth), np.abs(a - b).mean(0))
    np.testing.assert_allclose(mase(said, truth, history, 4), np.abs(a - b).mean(0) / np.abs(h[4:] - h[:-4]).mean())
    assert skill(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 2.0, 2.0])).tolist() == [0.5, 0.0, -0.5]


def test_figures_hold_every_line():
    lines = {k: normal(30) for k in (1, 4)}
    drawn = forecast_figure(normal(40), lines, first=5, times=[f"t{i}" for i in range(40)], name="v")
    [ax] = drawn.axes
    assert [line.get_xdata()[0] for line in ax.lines] == [0, 5, 8]
    assert ax.get_xticklabels()[-1].get_text() == "t39"
    drawn = error_figure({"naive": normal(9).abs(), "network": normal(9).abs()}, marks=[1, 4])
    assert [len(line.get_xdata()) for line in drawn.axes[0].lines] == [9, 9]
    assert drawn.axes[0].get_xticks().tolist() == [1, 4]


def test_bad_input_is_named():
    windows = normal(3, 2)
    with pytest.raises(ValueError, match="horizon must be at least 1, got 0"):
        forecast(lambda x: x[:, 0], windows, 0)
    with pytest.raises(ValueError, match=r"what step gives must have shape \(3, 1\) or \(3,\), got \(3, 2\)"):
        forecast(lambda x: x, windows, 1)
    with pytest.raises(ValueError, match=r"windows must not be empty, got shape \(3, 0\)"):
        forecast(lambda x: x, windows[:, :0], 1)
    with pytest.raises(ValueError, match="horizon must be at least 1, got 0"):
        naive(windows, 0)
    with pytest.raises(ValueError, match="period must be from 1 to the 2 values of a window, got 3"):
        seasonal_naive(windows, 1, 3)
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        fit_autoregression(normal(9), 0)
    with pytest.raises(ValueError, match="values must be at least 11 for order 5 and a bias, got 9"):
        fit_autoregression(normal(9), 5)
    model = fit_autoregression(normal(9), 3)
    with pytest.raises(ValueError, match="windows must hold at least 3 values, the order of the model, got 2"):
        model.forecast(windows, 1)
    with pytest.raises(ValueError, match="horizon must be at least 1, got 0"):
        model.std(0)
    with pytest.raises(ValueError, match="period must be from 1 to below the 9 values of history, got 9"):
        mase(windows, windows, normal(9), 9)
    with pytest.raises(ValueError, match="history must not repeat itself: with period 2 its scale is 0, got 0"):
        mase(windows, windows, torch.tensor([1.0, 2.0] * 4).double(), 2)
