"""Descent methods against SciPy and closed forms."""

import math

import numpy as np
import pytest
import scipy.optimize
import torch

from deepdive.algorithms.optimization import (
    SURFACES,
    Quadratic,
    backtracking,
    conjugate_gradients,
    coordinate_descent,
    gradient,
    gradient_descent,
    newton,
    preconditioned_descent,
    proximal_gradient,
    steepest_descent,
    strong_wolfe,
)


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def quadratic(n, largest=50.0):
    generator = torch.Generator().manual_seed(n)
    basis, _ = torch.linalg.qr(torch.randn(n, n, generator=generator, dtype=torch.float64))
    a = basis @ torch.diag(torch.linspace(1, largest, n, dtype=torch.float64)) @ basis.T
    return Quadratic((a + a.T) / 2, torch.randn(n, generator=generator, dtype=torch.float64))


@pytest.mark.parametrize("name", SURFACES)
def test_the_minima_are_those_that_scipy_finds(name):
    surface = SURFACES[name]
    function = lambda x: float(surface.function(torch.from_numpy(np.asarray(x))))  # noqa: E731
    slope = lambda x: gradient(surface.function, torch.from_numpy(np.asarray(x))).numpy()  # noqa: E731
    for minimum in surface.minima:
        near = np.asarray(minimum) + 0.05
        found = scipy.optimize.minimize(function, near, jac=slope, method="BFGS", options={"gtol": 1e-12})
        np.testing.assert_allclose(found.x, minimum, atol=1e-7)
        ours = newton(surface.function, torch.from_numpy(near), steps=30)[-1]
        np.testing.assert_allclose(ours, minimum, atol=1e-8)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_conjugate_gradients_need_as_many_steps_as_dimensions(n):
    f = quadratic(n)
    path = conjugate_gradients(f.a, f.b, torch.ones(n, dtype=torch.float64))
    assert len(path) <= n + 1
    torch.testing.assert_close(
        path[-1], torch.from_numpy(np.linalg.solve(f.a.numpy(), f.b.numpy())), rtol=1e-8, atol=1e-10
    )
    if n > 1:
        assert (path[-2] - f.minimum).norm() > 1e-3


def test_gradient_descent_contracts_as_the_condition_says_and_no_faster():
    f = quadratic(6)
    kappa = float(f.condition)
    eigenvalues, vectors = torch.linalg.eigh(f.a)
    worst = f.minimum + vectors[:, 0] + vectors[:, -1]
    path = gradient_descent(f, worst, lr=2 / float(eigenvalues[0] + eigenvalues[-1]), steps=40)
    distances = (path - f.minimum).norm(dim=1)
    ratios = distances[1:] / distances[:-1]
    torch.testing.assert_close(ratios, torch.full_like(ratios, (kappa - 1) / (kappa + 1)), rtol=1e-9, atol=0)


def test_momentum_is_that_of_the_library():
    f, theta = quadratic(4), torch.nn.Parameter(torch.ones(4, dtype=torch.float64))
    optimizer = torch.optim.SGD([theta], lr=0.01, momentum=0.8)
    path = gradient_descent(f, torch.ones(4, dtype=torch.float64), lr=0.01, steps=10, momentum=0.8)
    for point in path[1:]:
        optimizer.zero_grad()
        f(theta).backward()
        optimizer.step()
        torch.testing.assert_close(point, theta.detach())


def test_noise_has_the_variance_that_it_should():
    torch.manual_seed(0)
    ends = torch.stack([
        gradient_descent(Quadratic(torch.eye(1), torch.zeros(1)), torch.ones(1), lr=0.5, steps=1, noise=2.0)[-1]
        for _ in range(2000)
    ])  # fmt: skip
    assert float(ends.mean()) == pytest.approx(0.5, abs=0.07)
    assert float(ends.std()) == pytest.approx(1.0, rel=0.06)


