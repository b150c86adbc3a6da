import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deepdive.algorithms.regression import (
    gaussian_negative_log_likelihood,
    l2_penalty,
    least_squares,
    most_likely_std,
    polynomial_features,
)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.floats(0.05, 20), st.integers(0, 99))
def test_the_likelihood_is_scipys(n, sigma, seed):
    residuals = 3 * torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    expected = -stats.norm(0, sigma).logpdf(residuals.numpy()).sum()
    np.testing.assert_allclose(float(gaussian_negative_log_likelihood(residuals, sigma)), expected, rtol=1e-10)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 10), st.integers(0, 99))
def test_for_one_deviation_it_is_the_squared_loss_up_to_constants(sigma, seed):
    a, b = torch.randn(2, 12, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    apart = gaussian_negative_log_likelihood(a, sigma) - gaussian_negative_log_likelihood(b, sigma)
    torch.testing.assert_close(apart, (a.square().sum() - b.square().sum()) / (2 * sigma**2))


def test_its_minimum_is_least_squares_and_the_root_mean_squared_error():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 2, generator=generator, dtype=torch.float64)
    y = x @ torch.tensor([1.0, 2.0]).double() + torch.randn(40, generator=generator, dtype=torch.float64)
    fit = least_squares(x, y, intercept=False)
    weight = fit.weight.clone().requires_grad_()
    sigma = most_likely_std(y - x @ fit.weight).requires_grad_()
    gradients = torch.autograd.grad(gaussian_negative_log_likelihood(y - x @ weight, sigma), [weight, sigma])
    assert all(gradient.abs().max() < 1e-10 for gradient in gradients)


def test_bad_deviations_and_no_residuals_are_refused():
    for sigma in (0, -1.0, torch.tensor(0.0)):
        with pytest.raises(ValueError, match="std must be above 0, got"):
            gaussian_negative_log_likelihood(torch.zeros(3), sigma)
    with pytest.raises(ValueError, match="residuals must not be empty"):
        most_likely_std(torch.zeros(0))


def test_the_gradient_of_the_penalty_is_the_decay():
    weights = [torch.randn(3, 2, requires_grad=True), torch.randn(4, requires_grad=True)]
    penalty = l2_penalty(weights, 0.3)
    torch.testing.assert_close(penalty, 0.15 * sum(w.detach().square().sum() for w in weights))
    for weight, gradient in zip(weights, torch.autograd.grad(penalty, weights), strict=True):
        torch.testing.assert_close(gradient, 0.3 * weight.detach())
    with pytest.raises(ValueError, match="weight_decay must be at least 0, got -1"):
        l2_penalty(weights, -1)
    with pytest.raises(ValueError, match="weights must not be empty: there is nothing to penalise, got none"):
        l2_penalty([], 1)


def test_polynomial_features_are_powers_over_factorials():
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)
    expected = torch.stack([x, x**2 / 2, x**3 / 6, x**4 / 24], dim=1)
    torch.testing.assert_close(polynomial_features(x, 4), expected)
    np.testing.assert_allclose(polynomial_features(x, 1)[:, 0], x)
    with pytest.raises(ValueError, match="degree must be at least 1, got 0"):
        polynomial_features(x, 0)
