"""The closed form of linear regression (D2L section 3.1.1.3), with and without an L2 penalty (section 3.7)."""

import warnings
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.regression.fit import Centred, LinearFit, centred
from deepdive.checks import check_bounds
from deepdive.signatures import checked

Method = Literal["auto", "normal", "minimum-norm"]


class SingularMatrixError(ValueError):
    """The normal equation has no single solution; the message says how many features are independent."""


@checked
def least_squares(
    features: Float[Tensor, "rows features"],
    targets: Float[Tensor, " rows"],
    *,
    intercept: bool = True,
    method: Method = "auto",
) -> LinearFit:
    """The weights that minimise ``||y - X w - b||²``: those of the normal equation ``XᵀX w = Xᵀy``.

    Features are centred and scaled first, which changes no solution but saves digits where their units differ.

    Args:
        features: ``X``, in any floating point type; computed in double precision.
        targets: ``y``.
        intercept: whether there is a ``b``.
        method: ``normal`` solves the normal equation and refuses a singular one; ``minimum-norm`` takes, of all best
            weights, the shortest ones (of the scaled features, by singular values); ``auto`` solves the normal equation
            and, where it is singular, warns and takes the minimum norm. The result's ``method`` says which it was.

    Raises:
        SingularMatrixError: the normal equation is singular, under ``normal``.
        TypeError: a tensor does not hold floating point numbers.
        ValueError: shapes do not fit, there are no rows, a number is not finite, or there is no such method.

    Source: D2L section 3.1.1.3; Golub and Van Loan, Matrix Computations, section 5.3.
    """
    rows = centred(features, targets, intercept=intercept)
    if method == "minimum-norm":
        return _minimum_norm(rows)
    d = rows.features.shape[1]
    gram = rows.features.T @ rows.features
    rank = _rank(gram, len(rows.features))
    if rank < d:
        reason = f"the normal equation is singular: of {d} features {rank} are independent in {len(features)} rows"
        if method == "normal":
            raise SingularMatrixError(f"{reason}; leave features out, add a penalty (ridge), or use the minimum norm")
        warnings.warn(f"{reason}; taking the least-squares solution of minimum norm", stacklevel=2)
        return _minimum_norm(rows)
    return rows.fit(_solve(gram, rows.features.T @ rows.targets), "normal equation")


@checked
def ridge(
    features: Float[Tensor, "rows features"],
    targets: Float[Tensor, " rows"],
    penalty: int | float,
    *,
    intercept: bool = True,
) -> LinearFit:
    """The weights that minimise ``||y - X w - b||² + penalty ||w||²``: ``(XᵀX + penalty I) w = Xᵀy``.

    The intercept is not penalised. The weight decay ``λ`` of ``½ mse + λ/2 ||w||²`` is ``penalty = n λ``.

    Raises:
        TypeError: a tensor does not hold floating point numbers.
        ValueError: ``penalty`` is not positive (without one, use `least_squares`), or as for `least_squares`.

    Source: Hoerl and Kennard, 1970; D2L section 3.7.
    """
    check_bounds("penalty", penalty, above=0)
    rows = centred(features, targets, intercept=intercept)
    gram = rows.features.T @ rows.features
    # the scaled weights are v = scale · w, so that penalty ||w||² = Σ (penalty / scale²) v²
    weights = _solve(gram + torch.diag(penalty / rows.scale.square()), rows.features.T @ rows.targets)
    return rows.fit(weights, "normal equation")


def _solve(gram: Tensor, right: Tensor) -> Tensor:
    """``gram⁻¹ right`` by Cholesky factors."""
    return torch.cholesky_solve(right[:, None], torch.linalg.cholesky(gram))[:, 0]


def _rank(gram: Tensor, rows: int) -> int:
    """How many eigenvalues of ``XᵀX`` are above what rounding makes of 0."""
    values = torch.linalg.eigvalsh(gram)
    return int((values > values[-1] * torch.finfo(gram.dtype).eps * max(rows, len(values))).sum())


def _minimum_norm(rows: Centred) -> LinearFit:
    """``X⁺ y`` from singular values; those below rounding count as 0."""
    return rows.fit(torch.linalg.pinv(rows.features) @ rows.targets, "minimum norm")
