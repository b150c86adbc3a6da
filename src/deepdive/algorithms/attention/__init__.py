"""Attention: who may attend to whom, weights that sum to 1, pooling by kernels, and figures of weights."""

from deepdive.algorithms.attention.bandwidth import SMOOTH as SMOOTH
from deepdive.algorithms.attention.bandwidth import BandwidthPath as BandwidthPath
from deepdive.algorithms.attention.bandwidth import bandwidth_errors as bandwidth_errors
from deepdive.algorithms.attention.bandwidth import learn_bandwidth as learn_bandwidth
from deepdive.algorithms.attention.figures import AttentionMap as AttentionMap
from deepdive.algorithms.attention.figures import attention_figure as attention_figure
from deepdive.algorithms.attention.figures import heat_maps as heat_maps
from deepdive.algorithms.attention.kernels import KERNELS as KERNELS
from deepdive.algorithms.attention.kernels import Kernel as Kernel
from deepdive.algorithms.attention.masks import Allowed as Allowed
from deepdive.algorithms.attention.masks import as_mask as as_mask
from deepdive.algorithms.attention.masks import length_mask as length_mask
from deepdive.algorithms.attention.masks import masked_softmax as masked_softmax
from deepdive.algorithms.attention.pooling import attention_pool as attention_pool
from deepdive.algorithms.attention.pooling import leave_one_out as leave_one_out
from deepdive.algorithms.attention.rollout import attention_rollout as attention_rollout
