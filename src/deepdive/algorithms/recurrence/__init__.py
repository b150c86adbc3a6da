"""Gradients through time: how they are cut, what they are by hand, how far they reach."""

from deepdive.algorithms.recurrence.by_hand import RecurrentGradients as RecurrentGradients
from deepdive.algorithms.recurrence.by_hand import RecurrentWeights as RecurrentWeights
from deepdive.algorithms.recurrence.by_hand import Unrolled as Unrolled
from deepdive.algorithms.recurrence.by_hand import recurrent_backward as recurrent_backward
from deepdive.algorithms.recurrence.by_hand import recurrent_forward as recurrent_forward
from deepdive.algorithms.recurrence.clipping import clip_by_norm as clip_by_norm
from deepdive.algorithms.recurrence.figures import jacobian_figure as jacobian_figure
from deepdive.algorithms.recurrence.jacobians import jacobian_norms as jacobian_norms
from deepdive.algorithms.recurrence.jacobians import step_jacobians as step_jacobians
from deepdive.algorithms.recurrence.steps import recurrent_step as recurrent_step
from deepdive.algorithms.recurrence.truncation import Truncation as Truncation
from deepdive.algorithms.recurrence.truncation import scale_gradient as scale_gradient
from deepdive.algorithms.recurrence.truncation import unroll as unroll
