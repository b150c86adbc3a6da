"""Flip, resized crop and jitter of 256 colour images of 96x96: a batch at once against one by one with Pillow.

Both sides run in this process, begin with bytes in memory, draw their random numbers, and end with one float tensor
``(256, 3, 96, 96)`` in 0..1; neither decodes a file. The jitter is D2L's: brightness, contrast, saturation and
hue. Pillow's side does what a data set of single images does: flip, crop and resize (bilinear), the first three by
ImageEnhance, the hue by way of HSV, to a float tensor, stacked at the end. A loop over images has one thread, a batch
as many as torch has; a row with one for both follows. The hue is half of Pillow's time and costs the batch nothing, so
there is a row without it, too. Where other programs keep the cores busy, measure with OMP_NUM_THREADS=1.
"""

import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch import Tensor

from benchmarks._table import Row, seconds, show, speed_ratio
from deepdive.data.images.augmentation import Augmentation, ColorJitter, HorizontalFlip, PadAndCrop, RandomResizedCrop

AREA, RATIO, STRENGTH, HUE = (0.25, 1.0), (3 / 4, 4 / 3), 0.4, 0.1


def rows() -> Iterator[Row]:
    threads = torch.get_num_threads()
    yield jitter(f"flip, resized crop, jitter of 256x3x96x96, threads: {threads}", HUE, 10)
    torch.set_num_threads(1)
    try:
        yield jitter("the same, threads: 1", HUE, 8)
        yield jitter("the same without hue, threads: 1", 0.0, 3)
        yield flip_and_shift()
    finally:
        torch.set_num_threads(threads)


def jitter(name: str, hue: float, target: float) -> Row:
    images, arrays = random_images(96)
    generator = torch.Generator().manual_seed(0)
    colours = ColorJitter(STRENGTH, STRENGTH, STRENGTH, hue)
    chain = Augmentation([HorizontalFlip(), RandomResizedCrop(AREA, RATIO), colours])
    return speed_ratio(
        name,
        lambda: steady(lambda: chain(images, generator)),
        lambda: steady(lambda: torch.stack([one_by_one(array, hue) for array in arrays])),
        target,
    )


def flip_and_shift() -> Row:
    images, arrays = random_images(32)
    generator = torch.Generator().manual_seed(0)
    chain = Augmentation([HorizontalFlip(), PadAndCrop(2)])
    return speed_ratio(
        "flip, pad and crop of 256x3x32x32, threads: 1",
        lambda: steady(lambda: chain(images, generator)),
        lambda: steady(lambda: torch.stack([shifted(array) for array in arrays])),
        5,
    )


def steady(work: Callable[[], object]) -> float:
    """Seconds of one batch among many, as in training: the first one also obtains its memory from the system."""
    return statistics.median(seconds(work) for _ in range(3))


def random_images(side: int) -> tuple[Tensor, list[np.ndarray]]:
    """The same random bytes as one tensor, and as one array per image, channels last."""
    images = torch.randint(0, 256, (256, 3, side, side), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return images, list(images.permute(0, 2, 3, 1).contiguous().numpy())


def one_by_one(array: np.ndarray, hue: float) -> Tensor:
    image = Image.fromarray(array)
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    size = image.size
    image = image.crop(any_box(*size)).resize(size, Image.Resampling.BILINEAR)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(random.uniform(1 - STRENGTH, 1 + STRENGTH))
    if hue:
        image = turned(image, random.uniform(-hue, hue))
    return to_tensor(image)


def turned(image: Image.Image, turns: float) -> Image.Image:
    """The hue of every pixel, a byte in HSV, shifted round; torchvision does the same."""
    hue, saturation, value = image.convert("HSV").split()
    hue = Image.fromarray(np.array(hue) + np.uint8(round(255 * turns) % 256))
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def shifted(array: np.ndarray) -> Tensor:
    image = Image.fromarray(np.pad(array, ((2, 2), (2, 2), (0, 0)), "symmetric"))
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    left, top = random.randint(0, 4), random.randint(0, 4)
    return to_tensor(image.crop((left, top, left + 32, top + 32)))


def any_box(width: int, height: int) -> tuple[int, int, int, int]:
    """A box of random area and proportions, in whole pixels, as libraries draw it."""
    for _ in range(10):
        area = width * height * random.uniform(*AREA)
        ratio = math.exp(random.uniform(math.log(RATIO[0]), math.log(RATIO[1])))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if w <= width and h <= height:
            left, top = random.randint(0, width - w), random.randint(0, height - h)
            return left, top, left + w, top + h
    return 0, 0, width, height


def to_tensor(image: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div(255)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
