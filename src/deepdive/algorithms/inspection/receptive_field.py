"""Which part of an image a unit of a convolutional network sees (D2L section 7.2; Dumoulin and Visin, 2016)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from deepdive.signatures import checked

Pair = tuple[int, int]

_POINTWISE = frozenset(
    """
    Identity Dropout Dropout2d AlphaDropout BatchNorm2d SyncBatchNorm LocalResponseNorm ReLU ReLU6 LeakyReLU PReLU ELU
    SELU CELU GELU SiLU Mish Hardswish Hardtanh Hardsigmoid Sigmoid Tanh Softplus Softsign Threshold Softmax2d
    """.split()
)
"""Layers whose output at a position comes from the input at that position alone (statistics apart)."""
_WINDOWS = frozenset(["Conv2d", "LazyConv2d", "AvgPool2d", "MaxPool2d", "LPPool2d"])


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What the units after a layer see of the network's input: (height, width) each, in its pixels.

    Unit ``(i, j)`` sees the rows ``start + i jump ... start + i jump + size - 1``, and the columns alike; what lies
    below 0 or beyond the image is padding.
    """

    layer: str
    """Its name in the network; empty for the input itself."""
    size: Pair
    """Pixels that one unit sees."""
    jump: Pair
    """Pixels from what one unit sees to what the next one does: the product of all strides so far."""
    start: Pair
    """First pixel that the first unit sees; negative where that is padding."""

    def rows(self, i: int) -> range:
        """Rows of the input that a unit in row ``i`` sees, padding included."""
        return range(self.start[0] + i * self.jump[0], self.start[0] + i * self.jump[0] + self.size[0])

    def columns(self, j: int) -> range:
        """Columns of the input that a unit in column ``j`` sees, padding included."""
        return range(self.start[1] + j * self.jump[1], self.start[1] + j * self.jump[1] + self.size[1])


@checked
def receptive_field(network: nn.Module) -> list[ReceptiveField]:
    """The receptive field after every layer of a chain of convolutions and poolings, that of the input first.

    ``size' = size + dilation (kernel - 1) jump``, ``start' = start - padding jump``, ``jump' = stride jump``. The chain
    is an ``nn.Sequential``, nested as one likes, or a network with nothing but one inside; it is followed up to the
    first layer after which every unit sees all (flattening, a linear layer, adaptive pooling).

    Raises:
        ValueError: the network is no chain, or has a layer among them whose windows are not known; names it.
    """
    fields = [ReceptiveField("", (1, 1), (1, 1), (0, 0))]
    for name, layer in _chain(network):
        kind = type(layer).__name__
        if kind in ("Flatten", "Linear", "LazyLinear", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"):
            break
        if kind in _POINTWISE:
            last = fields[-1]
            fields.append(ReceptiveField(name, last.size, last.jump, last.start))
        elif kind in _WINDOWS:
            fields.append(_after(fields[-1], name, layer))
        else:
            raise ValueError(
                f"layer {name!r} is a {kind}, and which inputs its outputs see is not known; a receptive field needs a "
                "chain of convolutions, poolings and point-wise layers"
            )
    return fields


def _after(before: ReceptiveField, name: str, layer: Any) -> ReceptiveField:
    kernel, dilation = _pair(layer.kernel_size), _pair(getattr(layer, "dilation", 1))
    stride = kernel if layer.stride is None else _pair(layer.stride)
    reach = tuple(d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
    padding = getattr(layer, "padding", 0)
    if padding == "same":
        frame = (reach[0] // 2, reach[1] // 2)  # of an odd sum, the end gets the larger part
    else:
        frame = (0, 0) if padding == "valid" else _pair(padding)
    return ReceptiveField(
        name,
        _both(s + r * j for s, r, j in zip(before.size, reach, before.jump, strict=True)),
        _both(s * j for s, j in zip(stride, before.jump, strict=True)),
        _both(b - p * j for b, p, j in zip(before.start, frame, before.jump, strict=True)),
    )


def _chain(module: nn.Module, name: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The layers in order. Only of a ``Sequential`` is the order in which its children are called known."""
    children = list(module.named_children())
    if not children:
        yield name, module
        return
    if not isinstance(module, nn.Sequential) and len(children) > 1:
        raise ValueError(
            f"{name or 'the network'} is a {type(module).__name__} with {len(children)} children; in which order they "
            "are called is known of nn.Sequential only"
        )
    for child_name, child in children:
        yield from _chain(child, f"{name}.{child_name}".lstrip("."))


def _pair(value: int | tuple[int, ...]) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _both(values: Iterator[int]) -> Pair:
    first, second = values
    return first, second
