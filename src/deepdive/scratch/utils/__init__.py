"""What ``torch.nn.utils`` has for training recurrent networks: clipping of gradients, and ``rnn`` for packing."""

from deepdive.scratch.utils import rnn as rnn
from deepdive.scratch.utils.clipping import clip_grad_norm_ as clip_grad_norm_
from deepdive.scratch.utils.clipping import clip_grad_value_ as clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_", "rnn"]
