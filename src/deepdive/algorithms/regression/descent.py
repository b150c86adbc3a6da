"""What gradient descent on the squared loss arrives at, if it is given the time."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.regression.fit import LinearFit, centred
from deepdive.checks import check_bounds
from deepdive.signatures import checked


class ConvergenceError(ValueError):
    """Gradient descent did not arrive within its steps; the message says why that may be."""


@checked
def descent_limit(
    features: Float[Tensor, "rows features"],
    targets: Float[Tensor, " rows"],
    *,
    intercept: bool = True,
    tolerance: float = 1e-10,
    max_steps: int = 100_000,
) -> LinearFit:
    """The limit of ``w ← w - η Xᵀ(X w - y) / n`` from ``w = 0``, with batches of all rows.

    ``η = 2 / (λ_max + λ_min)`` with the largest and the smallest positive eigenvalue of ``XᵀX / n``: the best constant
    rate. It ends when the gradient is ``tolerance`` of the first one. Features are centred and scaled first.

    Raises:
        ConvergenceError: ``max_steps`` are not enough; features that nearly depend on each other need more.
        TypeError: a tensor does not hold floating point numbers.
        ValueError: ``tolerance`` or ``max_steps`` is not positive, or as for `least_squares`.

    Source: D2L sections 3.1.1.4 and 12.3.
    """
    check_bounds("tolerance", tolerance, above=0, below=1)
    check_bounds("max_steps", max_steps, 1)
    rows = centred(features, targets, intercept=intercept)
    n = len(rows.features)
    gram, right = rows.features.T @ rows.features / n, rows.features.T @ rows.targets / n
    eigenvalues = torch.linalg.eigvalsh(gram)
    positive = eigenvalues[eigenvalues > eigenvalues[-1] * 1e-13]
    if not len(positive) or not right.any():
        return rows.fit(torch.zeros_like(right), "gradient descent")
    eta = 2 / (positive[-1] + positive[0])
    w, goal = torch.zeros_like(right), tolerance * right.norm()
    for step in range(max_steps):
        gradient = gram @ w - right
        if gradient.norm() <= goal:
            return rows.fit(w, "gradient descent", step)
        w = w - eta * gradient
    condition = float(positive[-1] / positive[0])
    needed = math.ceil(0.5 * condition * math.log(1 / tolerance))
    raise ConvergenceError(
        f"gradient descent has not arrived after {max_steps} steps: the condition number is {condition:.3g}, about "
        f"{needed} steps are needed; give more, or use the closed form"
    )
