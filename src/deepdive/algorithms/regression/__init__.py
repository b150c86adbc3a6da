"""Regression without a training loop: closed forms, limits of descent, likelihood, polynomials, softmax regression."""

from deepdive.algorithms.regression.descent import ConvergenceError as ConvergenceError
from deepdive.algorithms.regression.descent import descent_limit as descent_limit
from deepdive.algorithms.regression.fit import LinearFit as LinearFit
from deepdive.algorithms.regression.least_squares import SingularMatrixError as SingularMatrixError
from deepdive.algorithms.regression.least_squares import least_squares as least_squares
from deepdive.algorithms.regression.least_squares import ridge as ridge
from deepdive.algorithms.regression.likelihood import (
    gaussian_negative_log_likelihood as gaussian_negative_log_likelihood,
)
from deepdive.algorithms.regression.likelihood import most_likely_std as most_likely_std
from deepdive.algorithms.regression.logistic import fit_softmax_regression as fit_softmax_regression
from deepdive.algorithms.regression.logistic import telling_outputs as telling_outputs
from deepdive.algorithms.regression.penalty import l2_penalty as l2_penalty
from deepdive.algorithms.regression.polynomial import polynomial_features as polynomial_features
