"""What a network was shown: enough to bring a new image into the same form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor
from torch.nn.functional import interpolate

from deepdive.data.types import Batch


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """The form of the images of a data set, kept beside a trained network.

    ``image_float = (image_uint8 / 255 - mean) / std`` per channel.
    """

    channels: int
    """1 (grey) or 3 (red, green, blue)."""
    height: int
    width: int
    labels: tuple[str, ...]
    """Names of the classes in the order of their numbers."""
    mean: tuple[float, ...]
    """Subtracted, one number per channel, in the range 0..1."""
    std: tuple[float, ...]
    """Divided by, one number per channel."""
    background: Literal["dark", "light"] | None = None
    """What lies behind the object in grey images; ``None`` for colour images and mixed backgrounds."""

    def to_json(self) -> dict[str, Any]:
        """The specification as values that JSON has."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ImageSpec":
        """The specification that `to_json` wrote.

        Raises:
            ValueError: a value is missing or of the wrong type; names it.

        """
        return msgspec.convert(values, cls)  # its ValidationError is a ValueError

    def to_float(self, images: UInt8[Tensor, "b c h w"]) -> Float32[Tensor, "b c height width"]:
        """What the network gets: scaled to 0..1, resized to this height and width, then standardised."""
        return self.standardized_(self.resized(scaled(images)))

    def batch_to_float(self, batch: Batch, generator: torch.Generator | None = None) -> Batch:
        """A batch with its first field, byte images, as the network gets them: a loader's transform."""
        images, *others = batch
        return self.to_float(images), *others

    def resized(self, x: Float32[Tensor, "b c h w"]) -> Float32[Tensor, "b c height width"]:
        """Images of this height and width; themselves if they have it."""
        if x.shape[-2:] == (self.height, self.width):
            return x
        return interpolate(x, (self.height, self.width), mode="bilinear", antialias=True)

    def standardized_(self, x: Float32[Tensor, "b c height width"]) -> Float32[Tensor, "b c height width"]:
        """``(x - mean) / std`` of images in 0..1, in their own memory."""
        if any(self.mean) or any(s != 1 for s in self.std):
            x = x.sub_(_per_channel(self.mean, x.device)).div_(_per_channel(self.std, x.device))
        return x


def scaled(images: UInt8[Tensor, "b c h w"]) -> Float32[Tensor, "b c h w"]:
    """Bytes as numbers from 0 to 1, in memory of their own."""
    return images.to(torch.float32).div_(255)


@lru_cache(maxsize=64)
def _per_channel(values: tuple[float, ...], device: torch.device) -> Float32[Tensor, "c 1 1"]:
    """A constant on its device: sent there once and not with every batch."""
    return torch.tensor(values, dtype=torch.float32, device=device)[:, None, None]


def background_of(images: UInt8[Tensor, "n c h w"]) -> Literal["dark", "light"] | None:
    """``dark`` or ``light`` where four in five grey images agree, by the median of their border.

    A border is light above 127; colour images have no such background.
    """
    if images.shape[1] != 1:
        return None
    rows, columns = images[..., [0, -1], :].flatten(1), images[..., [0, -1]].flatten(1)
    light = torch.cat([rows, columns], dim=1).median(dim=1).values > 127
    share = light.float().mean().item()
    return "light" if share >= 0.8 else "dark" if share <= 0.2 else None
