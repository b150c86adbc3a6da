"""Convolutions and transposed convolutions over one, two and three dimensions, lazy ones, too."""

from typing import Any

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import Case, LayerTwin

_MODES = ("reflect", "replicate", "circular")
_TIMED = {1: (32, 16, 512), 2: IMAGES, 3: (8, 8, 12, 12, 12)}
_SMALL = {1: (9,), 2: (9, 8), 3: (6, 5, 7)}


def _conv(n: int) -> LayerTwin:
    """Every option; the last cases are padded from the input."""
    sizes, timed = _SMALL[n], _TIMED[n]
    mixed: Any = ((3, 2, 1)[:n], (2, 1, 3)[:n], (0, 2, 1)[:n], (3, 2, 1)[:n])
    kernel, stride, padding, dilation = mixed if n > 1 else (3, 2, 1, 3)
    same = (5, 2, 3)[:n] if n > 1 else 5  # of an even total padding: of an odd one the library warns
    return layer(
        f"Conv{n}d",
        case(timed, in_channels=timed[1], out_channels=2 * timed[1], kernel_size=3, padding=1),
        case(
            (2, 4, *sizes), in_channels=4, out_channels=6, kernel_size=kernel, stride=stride, padding=padding, groups=2
        ),
        case((2, 3, *sizes), in_channels=3, out_channels=3, kernel_size=2, dilation=dilation, groups=3, bias=False),
        case((2, 3, *sizes), in_channels=3, out_channels=2, kernel_size=same, padding="same", dilation=(1, 2, 1)[:n]),
        case((3, *sizes), in_channels=3, out_channels=2, kernel_size=1, padding="valid"),
        case((2, 4, *sizes), in_channels=4, out_channels=4, kernel_size=3, stride=2, padding=1, groups=4),  # depthwise
        case((2, 2, *sizes), in_channels=2, out_channels=6, kernel_size=kernel, padding=1, groups=2, bias=False),
        *(
            case((2, 3, *sizes), in_channels=3, out_channels=2, kernel_size=3, padding=(2, 1, 2)[:n], padding_mode=mode)
            for mode in _MODES
        ),
        single=2e-4 if n == 3 else 1e-4,
    )


def _transposed(n: int) -> LayerTwin:
    timed, sizes = _TIMED[n], (4, 5, 3)[:n]
    return layer(
        f"ConvTranspose{n}d",
        case(timed, in_channels=timed[1], out_channels=8, kernel_size=4, stride=2, padding=1),
        case(
            (2, 4, *sizes),
            in_channels=4,
            out_channels=6,
            kernel_size=(3, 2, 4)[:n],
            stride=(2, 3, 2)[:n],
            output_padding=1,
            groups=2,
        ),
        case(
            (2, 3, *sizes), in_channels=3, out_channels=3, kernel_size=2, dilation=(3, 2, 1)[:n], groups=3, bias=False
        ),
        case((3, *sizes), in_channels=3, out_channels=2, kernel_size=(5, 3, 4)[:n], stride=3, padding=(2, 1, 1)[:n]),
        case((2, 3, *sizes), in_channels=3, out_channels=2, kernel_size=2, stride=2),
        single=2e-4 if n == 3 else 1e-4,
    )


def _lazy(name: str, n: int) -> LayerTwin:
    sizes = _SMALL[n]
    small: Case = case((4, *sizes), out_channels=2, kernel_size=3, groups=2, bias=False)
    return layer(f"Lazy{name}{n}d", case(_TIMED[n], out_channels=16, kernel_size=3, padding=1), small)


CONVOLUTIONS: dict[str, LayerTwin] = {
    **{f"Conv{n}d": _conv(n) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": _transposed(n) for n in (1, 2, 3)},
    **{f"Lazy{name}{n}d": _lazy(name, n) for name in ("Conv", "ConvTranspose") for n in (1, 2, 3)},
}
