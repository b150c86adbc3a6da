"""Where a run computes, and in which precision."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from deepdive.names import similar

Precision = Literal["fp32", "bf16", "fp16"]
"""Of matrix products."""

_KINDS = ("auto", "cpu", "cuda", "mps")
_NO_KERNEL = re.compile(
    r"could not create a primitive|not implemented for '(Half|BFloat16)'|no kernel .*(half|bfloat16)"
)


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
        near = ["cuda"] if kind == "gpu" else similar(kind, _KINDS, 1)
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

    ``auto`` is for a trainer to settle; until then, and outside of one, it is full precision.

    Raises:
        ValueError: there is no such precision.
    """
    dtypes: dict[str, torch.dtype | None] = {
        "auto": None, "fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16,
    }  # fmt: skip
    if precision not in dtypes:
        raise ValueError(f"precision is {precision!r}; it must be one of {', '.join(dtypes)}")
    return dtypes[precision]


def explain_devices(error: RuntimeError, module: nn.Module, inputs: Sequence[Tensor]) -> None:
    """Raise a clearer error from ``error`` if tensors lie on several devices; else do nothing (D2L section 6.7).

    Called only where something has gone wrong already, so that no step pays for it. What counts is every parameter and
    buffer, tensors that a module holds without having registered them, alone or in a list, and the inputs.

    Raises:
        ValueError: names each device and the first tensor on it.
    """
    found: dict[torch.device, str] = {}
    for name, tensor in (*_tensors_of(module), *((f"field {i} of the batch", x) for i, x in enumerate(inputs))):
        found.setdefault(tensor.device, name)
    if len(found) > 1:
        places = ", ".join(f"{name} is on {device}" for device, name in found.items())
        raise ValueError(
            f"everything must be on one device, but {places}; what a module should take along must be one of its "
            "parameters, buffers or registered modules (nn.ModuleList, register_buffer)"
        ) from error


def explain_precision(error: RuntimeError, precision: str) -> None:
    """Raise a clearer error from ``error`` if the device has no kernel for that precision; else do nothing.

    Raises:
        ValueError: says so; an LSTM in fp16 on most processors, for one.
    """
    if autocast_dtype(precision) is not None and _NO_KERNEL.search(str(error)):
        first = str(error).partition("\n")[0].partition(". ")[0]
        raise ValueError(
            f"precision must be one that the device has for this network, got {precision}: {first}"
        ) from error


def _tensors_of(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()
    for place, inner in module.named_modules():
        for name, value in vars(inner).items():
            if name.startswith("_"):
                continue  # torch's own: parameters, buffers and modules, which are seen above
            items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            for item in items:
                path = f"{place}.{name}".lstrip(".")
                if isinstance(item, Tensor):
                    yield path, item
                elif isinstance(item, nn.Module):
                    yield from ((f"{path}: {each}", tensor) for each, tensor in item.named_parameters())
