"""Which precision and layout a network is trained in where that is left open: a rule, never a stopwatch."""

import platform
from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor, nn

from deepdive.training.devices import Precision
from deepdive.training.formats.layout import Format, Layout, convolutions

_mkldnn = torch.ops.mkldnn

LEAST_CONVOLUTION = 32
"""Channels out, and channels in times the kernel's elements, from which a convolution is faster in half precision."""
LEAST_RECURRENT = 64
"""Units of a recurrent layer, likewise."""
LEAST_ATTENTION = 256
"""Width of self-attention, likewise: in narrower ones the attention itself, whose backward kernel is slower in bfloat16
on a processor (2 to 9 times for heads of 64 to 16), outweighs the products around it."""
_ATTENTION = ("in_proj_weight", "q_proj_weight", "value.weight")
"""How the values' weights of a self-attention are called: the library's, and those of `deepdive.models`."""


def choose_format(
    network: nn.Module,
    device: torch.device,
    *,
    precision: Precision | Literal["auto"] = "auto",
    layout: Layout | Literal["auto"] = "auto",
) -> Format:
    """The format of a training run; what is given stays, and ``auto`` follows a rule.

    The rule knows nothing but the device and the network, so that the same command computes the same numbers each time:

    - precision: ``bf16`` if the device has units for it (`has_half_precision_units`) and the network large products
      that are applied at many positions (`has_large_products`); else ``fp32``.
    - layout: ``channels-last`` for 2-d convolutions on a processor and, in half precision, on CUDA; else as the network
      came.

    ``python -m benchmarks precision`` measures where the rule is right.
    """
    if precision == "auto":
        precision = "bf16" if has_half_precision_units(device) and has_large_products(network) else "fp32"
    if layout != "auto":
        return Format(precision, layout)
    last = device.type == "cpu" or (device.type == "cuda" and precision != "fp32")
    return Format(precision, "channels-last" if last and convolutions(network) else None)


def kept_format(
    saved: Mapping[str, Any], *, precision: Precision | Literal["auto"], layout: Layout | Literal["auto"]
) -> Format:
    """The format of a checkpoint, which holds on any machine, but for what is given."""
    return Format(
        saved["precision"] if precision == "auto" else precision, saved["layout"] if layout == "auto" else layout
    )


def has_half_precision_units(device: torch.device) -> bool:
    """Whether products in bfloat16 have units of their own there: AVX512-BF16, AMX, Arm's BF16, CUDA from Ampere on.

    Without them a processor emulates such products, at half of the speed or less.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    if platform.machine().lower() in ("x86_64", "amd64"):
        wide = torch.backends.cpu.get_cpu_capability() == "AVX512"  # a user may have told torch to do without
        return wide and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return _mkldnn._is_mkldnn_bf16_supported()  # on Arm it asks for the units themselves


def has_large_products(network: nn.Module) -> bool:
    """Whether half precision pays: convolutions, recurrent layers and attention that are wide enough.

    Each weight of theirs meets many positions, so that the products outweigh the conversions. In a perceptron it meets
    each example once, and half precision is slower.
    """
    attention = [_least_side(p) for name, p in network.named_parameters() if name.endswith(_ATTENTION)]
    if attention:
        return max(attention) >= LEAST_ATTENTION
    return any(
        (p.dim() > 2 and _least_side(p) >= LEAST_CONVOLUTION)
        or (".weight_hh" in f".{name}" and _least_side(p) >= LEAST_RECURRENT)
        for name, p in network.named_parameters()
    )


def _least_side(weight: Tensor) -> int:
    return min(weight.flatten(1).shape)
