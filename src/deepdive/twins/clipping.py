"""Gradients kept within bounds."""

import math

from torch import nn

from deepdive import scratch
from deepdive.twins.kinds import GradientTwin

CLIPPING: dict[str, GradientTwin] = {
    "utils.clip_grad_norm_": GradientTwin(
        scratch.utils.clip_grad_norm_,
        nn.utils.clip_grad_norm_,
        (
            {"max_norm": 1.0},
            {"max_norm": 100.0},
            {"max_norm": 1.0, "norm_type": math.inf},
            {"max_norm": 1.0, "norm_type": 1.0},
            {"max_norm": 0.5, "norm_type": 3.0, "error_if_nonfinite": True},
        ),
    ),
    "utils.clip_grad_value_": GradientTwin(
        scratch.utils.clip_grad_value_, nn.utils.clip_grad_value_, ({"clip_value": 0.5}, {"clip_value": 100.0})
    ),
}
