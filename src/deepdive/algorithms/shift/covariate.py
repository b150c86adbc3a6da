"""Covariate shift: ``p(x)`` changes and ``p(y | x)`` does not (D2L section 4.7.3)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, check_dimensions, check_finite, check_not_empty, check_range
from deepdive.signatures import checked

_MAX_STEPS = 100


@dataclass(frozen=True)
class DomainClassifier:
    """Logistic regression that tells target from source: ``P(target | x) = σ(h(x))``, ``h(x) = x w + b``."""

    weight: Float[Tensor, " features"]
    bias: Float[Tensor, ""]
    steps: int
    """Newton steps it took."""

    @checked
    def logits(self, x: Float[Tensor, "n features"]) -> Float[Tensor, " n"]:
        """``h(x)``.

        Raises:
            ValueError: there are not as many features as weights.
        """
        check_dimensions("x", x, "n", len(self.weight))
        return x @ self.weight + self.bias


@checked
def fit_domain_classifier(
    source: Float[Tensor, "n features"],
    target: Float[Tensor, "m features"],
    *,
    l2: int | float = 1.0,
    tolerance: float = 1e-10,
) -> DomainClassifier:
    """Minimise ``Σ log(1 + exp(-zᵢ h(xᵢ))) + l2 ‖w‖² / 2`` with ``z = -1`` for source and 1 for target rows.

    Newton's method (iteratively reweighted least squares): ``θ ← θ - H⁻¹ g`` with ``g = Xᵀ(p - t) + l2 w`` and
    ``H = Xᵀ diag(p (1 - p)) X + l2``, in double precision; a step that does not lower the objective is halved. It ends
    where a step would win less than ``tolerance`` of the objective.

    Raises:
        ValueError: no rows on one side, ``l2`` or ``tolerance`` is not above 0, or a feature is not finite.
        RuntimeError: no minimum after 100 steps.
    """
    for name, rows in (("source", source), ("target", target)):
        check_not_empty(name, rows)
        check_finite(name, rows)
    check_bounds("l2", l2, above=0)  # without it separable data has no minimum
    check_bounds("tolerance", tolerance, above=0)
    x = torch.cat([source, target]).double()
    x = torch.cat([x, x.new_ones(len(x), 1)], dim=1)
    t = torch.cat([x.new_zeros(len(source)), x.new_ones(len(target))])
    penalty = x.new_full((x.shape[1],), float(l2))
    penalty[-1] = 0.0

    def objective(theta: Tensor) -> Tensor:
        h = x @ theta
        return torch.nn.functional.softplus(h).sum() - t @ h + (penalty * theta**2).sum() / 2

    theta = x.new_zeros(x.shape[1])
    value = objective(theta)
    for step in range(1, _MAX_STEPS + 1):
        p = torch.sigmoid(x @ theta)
        gradient = x.T @ (p - t) + penalty * theta
        hessian = (x.T * (p * (1 - p))) @ x + torch.diag(penalty)
        hessian[-1, -1] += 1e-12 * len(x)  # the bias has no penalty, and p may be 0 or 1 everywhere
        change = torch.linalg.solve(hessian, gradient)
        if gradient @ change / 2 <= tolerance * value:  # what a quadratic objective would lose
            theta = theta.to(source)
            return DomainClassifier(theta[:-1], theta[-1], step)
        scale = 1.0
        while (lower := objective(theta - scale * change)) > value and scale > 1e-4:
            scale /= 2
        theta, value = theta - scale * change, lower
    raise RuntimeError(f"the domain classifier has no minimum after {_MAX_STEPS} Newton steps")


@checked
def importance_weights(
    logits: Float[Tensor, " n"], source_rows: int, target_rows: int, *, limit: int | float | None = None
) -> Float[Tensor, " n"]:
    """``βᵢ = p_target(xᵢ) / p_source(xᵢ) = exp(h(xᵢ)) source_rows / target_rows``, brought to mean 1.

    By Bayes' rule ``exp(h(x)) = P(target | x) / P(source | x)``, whose factor ``target_rows / source_rows`` is that
    of the sample sizes. ``limit`` bounds the weights before the mean is brought to 1, which trades variance for bias
    (D2L's ``min(exp(h), c)``).

    Raises:
        ValueError: a number of rows is below 1, ``limit`` is not above 0, or a logit is not finite.
    """
    check_bounds("source_rows", source_rows, 1)
    check_bounds("target_rows", target_rows, 1)
    check_not_empty("logits", logits)
    check_finite("logits", logits)
    if limit is None:  # a factor does not matter: the largest is 1 before, so that none leaves the range of numbers
        return mean_one((logits - logits.max()).exp())
    check_bounds("limit", limit, above=0)
    return mean_one((logits.exp() * (source_rows / target_rows)).clamp(max=limit))


@checked
def mean_one(weights: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """``β n / Σ β``: the same weights with mean 1, so that a learning rate means what it meant without them.

    Raises:
        ValueError: a weight is negative or not finite, or all are 0.
    """
    w = _checked_weights(weights)
    return (w / w.mean()).to(weights)


@checked
def effective_sample_size(weights: Float[Tensor, " n"]) -> float:
    """``(Σ β)² / Σ β²``: how many unweighted examples a weighted mean is worth (Kish, 1965); 1 to n.

    Raises:
        ValueError: a weight is negative or not finite, or all are 0.
    """
    w = _checked_weights(weights)
    return float(w.sum() ** 2 / (w**2).sum())


@checked
def weighted_risk(losses: Float[Tensor, " n"], weights: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """``Σ βᵢ lᵢ / Σ βᵢ``: from source examples, an estimate of the mean loss on the target.

    >>> weighted_risk(torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0])).item()
    2.0

    Raises:
        ValueError: there is not one weight for each loss, a weight is negative or not finite, or all are 0.
    """
    w = _checked_weights(weights)
    return ((w * losses.double()).sum() / w.sum()).to(losses)


def _checked_weights(weights: Tensor) -> Tensor:
    """Weights in double precision, in which their sums stay finite."""
    check_not_empty("weights", weights)
    check_finite("weights", weights)
    check_range("weights", weights, 0)
    w = weights.double()
    if not bool(w.sum() > 0):
        raise ValueError(f"weights must not all be 0, got {len(w)} zeros")
    return w
