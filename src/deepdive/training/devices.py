"""Where a run computes, and in which precision."""

import difflib
from typing import Literal

import torch
from torch import nn

Precision = Literal["fp32", "bf16", "fp16"]

_KINDS = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str | torch.device = "auto") -> torch.device:
    """The device of that name; ``auto`` is CUDA if present, else Apple's MPS, else the processor.

    Args:
        name: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises:
        ValueError: no such device, or this machine does not have it.
    """
    if isinstance(name, torch.device):
        return name
    kind, colon, number = name.partition(":")
    if kind not in _KINDS or (colon and not (kind == "cuda" and number.isdigit())):
        near = ["cuda"] if kind == "gpu" else difflib.get_close_matches(kind, _KINDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near and near[0] != name else ""
        raise ValueError(f"device is {name!r}; it must be one of {', '.join(_KINDS)} or like 'cuda:1'{hint}")
    present = ["cpu"]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if torch.cuda.is_available():
        present.insert(0, "cuda")
    if kind == "auto":
        return torch.device(present[0])
    if kind not in present:
        raise ValueError(f"device is {name!r}, but this machine has only {', '.join(present)}")
    if kind == "cuda" and number and int(number) >= torch.cuda.device_count():
        raise ValueError(f"device is {name!r}, but this machine has {torch.cuda.device_count()} CUDA devices")
    return torch.device(name)


def autocast_dtype(precision: str) -> torch.dtype | None:
    """The dtype of matrix products under ``precision``; ``None`` for full precision.

    Raises:
        ValueError: there is no such precision.
    """
    dtypes: dict[str, torch.dtype | None] = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
    if precision not in dtypes:
        raise ValueError(f"precision is {precision!r}; it must be one of {', '.join(dtypes)}")
    return dtypes[precision]


def prefer_layout(network: nn.Module, device: torch.device) -> None:
    """Lay the weights of the library's 2-d convolutions out as the processor computes them fastest: channels last.

    Shapes, values and state dicts stay as they are; the outputs of such a convolution, and what follows it, come in the
    same layout. On other devices the layout is left alone.
    """
    if device.type != "cpu":
        return
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)
