"""Derivatives by differences, and figures of them (D2L section 2.4)."""

from deepdive.algorithms.calculus.checking import GradientCheck as GradientCheck
from deepdive.algorithms.calculus.checking import check_gradient as check_gradient
from deepdive.algorithms.calculus.differences import derivative as derivative
from deepdive.algorithms.calculus.differences import gradient as gradient
from deepdive.algorithms.calculus.differences import hessian as hessian
from deepdive.algorithms.calculus.differences import jacobian as jacobian
from deepdive.algorithms.calculus.differences import partial_derivative as partial_derivative
from deepdive.algorithms.calculus.plots import contour_plot as contour_plot
from deepdive.algorithms.calculus.plots import tangent_plot as tangent_plot
