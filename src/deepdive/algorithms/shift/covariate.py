"""Covariate shift: ``p(x)`` changes and ``p(y | x)`` does not (textbook section 4.7.3)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

_MAX_STEPS = 100


@dataclass(frozen=True)
class DomainClassifier:
    """Logistic regression that tells target from source: ``P(target | x) = σ(h(x))``, ``h(x) = x w + b``."""

    weight: Float[Tensor, " features"]
    bias: Float[Tensor, ""]
    steps: int
    """Newton steps it took."""

    def logits(self, x: Float[Tensor, "n features"]) -> Float[Tensor, " n"]:
        """``h(x)``."""
        return x @ self.weight + self.bias


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
        ValueError: no rows on one side, ``l2`` is not above 0, or a feature is not finite.
        RuntimeError: no minimum after 100 steps.
    """
    for name, rows in (("source", source), ("target", target)):
        if len(rows) == 0:
            raise ValueError(f"{name} has no rows; a domain classifier needs both sides")
        if not bool(rows.isfinite().all()):
            raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    if not l2 > 0:
        raise ValueError(f"l2 must be above 0, got {l2}: without it separable data has no minimum")
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


def importance_weights(
    logits: Float[Tensor, " n"], source_rows: int, target_rows: int, *, limit: int | float | None = None
) -> Float[Tensor, " n"]:
    """``βᵢ = p_target(xᵢ) / p_source(xᵢ) = exp(h(xᵢ)) source_rows / target_rows``, brought to mean 1.

    By Bayes' rule ``exp(h(x)) = P(target | x) / P(source | x)``, whose factor ``target_rows / source_rows`` is that
    of the sample sizes. ``limit`` bounds the weights before the mean is brought to 1, which trades variance for bias
    (the textbook's ``min(exp(h), c)``).

    Raises:
        ValueError: a number of rows is below 1, or ``limit`` is not above 0.
    """
    if min(source_rows, target_rows) < 1:
        raise ValueError(f"source_rows and target_rows must be at least 1, got {source_rows} and {target_rows}")
    if limit is not None and not limit > 0:
        raise ValueError(f"limit must be above 0, got {limit}")
    weights = logits.exp() * (source_rows / target_rows)
    return mean_one(weights if limit is None else weights.clamp(max=limit))


def mean_one(weights: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """``β n / Σ β``: the same weights with mean 1, so that a learning rate means what it meant without them.

    Raises:
        ValueError: a weight is negative or not finite, or all are 0.
    """
    if not bool(((weights >= 0) & weights.isfinite()).all()):
        raise ValueError("weights must be finite and from 0 up")
    if not bool(weights.sum() > 0):
        raise ValueError("weights must not all be 0")
    return weights / weights.mean()


def effective_sample_size(weights: Float[Tensor, " n"]) -> float:
    """``(Σ β)² / Σ β²``: how many unweighted examples a weighted mean is worth (Kish, 1965); 1 to n."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def weighted_risk(losses: Float[Tensor, " n"], weights: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """``Σ βᵢ lᵢ / Σ βᵢ``: from source examples, an estimate of the mean loss on the target."""
    return (weights * losses).sum() / weights.sum()
