"""Normalisation: values of mean 0 and variance 1 over some dimensions, then scaled and shifted.

With ``m`` and ``v`` the mean and the variance over these dimensions, ``x̂ = (input - m) / √(v + eps)`` and ``y = weight
x̂ + bias``. Which dimensions they are is all that tells one layer from another. Statistics are taken in single
precision or better, whatever the type of the input.
"""

from deepdive.scratch.normalization.batch_norm import BatchNorm1d as BatchNorm1d
from deepdive.scratch.normalization.batch_norm import BatchNorm2d as BatchNorm2d
from deepdive.scratch.normalization.batch_norm import BatchNorm3d as BatchNorm3d
from deepdive.scratch.normalization.group_norm import GroupNorm as GroupNorm
from deepdive.scratch.normalization.instance_norm import InstanceNorm1d as InstanceNorm1d
from deepdive.scratch.normalization.instance_norm import InstanceNorm2d as InstanceNorm2d
from deepdive.scratch.normalization.instance_norm import InstanceNorm3d as InstanceNorm3d
from deepdive.scratch.normalization.layer_norm import LayerNorm as LayerNorm
from deepdive.scratch.normalization.local_response_norm import LocalResponseNorm as LocalResponseNorm
from deepdive.scratch.normalization.rms_norm import RMSNorm as RMSNorm
