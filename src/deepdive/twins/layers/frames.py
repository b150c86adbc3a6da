"""Padding, folding, and images of another size."""

from typing import Any

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import LayerTwin

_TIMED = {1: (32, 16, 1024), 2: IMAGES, 3: (8, 8, 12, 12, 12)}
_SMALL = {1: (5,), 2: (4, 5), 3: (4, 3, 5)}
_SIDES = (1, 2, 0, 3, 2, 1)


def _pad(name: str, n: int) -> LayerTwin:
    value: dict[str, Any] = {"value": 0.7} if name == "ConstantPad" else {}
    return layer(
        f"{name}{n}d",
        case(_TIMED[n], padding=2, **value),
        case((2, 3, *_SMALL[n]), padding=tuple(min(side, 2) for side in _SIDES[: 2 * n]), **value),
        case((3, *_SMALL[n]), padding=1, **value),
        case((2, 3, *_SMALL[n]), padding=(-1, 2, 1, -2, 0, -1)[: 2 * n], **value),
        case((2, 3, *_SMALL[n]), padding=(2, 0, 1, 1, 0, 1)[: 2 * n], **value),
    )


FRAMES: dict[str, LayerTwin] = {
    **{
        f"{name}{n}d": _pad(name, n)
        for name in ("ConstantPad", "ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad")
        for n in (1, 2, 3)
    },
    "Unfold": layer(
        "Unfold",
        case(IMAGES, kernel_size=3, padding=1),
        case((2, 3, 7, 6), kernel_size=(3, 2), dilation=(1, 2), padding=(2, 1), stride=(2, 1)),
        case((3, 5, 6), kernel_size=2, stride=2),
    ),
    "Fold": layer(
        "Fold",
        case((32, 16 * 9, 1024), output_size=(32, 32), kernel_size=3, padding=1),
        case((2, 18, 20), output_size=(7, 6), kernel_size=(3, 2), dilation=(1, 2), padding=(2, 0), stride=(2, 1)),
        case((8, 6), output_size=(4, 6), kernel_size=2, stride=2),
    ),
    "PixelShuffle": layer(
        "PixelShuffle",
        case(IMAGES, upscale_factor=2),
        case((2, 9, 2, 3), upscale_factor=3),
        case((4, 2, 3), upscale_factor=2),
    ),
    "PixelUnshuffle": layer(
        "PixelUnshuffle",
        case(IMAGES, downscale_factor=2),
        case((2, 2, 6, 9), downscale_factor=3),
        case((3, 2, 4), downscale_factor=2),
    ),
    "ChannelShuffle": layer(
        "ChannelShuffle", case(IMAGES, groups=4), case((2, 6, 3, 2), groups=3), case((2, 6, 3, 4), groups=2)
    ),
    "Upsample": layer(
        "Upsample",
        case(IMAGES, scale_factor=2.0, mode="bilinear"),
        case((2, 3, 4, 5), size=(7, 9)),
        case((2, 3, 5), scale_factor=2.6, mode="linear"),
        case((2, 3, 5), size=3, mode="linear", align_corners=True),
        case((2, 3, 4, 5), size=(7, 3), mode="bilinear", align_corners=False),
        case((2, 3, 4, 5), scale_factor=(1.7, 2.3), mode="bilinear", recompute_scale_factor=True),
        case((2, 3, 4, 5), size=(7, 3), mode="bicubic", align_corners=True),
        case((2, 3, 4, 5), scale_factor=1.5, mode="bicubic"),
        case((2, 3, 3, 4, 2), size=(5, 3, 4), mode="trilinear"),
        case((2, 3, 3, 4, 2), size=(2, 7, 5), mode="nearest-exact"),
        case((2, 3, 4, 5), scale_factor=(0.6, 2.5)),
        case((2, 3, 4, 5), scale_factor=(1.2, 2.5), mode="bilinear"),
        case((2, 3, 3, 4, 2), scale_factor=(1.3, 0.6, 1.7), mode="trilinear"),
        case((2, 3, 3, 4), scale_factor=(1.3, 2.2)),
    ),
    "UpsamplingNearest2d": layer(
        "UpsamplingNearest2d",
        case(IMAGES, scale_factor=2.0),
        case((2, 3, 4, 5), size=(7, 3)),
        case((2, 3, 4, 5), scale_factor=(3.0, 2.0)),
    ),
    "UpsamplingBilinear2d": layer(
        "UpsamplingBilinear2d",
        case(IMAGES, scale_factor=2.0),
        case((2, 3, 4, 5), size=(7, 3)),
        case((2, 3, 4, 5), scale_factor=(3.0, 2.0)),
    ),
}
