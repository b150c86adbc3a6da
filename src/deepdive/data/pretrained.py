"""Published weights of networks by name, obtained as data sets are."""

from pathlib import Path

import torch
from torch import Tensor

from deepdive.data.fetching import fetch
from deepdive.data.progress import Report
from deepdive.data.registry import find_pretrained
from deepdive.data.tensor_cache import CachedTensors, cached


def read_pretrained(name: str, *, report: Report | None = None) -> dict[str, Tensor]:
    """The state dict of named weights, obtained first if need be; `deepdive.training.fit_state_dict` loads it.

    The published file is read once, as data and never as a program, and kept as safetensors.

    >>> network = EfficientNetLite(num_classes=2)  # doctest: +SKIP
    >>> fit_state_dict(network, read_pretrained("efficientnet-lite0"), allow=("_fc.",))  # doctest: +SKIP

    Raises:
        ValueError: no weights of that name.
        DataUnavailableError: no source has them.

    """
    weights = find_pretrained(name)
    [path] = fetch(weights, report=report).values()
    return dict(cached({"weights": name}, [path], lambda: _read(path), folder="weights", report=report).tensors)


def _read(path: Path) -> CachedTensors:
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{path} holds no tensors by name")
    return CachedTensors({str(name): value.contiguous() for name, value in state.items()}, {})
