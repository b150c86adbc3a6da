"""Memory that a forward pass holds for the backward pass."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from deepdive.signatures import checked


@checked
def saved_bytes(network: nn.Module, *inputs: Any) -> int:
    """Bytes of the activations that ``network(*inputs)`` saves for its gradients, each piece of memory once.

    They are what training needs beyond parameters, gradients and the optimiser's numbers, at its peak: just before the
    backward pass begins. An input counts if a gradient is computed from it, the network's own parameters and buffers
    do not. The number is exact, does not depend on the machine's load, and shapes suffice: it works on ``meta``.
    """
    own = {_memory(tensor) for tensor in (*network.parameters(), *network.buffers())}
    saved: dict[int, Tensor] = {}

    def save(tensor: Tensor) -> Tensor:
        if (memory := _memory(tensor)) not in own:
            saved[memory] = tensor  # kept, so that nothing else gets the same memory
        return tensor

    with torch.enable_grad(), saved_tensors_hooks(save, lambda tensor: tensor):
        network(*inputs)
    return sum(tensor.untyped_storage().nbytes() for tensor in saved.values())


def _memory(tensor: Tensor) -> int:
    """Which piece of memory it is; views share theirs."""
    return tensor.untyped_storage()._cdata
