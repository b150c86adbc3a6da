"""Pooling over one, two and three dimensions, and the way back."""

from typing import Any

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import LayerTwin, Sample

_TIMED = {1: (32, 16, 1024), 2: IMAGES, 3: (8, 8, 16, 16, 16)}
_SMALL = {1: (9,), 2: (8, 7), 3: (6, 5, 7)}


def _average(n: int) -> LayerTwin:
    mixed: dict[str, Any] = {"kernel_size": (3, 2, 4)[:n], "stride": (2, 3, 1)[:n]}
    last = {} if n == 1 else {"divisor_override": 5}
    return layer(
        f"AvgPool{n}d",
        case(_TIMED[n], kernel_size=2),
        case((2, 3, *_SMALL[n]), padding=1, ceil_mode=True, **mixed),
        case((2, 3, *_SMALL[n]), kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        case((3, *_SMALL[n]), kernel_size=3, stride=1, padding=1, **last),
    )


def _largest(n: int) -> LayerTwin:
    return layer(
        f"MaxPool{n}d",
        case(_TIMED[n], kernel_size=2),
        case((2, 3, *_SMALL[n]), kernel_size=(3, 2, 4)[:n], stride=(2, 3, 1)[:n], padding=1, ceil_mode=True),
        case((2, 3, *_SMALL[n]), kernel_size=(3, 2, 4)[:n], stride=2, padding=1, return_indices=True),
        case((3, *_SMALL[n]), kernel_size=2, stride=3, dilation=2, return_indices=True, ceil_mode=True),
        case((3, *_SMALL[n]), kernel_size=3, stride=1, padding=1, dilation=(2, 1, 1)[:n]),
    )


def _norm(n: int) -> LayerTwin:
    positive = Sample((2, 3, *_SMALL[n]), "rates")
    return layer(
        f"LPPool{n}d",
        case(_TIMED[n], norm_type=2.0, kernel_size=2),
        case((2, 3, *_SMALL[n]), norm_type=2.0, kernel_size=(3, 2, 4)[:n] if n > 1 else 3, stride=2, ceil_mode=True),
        case(positive, norm_type=3.0, kernel_size=2, stride=1),
        case(Sample((3, *_SMALL[n]), "rates"), norm_type=1.5, kernel_size=3),
    )


def _adaptive(kind: str, n: int) -> LayerTwin:
    sizes = _SMALL[n]
    some: Any = (3, 5, 4)[:n] if n > 1 else 4
    more = (case((2, 3, *sizes), output_size=some, return_indices=True),) if kind == "Max" else ()
    return layer(
        f"Adaptive{kind}Pool{n}d",
        case(_TIMED[n], output_size=4),
        case((2, 3, *sizes), output_size=some),
        case((3, *sizes), output_size=(None, 2, 3)[:n] if n > 1 else 2),
        *more,
        case((2, 3, *(3, 2, 2)[:n]), output_size=5),
        case((2, 3, *sizes), output_size=1),
    )


def _back(n: int) -> LayerTwin:
    def taken(*shape: int, kernel: int, stride: int) -> tuple[Any, Sample]:
        plane = 1
        for size in shape[2:]:
            plane *= stride * (size - 1) + kernel
        return shape, Sample(shape, "places", plane)

    small = (2, 3, *(4, 3, 2)[:n])
    return layer(
        f"MaxUnpool{n}d",
        case(*taken(*_TIMED[n], kernel=2, stride=2), kernel_size=2),
        case(*taken(*small, kernel=3, stride=2), kernel_size=3, stride=2),
        case(*taken(*small, kernel=2, stride=3), kernel_size=2, stride=(3,) * n),
    )


POOLING: dict[str, LayerTwin] = {
    **{f"AvgPool{n}d": _average(n) for n in (1, 2, 3)},
    **{f"MaxPool{n}d": _largest(n) for n in (1, 2, 3)},
    **{f"LPPool{n}d": _norm(n) for n in (1, 2, 3)},
    **{f"Adaptive{kind}Pool{n}d": _adaptive(kind, n) for kind in ("Avg", "Max") for n in (1, 2, 3)},
    **{f"MaxUnpool{n}d": _back(n) for n in (1, 2, 3)},
}
