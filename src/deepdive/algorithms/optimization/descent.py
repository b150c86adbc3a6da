"""Descent methods (D2L section 12.3): each returns its whole path, the start first, so that it can be drawn."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.optimization.functions import Function
from deepdive.algorithms.optimization.line_search import (
    NoStepError,
    backtracking,
    check_start,
    gradient,
    hessian,
    strong_wolfe,
)
from deepdive.checks import check_bounds, check_dimensions, check_integer
from deepdive.signatures import checked

Path = Float[Tensor, "points n"]


@checked
def gradient_descent(
    function: Function, x: Float[Tensor, " n"], *, lr: float, steps: int, momentum: float = 0.0, noise: float = 0.0
) -> Path:
    """``v = momentum v + ∇f(x) + noise ε``, ``x = x - lr v`` with ``ε`` normal, of torch's generator.

    Of a quadratic with eigenvalues in ``[μ, L]``, with ``lr = 2 / (μ + L)`` and without momentum or noise, the distance
    to the minimum is multiplied by at most ``(κ - 1) / (κ + 1)`` in every step, ``κ = L / μ``.

    >>> gradient_descent(lambda x: x.square().sum(-1), torch.tensor([8.0]), lr=0.25, steps=3).flatten()
    tensor([8., 4., 2., 1.])

    Raises:
        ValueError: a number is out of range, or the function is not finite at the start.
    """
    check_bounds("lr", lr, above=0)
    check_integer("steps", steps, 1)
    check_bounds("momentum", momentum, 0, below=1)
    check_bounds("noise", noise, 0)
    velocity = torch.zeros_like(x)

    def step(x: Tensor) -> Tensor:
        nonlocal velocity
        g = gradient(function, x)
        velocity = momentum * velocity + (g + noise * torch.randn_like(g) if noise else g)
        return x - lr * velocity

    return _path(step, function, x, steps)


@checked
def steepest_descent(function: Function, x: Float[Tensor, " n"], *, steps: int, wolfe: bool = False) -> Path:
    """``x = x - α ∇f(x)``, with ``α`` by backtracking, or by Wolfe's conditions.

    It ends early where the gradient is 0, or where rounding leaves no step that goes down.

    Raises:
        ValueError: ``steps`` is below 1, or the function is not finite at the start.
    """
    check_integer("steps", steps, 1)
    search = strong_wolfe if wolfe else backtracking

    def step(x: Tensor) -> Tensor:
        d = -gradient(function, x)
        return x + search(function, x, d) * d

    return _path(step, function, x, steps, ends=True)


@checked
def newton(function: Function, x: Float[Tensor, " n"], *, steps: int, damped: bool = True) -> Path:
    """``x = x - α H⁻¹ ∇f(x)`` with the Hessian ``H`` (D2L section 12.3.3.1).

    Pure steps have ``α = 1`` and go to whatever stationary point is near, a saddle as well. Damped ones take ``|H|``,
    the Hessian with its eigenvalues made positive (Dauphin et al., 2014), and ``α`` by backtracking: they go down.
    Both end early where the gradient is 0, damped ones also where rounding leaves no step that goes down.

    Raises:
        ValueError: ``steps`` is below 1, the function is not finite at the start, its Hessian is not finite or all 0,
            or singular where steps are pure.
    """
    check_integer("steps", steps, 1)

    def step(x: Tensor) -> Tensor:
        g, h = gradient(function, x), hessian(function, x)
        if not bool(h.isfinite().all()):
            raise ValueError("hessian must be finite, got one that is not")
        eigenvalues, vectors = torch.linalg.eigh(h)
        least, largest = (float(each) for each in eigenvalues.abs().aminmax())
        if not largest:
            raise ValueError("hessian must be other than 0, got zeros: the function is linear here")
        if not damped:
            if least <= len(h) * torch.finfo(h.dtype).eps * largest:
                raise ValueError(f"hessian must be invertible for steps that are not damped, got {_told(eigenvalues)}")
            return x - torch.linalg.solve(h, g)
        curvature = eigenvalues.abs().clamp(min=1e-8 * largest)
        d = -vectors @ ((vectors.T @ g) / curvature)
        return x + backtracking(function, x, d) * d

    return _path(step, function, x, steps, ends=True)


@checked
def preconditioned_descent(function: Function, x: Float[Tensor, " n"], *, lr: float, steps: int) -> Path:
    """``x = x - lr diag(|H|)⁻¹ ∇f(x)``: each coordinate by its own curvature (D2L section 12.3.3.3).

    Raises:
        ValueError: a number is out of range, or the function is not finite at the start.
    """
    check_bounds("lr", lr, above=0)
    check_integer("steps", steps, 1)

    def step(x: Tensor) -> Tensor:
        curvature = hessian(function, x).diagonal().abs()
        return x - lr * gradient(function, x) / curvature.clamp(min=1e-8)

    return _path(step, function, x, steps)


@checked
def coordinate_descent(function: Function, x: Float[Tensor, " n"], *, sweeps: int) -> Path:
    """One coordinate after the other to where its derivative is 0, by Newton's method in one dimension.

    Of a quadratic each move is exact: the sweeps are Gauss-Seidel's. Where the curvature is not positive the move is a
    step down by backtracking; there is none where rounding leaves no step that goes down.

    Raises:
        ValueError: ``sweeps`` is below 1, or the function is not finite at the start.
    """
    check_integer("sweeps", sweeps, 1)
    check_start(function, x)
    points = [x.detach()]
    for i in [i for _ in range(sweeps) for i in range(len(x))]:
        x, along = points[-1], torch.zeros_like(x)
        along[i] = 1.0
        slope = gradient(function, x)[i]
        curvature = hessian(function, x)[i, i]
        d = -slope / curvature * along if curvature > 0 else -slope * along
        try:
            points.append(x + backtracking(function, x, d) * d if slope else x)
        except NoStepError:
            points.append(x)
    return torch.stack(points)


@checked
def conjugate_gradients(a: Float[Tensor, "n n"], b: Float[Tensor, " n"], x: Float[Tensor, " n"]) -> Path:
    """The minimum of ``½ xᵀ A x - bᵀ x`` in at most ``n`` steps, ``A`` positive definite (Hestenes and Stiefel, 1952).

    ``r = b - A x``; ``α = rᵀr / pᵀA p``, ``x = x + α p``, ``r' = r - α A p``, ``p = r' + (r'ᵀr' / rᵀr) p``. But for
    rounding, ``k`` different eigenvalues take ``k`` steps. It ends where ``‖r‖ ≤ eps^¾ (‖b‖ + ‖r₀‖)``, with the ``eps``
    of the numbers' type: much less is not reached.

    >>> conjugate_gradients(2 * torch.eye(2), torch.tensor([2.0, 8.0]), torch.zeros(2))
    tensor([[0., 0.],
            [1., 4.]])

    Raises:
        ValueError: ``a`` is not symmetric, or a direction has no positive curvature.
    """
    check_dimensions("x", x, len(b))
    if not torch.allclose(a, a.T, rtol=0, atol=10 * torch.finfo(a.dtype).eps * float(a.abs().max())):
        raise ValueError(f"a must be symmetric, got {float((a - a.T).abs().max()):.3g} between an entry and its mirror")
    points, r = [x], b - a @ x
    p, square = r, torch.dot(r, r)
    enough = torch.finfo(x.dtype).eps ** 0.75 * (b.norm() + r.norm())
    for _ in range(len(b)):
        if square.sqrt() <= enough:
            break
        ap = a @ p
        curvature = torch.dot(p, ap)
        if not curvature > 0:
            raise ValueError(f"a must be positive definite, got a direction with pᵀA p = {float(curvature):.3g}")
        alpha = square / curvature
        points.append(points[-1] + alpha * p)
        r = r - alpha * ap
        before, square = square, torch.dot(r, r)
        p = r + square / before * p
    return torch.stack(points)


def _told(eigenvalues: Tensor) -> str:
    return f"eigenvalues from {float(eigenvalues.min()):.3g} to {float(eigenvalues.max()):.3g}"


def _path(step: Callable[[Tensor], Tensor], function: Function, x: Tensor, steps: int, *, ends: bool = False) -> Tensor:
    """Points of ``steps``; one that ``ends`` does so where a step can change nothing."""
    points = [x.detach()]
    check_start(function, points[0])
    tiny = torch.finfo(x.dtype).eps ** 2
    for _ in range(steps):
        here = points[-1]
        if ends and float(gradient(function, here).square().sum()) <= tiny:
            break
        try:
            points.append(step(here).detach())
        except NoStepError:  # rounding leaves no step that goes down
            break
    return torch.stack(points)