def test_newton_ends_where_it_is_sent_and_damped_leaves_a_saddle():
    saddle = SURFACES["saddle"].function
    torch.testing.assert_close(newton(saddle, vector(0.3, 0.2), steps=8, damped=False)[-1], vector(0.0, 0.0))
    torch.testing.assert_close(newton(saddle, vector(0.3, 0.2), steps=20)[-1], vector(0.0, math.sqrt(2)))
    f = quadratic(5)
    torch.testing.assert_close(newton(f, torch.ones(5, dtype=torch.float64), steps=1, damped=False)[-1], f.minimum)


def test_a_diagonal_is_all_that_a_preconditioner_needs_to_know():
    f = Quadratic(torch.diag(vector(1.0, 400.0)), vector(1.0, -3.0))
    torch.testing.assert_close(preconditioned_descent(f, vector(5.0, 5.0), lr=1.0, steps=1)[-1], f.minimum)


def test_sweeps_are_those_of_gauss_and_seidel():
    f, x = quadratic(4, largest=5.0), torch.ones(4, dtype=torch.float64)
    path = coordinate_descent(f, x, sweeps=2)
    a, b, by_hand = f.a.numpy(), f.b.numpy(), x.numpy().copy()
    for _ in range(2):
        for i in range(4):
            by_hand[i] += (b[i] - a[i] @ by_hand) / a[i, i]
    np.testing.assert_allclose(path[-1], by_hand, rtol=1e-12)
    assert len(path) == 9


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
def test_line_searches_keep_what_they_guarantee(name):
    f, x = SURFACES[name].function, vector(*SURFACES[name].start)
    g = gradient(f, x)
    d, slope = -g, -float(g @ g)
    alpha = backtracking(f, x, d)
    assert float(f(x + alpha * d)) <= float(f(x)) + 1e-4 * alpha * slope
    assert float(f(x + 2 * alpha * d)) > float(f(x)) + 2e-4 * alpha * slope
    alpha = strong_wolfe(f, x, d, c2=0.3)
    assert float(f(x + alpha * d)) <= float(f(x)) + 1e-4 * alpha * slope
    assert abs(float(gradient(f, x + alpha * d) @ d)) <= -0.3 * slope


@pytest.mark.parametrize("wolfe", [False, True])
def test_steepest_descent_never_goes_up(wolfe):
    surface = SURFACES["himmelblau"]
    path = steepest_descent(surface.function, vector(*surface.start), steps=60, wolfe=wolfe)
    heights = surface.function(path)
    assert bool((heights.diff() <= 0).all())
    distances = (torch.tensor(surface.minima, dtype=torch.float64) - path[-1]).norm(dim=1)
    assert float(distances.min()) < 1e-5


def test_steps_beyond_where_a_function_is_defined_are_too_long():
    x, d = vector(0.0), vector(1.0)
    barrier = lambda x: (-x - 1e-3 * torch.log(1 - x)).sum(-1)  # noqa: E731
    # NaN beyond 1, the minimum at 0.999
    for first in (1.0, 2.0, 7.0):
        alpha = strong_wolfe(barrier, x, d, first=first, c2=0.5)
        assert 0 < alpha < 1
        assert float(barrier(x + alpha * d)) < 0
        assert abs(-1 + 1e-3 / (1 - alpha)) <= 0.5 * 0.999
        assert 0 < backtracking(barrier, x, d, first=first) < 1
    root = lambda x: torch.sqrt(1 - x).sum(-1)  # noqa: E731
    assert 0 < backtracking(root, x, d, first=3.0) <= 1
    with pytest.raises(ValueError, match="direction must have a step with Wolfe's conditions"):  # ever steeper
        strong_wolfe(root, x, d, first=3.0)


