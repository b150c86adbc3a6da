"""Projections, proximal steps and convexity against SciPy, brute force and closed forms."""

import numpy as np
import pytest
import scipy.optimize
import torch

from deepdive.algorithms.optimization import (
    SURFACES,
    Quadratic,
    convexity_gap,
    jensen_gap,
    project_ball,
    project_box,
    project_simplex,
    proximal_gradient,
    smallest_hessian_eigenvalue,
    soft_threshold,
)

X = torch.tensor([0.9, -0.4, 1.7, 0.2], dtype=torch.float64)


def nearest(**words):
    """The point of a set nearest to X, by SLSQP."""
    found = scipy.optimize.minimize(
        lambda z: ((z - X.numpy()) ** 2).sum(), np.full(4, 0.25), method="SLSQP", options={"ftol": 1e-15}, **words
    )
    return torch.from_numpy(found.x)


def test_projections_are_the_nearest_points():
    ball = [{"type": "ineq", "fun": lambda z: 0.8**2 - (z**2).sum()}]
    simplex = [{"type": "eq", "fun": lambda z: z.sum() - 1}]
    for ours, theirs in (
        (project_box(X, -0.1, 0.5), nearest(bounds=[(-0.1, 0.5)] * 4)),
        (project_ball(X, 0.8), nearest(constraints=ball)),
        (project_simplex(X), nearest(bounds=[(0, None)] * 4, constraints=simplex)),
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)
    assert float(project_simplex(X).sum()) == pytest.approx(1)


def test_a_soft_threshold_minimises_what_it_says():
    grid = torch.linspace(-3, 3, 60_001, dtype=torch.float64)
    for x, found in zip(X, soft_threshold(X, 0.7), strict=True):
        best = grid[((grid - x).square() / 2 + 0.7 * grid.abs()).argmin()]
        assert float(found) == pytest.approx(float(best), abs=1e-4)


def test_proximal_steps_solve_the_lasso():
    """The solution's gradient is -amount sign(x) where x is not 0, and at most that large where it is."""
    generator = torch.Generator().manual_seed(2)
    design = torch.randn(40, 6, generator=generator, dtype=torch.float64)
    y = design @ torch.tensor([2.0, 0, 0, -1, 0, 0], dtype=torch.float64) + 0.1 * torch.randn(
        40, generator=generator, dtype=torch.float64
    )
    a, b, amount = design.T @ design / 40, design.T @ y / 40, 0.2
    f = Quadratic((a + a.T) / 2, b)
    path = proximal_gradient(
        f, lambda x: soft_threshold(x, 0.2 * amount), torch.zeros(6, dtype=torch.float64), lr=0.2, steps=800
    )
    x, g = path[-1], f.a @ path[-1] - b
    assert (x == 0).tolist() == [False, True, True, False, True, True]
    torch.testing.assert_close(g[x != 0], -amount * x[x != 0].sign())
    assert bool((g[x == 0].abs() < amount).all())


def test_gaps_tell_convex_functions_from_others():
    generator = torch.Generator().manual_seed(3)
    x, y = torch.randn(2, 200, 2, generator=generator, dtype=torch.float64)
    bowl = SURFACES["ill-conditioned"].function
    assert bool((convexity_gap(bowl, x, y, 0.3) >= 0).all())
    torch.testing.assert_close(convexity_gap(bowl, x, y, 0.3), 0.3 * 0.7 * bowl(x - y))
    assert bool((convexity_gap(SURFACES["saddle"].function, x, y) < 0).any())
    torch.testing.assert_close(smallest_hessian_eigenvalue(bowl, x[:3]), torch.ones(3, dtype=torch.float64))
    curvature = smallest_hessian_eigenvalue(SURFACES["saddle"].function, x)  # the Hessian is diag(2, 3 x₂² - 2)
    torch.testing.assert_close(curvature, (3 * x[:, 1].square() - 2).clamp(max=2))


def test_jensens_gap_of_a_square_is_the_variance():
    values = torch.tensor([[1.0], [2.0], [6.0]], dtype=torch.float64)
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    variance = np.average((values[:, 0].numpy() - 2.3) ** 2, weights=p.numpy())
    assert float(jensen_gap(lambda x: x.square().sum(-1), values, p)) == pytest.approx(variance)
    assert float(jensen_gap(lambda x: -x.exp().sum(-1), values, p)) < 0
