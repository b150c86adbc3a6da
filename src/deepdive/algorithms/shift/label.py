"""Label shift: ``p(y)`` changes and ``p(x | y)`` does not (D2L section 4.7.3)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Real
from torch import Tensor

from deepdive.checks import check_bounds, check_finite, check_not_empty, check_probabilities, check_range
from deepdive.signatures import checked


@dataclass(frozen=True)
class LabelShift:
    """What is estimated of the class proportions on the target."""

    weights: Float[Tensor, " classes"]
    """``p_target(y) / p_source(y)``: what each source example counts; 0 for a class the source lacks."""
    prior: Float[Tensor, " classes"]
    """``p_target(y)``, of sum 1."""


@dataclass(frozen=True)
class BlackBoxShift(LabelShift):
    """As estimated from a confusion matrix."""

    condition: float
    """Condition number of the matrix: how much it may magnify errors."""
    clipped: int
    """Classes whose estimate was negative and is 0 now."""


@dataclass(frozen=True)
class LikelihoodShift(LabelShift):
    """As estimated by expectation maximisation."""

    log_likelihoods: tuple[float, ...]
    """Mean per target example, before each step; never falls."""


@checked
def black_box_shift(
    confusion: Real[Tensor, "classes classes"], predicted: Real[Tensor, " classes"], *, worst_condition: float = 1e4
) -> BlackBoxShift:
    """Solve ``C w = μ`` (black-box shift estimation, Lipton et al., 2018).

    ``C[i, j]`` is the fraction of held-out source examples that are of class ``j`` and called ``i``, ``μ[i]`` the
    fraction of target examples called ``i``. Label shift gives ``μ[i] = Σ_j C[i, j] p_target(j) / p_source(j)`` for any
    predictor, even a poor one, as long as ``C`` can be inverted. Negative weights become 0, and the prior is brought
    to sum 1.

    Args:
        confusion: counts of held-out source examples, rows true, columns predicted (as
            `deepdive.algorithms.evaluation.confusion_matrix` gives them). Sums of predicted probabilities will do as
            well, on both sides; they tell more where a class is never the most likely.
        predicted: how many target examples were called each class, or the sums of their probabilities.
        worst_condition: the largest condition number of ``C`` that is accepted.

    Raises:
        ValueError: counts that are negative or all 0, a class without held-out examples, or a matrix that cannot be
            inverted, because the predictor does not tell some classes apart.
    """
    check_bounds("worst_condition", worst_condition, 1)
    for name, counts in (("confusion", confusion), ("predicted", predicted)):
        check_finite(name, counts)
        check_range(name, counts, 0)
        if not bool(counts.sum() > 0):
            raise ValueError(f"{name} must hold a count above 0, got only zeros")
    confusion, predicted = confusion.double(), predicted.double()
    if bool((confusion.sum(1) == 0).any()):
        missing = (confusion.sum(1) == 0).nonzero().flatten().tolist()
        raise ValueError(f"confusion must have examples of every class, got none of the classes {missing}")
    joint = (confusion.double() / confusion.sum()).T
    mu = predicted.double() / predicted.sum()
    condition = float(torch.linalg.cond(joint))
    if not condition <= worst_condition:
        raise ValueError(
            f"confusion must have a condition number of at most {worst_condition:g}, got {condition:.3g}: the "
            "predictor does not tell some classes apart, so their proportions cannot be estimated from its predictions"
        )
    source = joint.sum(0)
    weights = torch.linalg.solve(joint, mu)
    clipped = int((weights < 0).sum())
    prior = weights.clamp(min=0) * source
    prior = prior / prior.sum()
    return BlackBoxShift(prior / source, prior, condition, clipped)


@checked
def likelihood_shift(
    probabilities: Float[Tensor, "n classes"],
    source_prior: Float[Tensor, " classes"],
    *,
    steps: int = 1000,
    tolerance: float = 1e-9,
) -> LikelihoodShift:
    """The prior that makes the target examples most likely, by expectation maximisation (Saerens et al., 2002).

    ``p(y | x) ∝ q(y | x) p(y) / q(y)``, then ``p(y) ← mean over x of p(y | x)``, from ``p = q``, the source prior.
    Needs a predictor whose probabilities ``q(y | x)`` are calibrated. The likelihood is concave in ``p``.

    Raises:
        ValueError: no examples, rows that are no probabilities, or a prior that is none.
    """
    check_not_empty("probabilities", probabilities)
    check_bounds("steps", steps, 1)
    check_bounds("tolerance", tolerance, 0)
    check_probabilities("probabilities", probabilities)
    q, posterior = _prior("source_prior", source_prior), probabilities.double()
    check_range("source_prior", q, above=0)  # a class that the source lacks cannot be estimated
    p, found = q, list[float]()
    for _ in range(steps):
        joint = posterior * (p / q)
        evidence = joint.sum(1, keepdim=True)
        found.append(float(evidence.log().mean()))
        following = (joint / evidence).mean(0)
        if float((following - p).abs().max()) < tolerance:
            break
        p = following
    return LikelihoodShift(p / q, p, tuple(found))


@checked
def correct_predictions(
    probabilities: Float[Tensor, "n classes"],
    source_prior: Float[Tensor, " classes"],
    target_prior: Float[Tensor, " classes"],
) -> Float[Tensor, "n classes"]:
    """``p(y | x) ∝ q(y | x) p(y) / q(y)``: predictions of a source model for another class mix, without training.

    Raises:
        ValueError: a prior or a row of probabilities is negative or not of sum 1, the source prior is 0 where the
            target prior is not, or the target prior rules out all that a row thinks possible.
    """
    q, p = _prior("source_prior", source_prior), _prior("target_prior", target_prior)
    check_probabilities("probabilities", probabilities)
    if bool(((q == 0) & (p > 0)).any()):
        raise ValueError(f"source_prior must be above 0 wherever target_prior is, got {q.tolist()}")
    ratio = torch.where(p > 0, p / q, 0.0).to(probabilities)
    joint = probabilities * ratio
    if not bool((joint.sum(1) > 0).all()):
        raise ValueError(
            f"target_prior must leave every row of probabilities a class that is possible, got {p.tolist()}"
        )
    return joint / joint.sum(1, keepdim=True)


def _prior(name: str, prior: Tensor) -> Tensor:
    check_probabilities(name, prior)
    p = prior.double()
    return p / p.sum()
