"""Attention weights of every layer of a network."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from deepdive.models.transformers.core.attention import Attention


@torch.no_grad()
def attention_maps(network: nn.Module, call: Callable[[], Any]) -> dict[str, Tensor]:
    """Weights ``(b, h, q, k)`` of each `Attention` of a network by its name, while ``call`` runs it.

    They are computed beside the run, which itself never stores them; each name has those of its last call.

    >>> maps = attention_maps(network, lambda: network(tokens))  # doctest: +SKIP

    Raises:
        ValueError: no attention took part.
    """
    found: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[..., None]:
        def hook(module: Attention, args: tuple[Any, ...], kwargs: dict[str, Any], _: Tensor) -> None:
            found[name] = module.weights(*args, **kwargs)

        return hook

    handles = [
        module.register_forward_hook(watch(name), with_kwargs=True)
        for name, module in network.named_modules()
        if isinstance(module, Attention)
    ]
    try:
        call()
    finally:
        for handle in handles:
            handle.remove()
    if not found:
        raise ValueError(
            f"{type(network).__name__} made no use of an Attention module, so that there is nothing to see"
        )
    return found
