"""Layers whose window slides over height and width: convolutions and pooling."""

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import LayerTwin

SPATIAL: dict[str, LayerTwin] = {
    "Conv2d": layer(
        "Conv2d",
        case(IMAGES, in_channels=16, out_channels=32, kernel_size=3, padding=1),
        case((2, 4, 9, 8), in_channels=4, out_channels=6, kernel_size=(3, 2), stride=(2, 1), padding=(0, 2), groups=2),
        case((2, 3, 9, 8), in_channels=3, out_channels=3, kernel_size=2, dilation=(3, 2), groups=3, bias=False),
        case((2, 3, 7, 6), in_channels=3, out_channels=2, kernel_size=(5, 3), padding="same", dilation=(1, 2)),
        case((3, 7, 6), in_channels=3, out_channels=2, kernel_size=1, padding="valid"),
        case((2, 4, 7, 6), in_channels=4, out_channels=4, kernel_size=3, stride=2, padding=1, groups=4),  # depthwise
        case((2, 2, 5, 6), in_channels=2, out_channels=6, kernel_size=(3, 2), padding=1, groups=2, bias=False),
        *(
            case((2, 3, 6, 5), in_channels=3, out_channels=2, kernel_size=3, padding=(2, 1), padding_mode=mode)
            for mode in ("reflect", "replicate", "circular")
        ),
    ),
    "LazyConv2d": layer(
        "LazyConv2d",
        case(IMAGES, out_channels=32, kernel_size=3, padding=1),
        case((4, 7, 6), out_channels=2, kernel_size=3, groups=2, bias=False),
    ),
    "ConvTranspose2d": layer(
        "ConvTranspose2d",
        case(IMAGES, in_channels=16, out_channels=8, kernel_size=4, stride=2, padding=1),
        case(
            (2, 4, 5, 6), in_channels=4, out_channels=6, kernel_size=(3, 2), stride=(2, 3), output_padding=1, groups=2
        ),
        case((2, 3, 4, 5), in_channels=3, out_channels=3, kernel_size=2, dilation=(3, 2), groups=3, bias=False),
        case((3, 4, 5), in_channels=3, out_channels=2, kernel_size=(5, 3), stride=3, padding=(2, 1)),
        case((2, 3, 4, 5), in_channels=3, out_channels=2, kernel_size=2, stride=2),
    ),
    "AvgPool2d": layer(
        "AvgPool2d",
        case(IMAGES, kernel_size=2),
        case((2, 3, 8, 7), kernel_size=(3, 2), stride=(2, 3), padding=1, ceil_mode=True),
        case((2, 3, 8, 7), kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        case((3, 8, 7), kernel_size=3, stride=1, padding=1, divisor_override=5),
    ),
    "MaxPool2d": layer(
        "MaxPool2d",
        case(IMAGES, kernel_size=2),
        case((2, 3, 8, 7), kernel_size=(3, 2), stride=(2, 3), padding=1, ceil_mode=True),
        case((3, 9, 8), kernel_size=3, stride=1, padding=1, dilation=(2, 1)),
    ),
    "AdaptiveAvgPool2d": layer(
        "AdaptiveAvgPool2d",
        case(IMAGES, output_size=4),
        case((2, 3, 8, 7), output_size=(3, 5)),
        case((3, 8, 7), output_size=(None, 2)),
        case((2, 3, 3, 2), output_size=5),
    ),
    "AdaptiveMaxPool2d": layer(
        "AdaptiveMaxPool2d",
        case(IMAGES, output_size=4),
        case((2, 3, 8, 7), output_size=(3, 5)),
        case((3, 8, 7), output_size=(None, 2)),
        case((2, 3, 3, 2), output_size=5),
        case((2, 3, 5, 4), output_size=1),
    ),
}
