"""Which layer of a network an error comes from."""

import re
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from deepdive.checks import shown, told
from deepdive.training.losses import MeanLoss

ONE_VALUE = re.compile("more than (1|one) value per channel")
"""PyTorch's words, and ours, where batch normalisation gets one example."""


def explain_layer(error: Exception, task: nn.Module) -> None:
    """Raise a clearer error from one of PyTorch's that a layer of the network raised; else do nothing.

    Called only where something has gone wrong already. The layer is the innermost module that was at work.

    Raises:
        ValueError: names the layer, what it takes and what it got; or tells that a target is no class of the network's.
    """
    names = {id(module): name for name, module in task.named_modules()}
    layer: tuple[nn.Module, FrameType] | None = None
    trace = error.__traceback__
    while trace is not None:
        variables = trace.tb_frame.f_locals
        one = variables.get("self")
        if isinstance(one, MeanLoss) and isinstance(error, IndexError) and "out of bounds" in str(error):
            outputs, targets = variables.get("outputs"), variables.get("targets")
            if isinstance(outputs, Tensor) and isinstance(targets, Tensor) and outputs.ndim > 1:
                raise ValueError(
                    f"targets must be class numbers from 0 to {outputs.shape[1] - 1}, as the network has "
                    f"{outputs.shape[1]} outputs: {_first_line(error)}"
                ) from error
        if isinstance(one, nn.Module) and names.get(id(one), "").startswith("network"):
            layer = one, trace.tb_frame
        trace = trace.tb_next
    if layer is None:
        return
    module, frame = layer
    name = names[id(module)].removeprefix("network").removeprefix(".")
    got = [value for key, value in frame.f_locals.items() if key not in ("self", "args", "kwargs")]
    got += [*frame.f_locals.get("args", ()), *frame.f_locals.get("kwargs", {}).values()]
    inputs = [value for value in got if isinstance(value, Tensor)]
    raise ValueError(
        f"layer {name or 'network'!r} ({_described(module)}) must get {_many(error) or _taken(module, inputs)}, got "
        f"{', '.join(told(x) for x in inputs[:3]) or 'no tensor'}: {_first_line(error)}"
    ) from error


def _described(module: nn.Module) -> str:
    """``Linear(in_features=8, ...)``, of a module made of others its class alone."""
    return type(module).__name__ if any(module.children()) else f"{type(module).__name__}({module.extra_repr()})"


def _many(error: Exception) -> str:
    """What batch normalisation must get to take a variance, where that fails."""
    return "a batch of more examples (a larger batch_size, or drop_last)" if ONE_VALUE.search(str(error)) else ""


def _taken(module: Any, inputs: list[Tensor]) -> str:
    """What its input must be, where its attributes tell that the one it got is not."""
    x = inputs[0] if inputs else torch.empty(())
    if isinstance(module, nn.Embedding):
        if x.is_floating_point():
            return "integers"
        if x.numel() and not 0 <= int(x.max()) < module.num_embeddings:
            return f"numbers from 0 to {module.num_embeddings - 1} (the largest is {int(x.max())})"
    for attribute, dim in (("in_features", -1), ("in_channels", 1), ("num_features", 1), ("input_size", -1)):
        size = getattr(module, attribute, None)
        if isinstance(size, int) and x.ndim > max(dim, 0) and x.shape[dim] != size:
            return f"{size} {_WORDS[attribute]}, not {x.shape[dim]}"
    weight = next((p for p in module.parameters(recurse=False)), None)
    if weight is not None and x.dtype != weight.dtype:
        return f"{str(weight.dtype).removeprefix('torch.')}, as its weights are"
    shape = getattr(module, "normalized_shape", None)
    return f"rows of shape {shown(shape)}" if isinstance(shape, tuple) else "what it can compute with"


_WORDS = {"in_features": "features", "in_channels": "channels", "num_features": "channels", "input_size": "features"}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
