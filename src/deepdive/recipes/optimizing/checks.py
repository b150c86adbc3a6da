"""Theoretical guarantees, each with the number that it is about: computed here by one means and there by another."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.optimize
import torch
from torch import Tensor

from deepdive.algorithms.optimization import (
    SURFACES,
    Quadratic,
    conjugate_gradients,
    convexity_gap,
    coordinate_descent,
    gradient,
    gradient_descent,
    jensen_gap,
    newton,
    preconditioned_descent,
    project_simplex,
    proximal_gradient,
    smallest_hessian_eigenvalue,
    soft_threshold,
    steepest_descent,
)


@dataclass(frozen=True)
class Check:
    """A theoretical guarantee in words, the number that was measured, the bound that it must not exceed."""

    guarantee: str
    measured: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether it does; NaN does not."""
        return self.measured <= self.bound


def random_quadratic(n: int, seed: int, largest: float = 100.0) -> Quadratic:
    """A positive definite one with eigenvalues from 1 to ``largest`` along random directions."""
    generator = torch.Generator().manual_seed(seed)
    basis, _ = torch.linalg.qr(torch.randn(n, n, generator=generator, dtype=torch.float64))
    a = basis @ torch.diag(torch.linspace(1, largest, n, dtype=torch.float64)) @ basis.T
    return Quadratic((a + a.T) / 2, torch.randn(n, generator=generator, dtype=torch.float64))


def checks(dimensions: int, seed: int) -> Iterator[Check]:
    """All of them, in the order of the sections of D2L."""
    f = random_quadratic(dimensions, seed)
    start = torch.ones(dimensions, dtype=torch.float64)
    for name in ("rosenbrock", "beale", "himmelblau", "saddle"):
        yield Check(f"{name}: Newton's minima are those of SciPy's BFGS", _from_scipy(name), 1e-8)
    gap, curvature = _bowl_is_convex(seed)
    yield Check("ill-conditioned quadratic: chords lie above it", -gap, 0.0)
    yield Check("saddle: the Hessian at 0 has a negative eigenvalue", curvature, 0.0)
    yield Check("Jensen: E exp(X) is not below exp(E X)", -_jensen(seed), 0.0)
    yield Check("projection onto the simplex: nearest by SLSQP, too", _simplex(seed), 1e-6)
    yield Check("proximal steps end where the subgradient is 0", _lasso(f), 1e-8)
    yield Check("gradient descent contracts by (κ - 1)/(κ + 1)", _contraction(f), 1e-9)
    yield Check("Newton solves a quadratic in one step", _off(f, newton(f, start, steps=1, damped=False)[-1]), 1e-9)
    path = conjugate_gradients(f.a, f.b, start)
    off = _off(f, path[-1]) if len(path) <= dimensions + 1 else math.inf
    yield Check(f"conjugate gradients solve it in {dimensions} steps", off, 1e-8)
    diagonal = Quadratic(f.a.diagonal().diag(), f.b)
    preconditioned = preconditioned_descent(diagonal, start, lr=1.0, steps=1)[-1]
    sweep = coordinate_descent(diagonal, start, sweeps=1)[-1]
    off = max(_off(diagonal, preconditioned), _off(diagonal, sweep))
    yield Check("a diagonal one is solved by its preconditioner, and by one sweep over the coordinates", off, 1e-9)
    rises = [_largest_rise(f, steepest_descent(f, start, steps=50, wolfe=wolfe)) for wolfe in (False, True)]
    yield Check("with a line search no step goes up", max(rises), 0.0)


def _off(f: Quadratic, x: Tensor) -> float:
    """Distance from the minimum, relative."""
    return float((x - f.minimum).norm() / f.minimum.norm())


def _from_scipy(name: str) -> float:
    surface = SURFACES[name]
    function: Callable[..., float] = lambda x: float(surface.function(torch.from_numpy(x)))  # noqa: E731
    slope: Callable[..., np.ndarray] = lambda x: gradient(surface.function, torch.from_numpy(x)).numpy()  # noqa: E731
    apart = 0.0
    for minimum in surface.minima:
        near = np.asarray(minimum) + 0.05
        theirs = scipy.optimize.minimize(function, near, jac=slope, method="BFGS", options={"gtol": 1e-12}).x
        ours = newton(surface.function, torch.from_numpy(near), steps=50)[-1].numpy()
        apart = max(apart, float(np.abs(ours - theirs).max()))
    return apart


def _bowl_is_convex(seed: int) -> tuple[float, float]:
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, 500, 2, generator=generator, dtype=torch.float64)
    gap = float(convexity_gap(SURFACES["ill-conditioned"].function, x, y).min())
    origin = torch.zeros(1, 2, dtype=torch.float64)
    return gap, float(smallest_hessian_eigenvalue(SURFACES["saddle"].function, origin)[0])


def _jensen(seed: int) -> float:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(50, 1, generator=generator, dtype=torch.float64)
    return float(jensen_gap(lambda x: x.exp().sum(-1), values, torch.full((50,), 0.02, dtype=torch.float64)))


def _simplex(seed: int) -> float:
    x = torch.randn(5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    found = scipy.optimize.minimize(
        lambda z: ((z - x.numpy()) ** 2).sum(),
        np.full(5, 0.2),
        jac=lambda z: 2 * (z - x.numpy()),
        method="SLSQP",
        bounds=[(0, None)] * 5,
        constraints=[{"type": "eq", "fun": lambda z: z.sum() - 1, "jac": lambda z: np.ones(5)}],
        options={"ftol": 1e-16, "maxiter": 500},
    )
    return float(np.abs(project_simplex(x).numpy() - found.x).max())


def _lasso(f: Quadratic, amount: float = 0.3) -> float:
    """How far the gradient is from ``-amount sign(x)``, or beyond ``amount`` where ``x`` is 0."""
    lr = 1 / float(torch.linalg.eigvalsh(f.a)[-1])
    start = torch.zeros_like(f.b)
    x = proximal_gradient(f, lambda z: soft_threshold(z, lr * amount), start, lr=lr, steps=5000)[-1]
    g = f.a @ x - f.b
    return float(torch.where(x == 0, (g.abs() - amount).clamp(min=0), (g + amount * x.sign()).abs()).max())


def _contraction(f: Quadratic) -> float:
    """How far the slowest start is from contracting as theory says, in the worst of 30 steps."""
    eigenvalues, vectors = torch.linalg.eigh(f.a)
    kappa = float(f.condition)
    lr = 2 / float(eigenvalues[0] + eigenvalues[-1])
    distances = (gradient_descent(f, f.minimum + vectors[:, 0], lr=lr, steps=30) - f.minimum).norm(dim=1)
    return float((distances[1:] / distances[:-1] - (kappa - 1) / (kappa + 1)).abs().max())


def _largest_rise(f: Quadratic, path: Tensor) -> float:
    return float(f(path).diff().max())