NAN = float("nan")
STARTED = {
    "backtracking": lambda f, x: backtracking(f, x, -x),
    "strong_wolfe": lambda f, x: strong_wolfe(f, x, -x),
    "gradient_descent": lambda f, x: gradient_descent(f, x, lr=0.1, steps=2),
    "steepest_descent": lambda f, x: steepest_descent(f, x, steps=2),
    "newton": lambda f, x: newton(f, x, steps=2),
    "preconditioned_descent": lambda f, x: preconditioned_descent(f, x, lr=0.1, steps=2),
    "coordinate_descent": lambda f, x: coordinate_descent(f, x, sweeps=2),
    "proximal_gradient": lambda f, x: proximal_gradient(f, lambda x: x, x, lr=0.1, steps=2),
}


@pytest.mark.parametrize("name", STARTED)
def test_a_start_where_the_function_is_not_a_number_is_refused(name):
    with pytest.raises(ValueError, match="x must be where the function is finite, got a value of nan"):
        STARTED[name](quadratic(2), vector(1.0, NAN))


@pytest.mark.parametrize("name", STARTED)
def test_errors_of_the_function_are_its_callers(name):
    calls = []

    def wrong(x):
        calls.append(x)
        if len(calls) > 2:
            raise ValueError("an own error")
        return x.square().sum(-1)

    with pytest.raises(ValueError, match="an own error"):
        STARTED[name](wrong, vector(1.0, 2.0))


def test_newton_ends_where_the_gradient_is_0_and_refuses_a_hessian_that_it_cannot_use():
    flat = lambda x: (0 * x).sum(-1)  # noqa: E731
    assert newton(flat, vector(1.0, 2.0), steps=5).tolist() == [[1.0, 2.0]]
    linear = lambda x: (2 * x).sum(-1)  # noqa: E731
    trough = lambda x: (x[..., 0] - x[..., 1]) ** 2  # noqa: E731
    for damped in (True, False):
        with pytest.raises(ValueError, match="hessian must be other than 0, got zeros: the function is linear here"):
            newton(linear, vector(1.0, 2.0), steps=5, damped=damped)
    with pytest.raises(ValueError, match="hessian must be invertible for steps that are not damped, got eigenvalues"):
        newton(trough, vector(1.0, 2.0), steps=5, damped=False)
    torch.testing.assert_close(newton(trough, vector(1.0, 2.0), steps=5)[-1], vector(1.5, 1.5))
    cusp = lambda x: (x**1.5).sum(-1) + x.sum(-1)  # noqa: E731
    with pytest.raises(ValueError, match="hessian must be finite, got one that is not"):
        newton(cusp, vector(0.0, 1.0), steps=5)


@pytest.mark.parametrize(("dtype", "off"), [(torch.float64, 1e-9), (torch.float32, 1e-3)])
def test_conjugate_gradients_need_a_step_for_each_different_eigenvalue(dtype, off):
    generator = torch.Generator().manual_seed(5)
    basis, _ = torch.linalg.qr(torch.randn(30, 30, generator=generator, dtype=torch.float64))
    a = basis @ torch.diag(vector(*[1.0] * 10, *[7.0] * 12, *[40.0] * 8)) @ basis.T
    a, b = ((a + a.T) / 2).to(dtype), torch.randn(30, generator=generator, dtype=torch.float64).to(dtype)
    path = conjugate_gradients(a, b, torch.zeros(30, dtype=dtype))
    assert len(path) == 1 + 3
    expected = np.linalg.solve(a.double().numpy(), b.double().numpy())
    np.testing.assert_allclose(path[-1], expected, atol=off)
    if dtype == torch.float64:  # where b is 0 the tolerance is that of the first residual
        assert len(conjugate_gradients(a, torch.zeros(30, dtype=dtype), b)) == 1 + 3


def test_conjugate_gradients_refuse_what_is_not_symmetric():
    with pytest.raises(ValueError, match=r"a must be symmetric, got 0\.75 between an entry and its mirror"):
        conjugate_gradients(torch.tensor([[2.0, 1.0], [0.25, 3.0]]), torch.ones(2), torch.zeros(2))
