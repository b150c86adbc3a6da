"""Functions that have no parameters: softmax and its relatives, and what a query reads from keys and values."""

from deepdive.scratch.functional.attention import scaled_dot_product_attention as scaled_dot_product_attention
from deepdive.scratch.functional.probabilities import log_softmax as log_softmax
from deepdive.scratch.functional.probabilities import logsumexp as logsumexp
from deepdive.scratch.functional.probabilities import one_hot as one_hot
from deepdive.scratch.functional.probabilities import softmax as softmax
