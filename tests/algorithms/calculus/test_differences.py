import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from deepdive.algorithms.calculus import derivative, gradient, hessian, jacobian, partial_derivative

ELEMENTWISE = {
    "sin": (torch.sin, torch.cos),
    "exp": (torch.exp, torch.exp),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "d2l": (lambda x: 3 * x**2 - 4 * x, lambda x: 6 * x - 4),
}
ERRORS = {"forward": 1e-6, "central": 1e-8, "richardson": 1e-10}


@pytest.mark.parametrize("method", ERRORS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivatives_at_many_points_at_once(name, method):
    function, exact = ELEMENTWISE[name]
    x = torch.linspace(-3, 3, 41, dtype=torch.float64).reshape(41, 1)
    found = derivative(function, x, method=method)
    assert found.shape == x.shape
    scale = exact(x).abs().clamp(min=1) * 10
    assert ((found - exact(x)).abs() / scale).max() < ERRORS[method]


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2), ("richardson", 4)])
def test_errors_fall_with_the_step_as_promised(method, order):
    errors = [abs(float(derivative(torch.exp, 1.0, method=method, step=h)) - math.e) for h in (0.2, 0.1, 0.05)]
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.15)


def quadratic(seed, n):
    generator = torch.Generator().manual_seed(seed)
    a = torch.randn(n, n, generator=generator, dtype=torch.float64)
    return lambda x: torch.einsum("...i,ij,...j->...", x, a, x) + torch.sin(x).sum(-1)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(0, 50))
def test_vector_calculus_is_autograds(n, seed):
    function = quadratic(seed, n)
    x = torch.randn(n, generator=torch.Generator().manual_seed(seed + 1), dtype=torch.float64)
    exact = torch.autograd.functional.jacobian(function, x)
    torch.testing.assert_close(gradient(function, x), exact, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(
        gradient(function, x),
        approx_fprime(x.numpy(), lambda v: float(function(torch.from_numpy(v)))),
        rtol=1e-4,
        atol=1e-4,
    )
    second = hessian(function, x)
    torch.testing.assert_close(second, torch.autograd.functional.hessian(function, x), rtol=1e-4, atol=1e-5)
    assert torch.equal(second, second.T)
    many = lambda v: torch.stack([v.sum(), (v**2).sum(), v[0] * v[-1]])  # noqa: E731
    torch.testing.assert_close(
        jacobian(many, x, method="richardson"), torch.autograd.functional.jacobian(many, x), rtol=1e-8, atol=1e-8
    )


def test_partial_derivatives_of_a_batch():
    points = torch.randn(6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    function = lambda p: p[..., 0] ** 2 * p[..., 1]  # noqa: E731
    x, y = points.unbind(1)
    torch.testing.assert_close(partial_derivative(function, points, 0), 2 * x * y, rtol=1e-7, atol=1e-8)
    torch.testing.assert_close(partial_derivative(function, points, -1), x**2, rtol=1e-7, atol=1e-8)


def test_large_and_single_precision_inputs_are_no_trouble():
    assert float(derivative(torch.sqrt, 1e8)) == pytest.approx(0.5e-4, rel=1e-7)
    assert float(derivative(torch.sin, torch.tensor(1.0))) == pytest.approx(math.cos(1.0), abs=1e-9)


def test_bad_arguments_are_named(without_shape_checks):
    x = torch.zeros(2)
    with pytest.raises(ValueError, match="method must be 'forward' or 'central' or 'richardson', got 'complex'"):
        derivative(torch.sin, x, method="complex")
    for step in (0.0, -0.1, math.inf, math.nan):
        with pytest.raises(ValueError, match=f"step must be .*, got {step}"):
            derivative(torch.sin, x, step=step)
    with pytest.raises(TypeError, match=r"what function returns must be a tensor, got 1\.0"):
        derivative(lambda v: 1.0, x)
    with pytest.raises(ValueError, match="index must be from -2 to 1 for 2 components, got 2"):
        partial_derivative(torch.sum, x, 2)
    with pytest.raises(ValueError, match=r"what function returns must be a scalar for a gradient, got shape \(2,\)"):
        gradient(torch.sin, x)
    with pytest.raises(ValueError, match=r"x must have shape \(n,\), got \(1, 2\)"):
        jacobian(torch.sum, x[None])
