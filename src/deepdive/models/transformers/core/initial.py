"""Initialisation of a transformer's weights."""

import torch
from torch import Tensor

from deepdive.models.transformers.core.block import Block
from deepdive.toolkit import Toolkit

_STD, _WIDTH = 0.02, 768
"""Standard deviation of BERT's and GPT-2's initial weights, and the hidden size that it is for."""


def initialize_normal(
    network: torch.nn.Module, hidden_size: int = _WIDTH, *, scaled: bool = False, nn: Toolkit
) -> None:
    """``W ~ N(0, σ²)``, ``σ = 0.02 √(768 / hidden_size)``, for all that has two dimensions, biases 0; norms stay.

    At 768 it is as BERT and GPT-2 have it. At any other hidden_size products are as large at first as they are there;
    with 0.02, narrow networks hardly learn to attend to anything.

    ``scaled`` divides those that add to the residual stream by ``√(2 L)``, ``L`` blocks, so that its variance does not
    grow with depth (Radford et al., 2019).
    """
    std = _STD * (_WIDTH / hidden_size) ** 0.5
    for name, parameter in network.named_parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=std)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)
    blocks = [module for module in network.modules() if isinstance(module, Block)]
    for block in blocks if scaled else []:
        for last in _last(block):
            nn.init.normal_(last, std=std / (2 * len(blocks)) ** 0.5)


def _last(block: Block) -> list[Tensor]:
    """The weights of the products that end a part."""
    names = ("self_attention.output.weight", "cross_attention.output.weight", "feed_forward.out.weight")
    return [parameter for name, parameter in block.named_parameters() if name in names]
