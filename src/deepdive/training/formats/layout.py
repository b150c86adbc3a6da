"""How numbers are kept while a network learns."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from deepdive.training.devices import Precision

Layout = Literal["channels-last", "contiguous"]

_MEMORY_FORMATS = {"channels-last": torch.channels_last, "contiguous": torch.contiguous_format}


@dataclass(frozen=True)
class Format:
    """A precision of matrix products, and a layout of the library's 2-d convolutions."""

    precision: Precision = "fp32"
    layout: Layout | None = None
    """``None``: as the network came."""

    def notes(self, asked: str) -> tuple[str, ...]:
        """What the user should know who has asked for this precision, or has left it open."""
        if asked != "auto" or self.precision == "fp32":
            return ()
        return (f"precision {self.precision}, which this device supports; --precision fp32 for full precision",)


def lay_out(network: nn.Module, layout: Layout | None) -> None:
    """Lay the weights of the library's 2-d convolutions out in memory; ``None`` leaves them alone.

    Shapes, values and state dicts stay as they are. The outputs of such a convolution, and what follows it, come in the
    layout of its weights, whatever that of the batch.
    """
    if layout is None:
        return
    for module in convolutions(network):
        module.to(memory_format=_MEMORY_FORMATS[layout])  # pyright: ignore[reportCallIssue]


def check_layout(layout: str) -> None:
    """Raise a ``ValueError`` unless there is such a layout."""
    if layout != "auto" and layout not in _MEMORY_FORMATS:
        raise ValueError(f"layout is {layout!r}; it must be one of auto, {', '.join(_MEMORY_FORMATS)}")


def convolutions(network: nn.Module) -> list[nn.Conv2d]:
    """The layers whose layout matters."""
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]
