"""Convexity, looked for and made use of (D2L section 12.2)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.optimization.functions import Function
from deepdive.algorithms.optimization.line_search import hessian
from deepdive.checks import check_bounds, check_dimensions, check_not_empty
from deepdive.signatures import checked


@checked
def convexity_gap(
    function: Function, x: Float[Tensor, "pairs n"], y: Float[Tensor, "pairs n"], weight: float = 0.5
) -> Float[Tensor, " pairs"]:
    """``λ f(x) + (1 - λ) f(y) - f(λ x + (1 - λ) y)``: of a convex function at least 0, whatever the points.

    >>> convexity_gap(lambda x: x.square().sum(-1), torch.tensor([[0.0]]), torch.tensor([[2.0]]))
    tensor([1.])

    Raises:
        ValueError: ``weight`` is not in [0, 1].
    """
    check_bounds("weight", weight, 0, 1)
    return weight * function(x) + (1 - weight) * function(y) - function(weight * x + (1 - weight) * y)


@checked
def smallest_hessian_eigenvalue(function: Function, x: Float[Tensor, "points n"]) -> Float[Tensor, " points"]:
    """The smallest eigenvalue of the Hessian at each point: nowhere negative if and only if the function is convex.

    >>> smallest_hessian_eigenvalue(lambda x: x[..., 0].square() - x[..., 1].square(), torch.zeros(1, 2))
    tensor([-2.])

    Raises:
        ValueError: there is no point.
    """
    check_not_empty("x", x)
    return torch.linalg.eigvalsh(torch.stack([hessian(function, each) for each in x]))[:, 0]


@checked
def jensen_gap(
    function: Function, values: Float[Tensor, "outcomes n"], probabilities: Float[Tensor, " outcomes"]
) -> Float[Tensor, ""]:
    """``E f(X) - f(E X)``: of a convex ``f`` at least 0 (Jensen, 1906).

    >>> jensen_gap(lambda x: x.square().sum(-1), torch.tensor([[0.0], [4.0]]), torch.tensor([0.5, 0.5]))
    tensor(4.)

    Raises:
        ValueError: probabilities are negative, or do not sum to 1.
    """
    check_dimensions("probabilities", probabilities, len(values))
    if bool((probabilities < 0).any()) or not torch.isclose(probabilities.sum(), torch.ones_like(probabilities.sum())):
        raise ValueError(
            f"probabilities must be at least 0 and sum to 1, got a sum of {float(probabilities.sum()):.4g}"
        )
    return probabilities @ function(values) - function(probabilities @ values)
