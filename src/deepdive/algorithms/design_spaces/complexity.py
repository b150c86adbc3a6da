"""What a design costs, in closed form: operations, parameters and activations without making the network."""

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Int
from torch import Tensor

from deepdive.algorithms.design_spaces.designs import Designs
from deepdive.signatures import checked


@checked
@dataclass(frozen=True)
class Frame:
    """What surrounds the body: images, a 3x3 convolution as the stem, and a linear head on the mean of all places.

    Raises:
        ValueError: a number is less than 1.
    """

    image_size: tuple[int, int] = (224, 224)
    """Height and width."""
    in_channels: int = 3
    """Of the images."""
    num_classes: int = 1000
    """Outputs of the head."""
    stem_width: int = 32
    """Channels that the stem makes."""
    stem_stride: int = 2
    """2 halves the images at once, 1 leaves small ones as they are."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if min(value if isinstance(value, tuple) else (value,)) < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")


@dataclass(frozen=True)
class _Convolutions:
    """Equal convolutions of every design: ``count`` of them, from ``inputs`` channels to ``outputs``."""

    count: Int[Tensor, " n"] | int
    inputs: Int[Tensor, " n"] | int
    """That each output channel sees: those of its group."""
    outputs: Int[Tensor, " n"] | int
    kernel: int
    """Its height and width."""
    places: int
    """Of the output."""


@checked
def flops(designs: Designs, frame: Frame) -> Int[Tensor, " n"]:
    """Operations for one image, of convolutions and the head: ``2 k² · inputs · outputs · places`` summed up.

    A multiply and its add are two, as in `deepdive.algorithms.inspection.FlopCount`; the paper counts them as one, so
    that its 400 megaflops are 800 here.
    """
    total = 2 * designs.widths[:, -1] * frame.num_classes
    for c in _convolutions(designs, frame):
        total = total + 2 * c.count * c.kernel**2 * c.inputs * c.outputs * c.places
    return total


@checked
def parameters(designs: Designs, frame: Frame) -> Int[Tensor, " n"]:
    """Weights of the convolutions, which have no bias, two numbers per normalised channel, and the head."""
    total = (designs.widths[:, -1] + 1) * frame.num_classes
    for c in _convolutions(designs, frame):
        total = total + c.count * c.outputs * (c.kernel**2 * c.inputs + 2)
    return total


@checked
def activations(designs: Designs, frame: Frame) -> Int[Tensor, " n"]:
    """Numbers that the convolutions put out for one image: what memory has to move, and what time goes with."""
    total = designs.widths[:, 0] * 0
    for c in _convolutions(designs, frame):
        total = total + c.count * c.outputs * c.places
    return total


def _convolutions(designs: Designs, frame: Frame) -> Iterator[_Convolutions]:
    """All of them; a stage halves the image with the 3x3 convolution of its first block, rounding up."""
    height, width = (_strided(size, frame.stem_stride) for size in frame.image_size)
    before: Tensor | int = frame.stem_width
    yield _Convolutions(1, frame.in_channels, frame.stem_width, 3, height * width)
    inner = (designs.widths / designs.bottleneck_ratios).long()
    for i in range(designs.depths.shape[1]):
        d, w, v, g = designs.depths[:, i], designs.widths[:, i], inner[:, i], designs.group_widths[:, i]
        yield _Convolutions(1, before, v, 1, height * width)
        height, width = _strided(height, 2), _strided(width, 2)
        places = height * width
        yield _Convolutions(1, before, w, 1, places)  # the way past the first block, which changes the shape
        yield _Convolutions(d - 1, w, v, 1, places)
        yield _Convolutions(d, g, v, 3, places)
        yield _Convolutions(d, v, w, 1, places)
        before = w


def _strided(size: int, stride: int) -> int:
    return -(-size // stride)
