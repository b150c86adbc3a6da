"""Which degree a polynomial should have, by the errors on validation rows (D2L 3.6.3)."""

import math
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.regression import least_squares, polynomial_features
from deepdive.data.splits import k_fold


@dataclass(frozen=True)
class CrossValidation:
    """Mean squared errors by degree, from 1, over all folds."""

    train: list[float]
    """On the rows of the other folds, which were fitted to."""
    validation: list[float]
    """On the rows of the fold that was left out."""
    standard_error: list[float]
    """Of ``validation``, by its standard deviation from fold to fold."""

    @property
    def best(self) -> int:
        """The degree with the smallest validation error."""
        return 1 + min(range(len(self.validation)), key=self.validation.__getitem__)

    @property
    def limit(self) -> float:
        """The smallest error and one standard error of it: what lies below is not told apart from the best."""
        return self.validation[self.best - 1] + self.standard_error[self.best - 1]

    @property
    def chosen(self) -> int:
        """The lowest degree whose error is at most ``limit``: the one-standard-error rule.

        The smallest error of many is often that of a model a little too rich, by chance (Breiman et al., 1984,
        Classification and Regression Trees, section 3.4.3).
        """
        return 1 + next(i for i, error in enumerate(self.validation) if error <= self.limit)


def cross_validation(
    x: Float[Tensor, " rows"], y: Float[Tensor, " rows"], *, max_degree: int, folds: int, seed: int = 0
) -> CrossValidation:
    """Fit every degree on all folds but one and measure it on that one, in closed form.

    High degrees are nearly dependent: they take the solution of minimum norm.

    Raises:
        ValueError: ``folds`` is less than 2 or more than there are rows.
    """
    parts = k_fold(len(x), folds, seed=seed)
    train, validation, standard_error = [], [], []
    for degree in range(1, max_degree + 1):
        features = polynomial_features(x, degree)
        inside = outside = 0.0
        by_fold = []
        for kept, held in parts:
            fit = least_squares(features[kept], y[kept], method="minimum-norm")
            inside += float((y[kept] - fit.predict(features[kept])).square().sum())
            squares = (y[held] - fit.predict(features[held])).square()
            outside += float(squares.sum())
            by_fold.append(float(squares.mean()))
        train.append(inside / (len(x) * (folds - 1)))  # every row is fitted to in all folds but one
        validation.append(outside / len(x))
        centre = sum(by_fold) / folds
        variance = sum((error - centre) ** 2 for error in by_fold) / (folds - 1)
        standard_error.append(math.sqrt(variance / folds))
    return CrossValidation(train, validation, standard_error)
