"""Images that are in memory: arrays, tensors and Pillow's own, as if each were a file."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

_CHANNELS = (1, 3, 4)


@dataclass(frozen=True, eq=False, slots=True)
class NamedImage:
    """An image in memory, and what it is called where a file has its path."""

    path: Path
    """A name, such as ``image 1``; no file."""
    image: Image.Image


def is_image_value(value: object) -> bool:
    """Whether it is one of the kinds that `images_in` takes."""
    return isinstance(value, Image.Image | np.ndarray | Tensor)


def images_in(value: Any, first: int = 1) -> Iterator[NamedImage]:
    """The images that an array, a tensor or an image of Pillow holds, called ``image 1``, ``image 2``, ...

    Args:
        value: Pillow's image of any mode, or pixels: bytes, or floats from 0 to 1. Of two axes they are grey,
            ``(height, width)``; of three, the last or the first has 1, 3 or 4 channels (if both could: the first of a
            tensor, the last of an array); of four they are several such.
        first: number of the first image.

    Raises:
        ValueError: pixels have another shape, or are out of their range.
        TypeError: it is neither of these, or pixels are of another type.

    """
    if isinstance(value, Image.Image):
        yield NamedImage(Path(f"image {first}"), value)
        return
    channels_first = isinstance(value, Tensor)
    if isinstance(value, Tensor):
        value = value.detach().cpu().numpy()
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"an image must be a file, an array, a tensor or an image of Pillow, got {type(value).__name__}"
        )
    for number, pixels in enumerate(value if value.ndim == 4 else [value], start=first):
        yield NamedImage(Path(f"image {number}"), Image.fromarray(_pixels(pixels, f"image {number}", channels_first)))


def _pixels(array: np.ndarray, name: str, channels_first: bool) -> np.ndarray:
    """Bytes of shape ``(h, w)`` or ``(h, w, channels)``; where both ends may be channels, ``channels_first`` counts."""
    pixels = _bytes(array, name)
    first, last = (pixels.ndim == 3 and pixels.shape[axis] in _CHANNELS for axis in (0, -1))
    if first and (channels_first or not last):
        pixels = pixels.transpose(1, 2, 0)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in _CHANNELS)) or not pixels.size:
        raise ValueError(
            f"{name} must have the shape (height, width), (height, width, channels) or (channels, height, width) with "
            f"1, 3 or 4 channels, and several images one axis more, got {array.shape}"
        )
    return np.ascontiguousarray(pixels)


def _bytes(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype == np.uint8 or not array.size:
        return array
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255)
    floats = np.issubdtype(array.dtype, np.floating)
    if not (floats or np.issubdtype(array.dtype, np.integer)):
        raise TypeError(f"{name} must hold bytes or floats, got {array.dtype}")
    least, most = array.min(), array.max()
    if floats:
        if not (0 <= least and most <= 1):  # NaN is neither
            raise ValueError(f"{name} must hold floats from 0 to 1, or bytes, got floats from {least:g} to {most:g}")
        return np.rint(array * 255).astype(np.uint8)
    if not (0 <= least and most <= 255):
        raise ValueError(f"{name} must hold integers from 0 to 255, got some from {least} to {most}")
    return array.astype(np.uint8)


def png_of(image: UInt8[Tensor, "c h w"]) -> bytes:
    """An image of 1 or 3 channels as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(_pixels(image.cpu().numpy(), "image", True)).save(buffer, "PNG")
    return buffer.getvalue()
