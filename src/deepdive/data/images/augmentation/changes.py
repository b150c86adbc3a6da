"""What a chain of random changes has drawn for one batch, applied to images, masks and boxes alike."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float32, Float64, Shaped
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number
from deepdive.data.images.augmentation._sampling import (
    Fill,
    all_inside,
    grid_parts,
    interpolated,
    nearest,
    picked,
    whole_pixels,
)
from deepdive.data.images.augmentation.colour import ColourMap
from deepdive.data.images.augmentation.geometry import Size


@dataclass(frozen=True)
class Changes:
    """What was drawn for the images of one batch; on the processor."""

    number: int
    size: Size
    matrices: Float64[Tensor, "b 3 3"] | None
    """From points of the images that come out to points of those that went in; see `geometry`."""
    colours: ColourMap | None
    holes: tuple[tuple[Bool[Tensor, "b h w"], Number], ...]
    """Where images are blanked out, with the value they get there."""
    fill: Fill

    @torch.no_grad()
    def images(self, x: Shaped[Tensor, "b c h w"]) -> Float32[Tensor, "b c h w"]:
        """The images changed: bytes, or floats in 0..1, become floats in 0..1 in memory of their own.

        Raises:
            ValueError: they are of another number, size or type than they were drawn for, or have no colours to change.
        """
        self._check("x", x, "(b, c, h, w)", formed=x.ndim == 4)
        if x.dtype not in (torch.uint8, torch.float32):
            raise ValueError(f"x is of type {x.dtype}; images must be torch.uint8, or torch.float32 in 0..1")
        if self.colours is not None and x.shape[1] not in (1, 3):
            raise ValueError(f"x has {x.shape[1]} channels; colours can be changed of 1 (grey) or 3")
        unit = 255 if x.dtype == torch.uint8 else 1
        moved = None if self.matrices is None else _Moved(self.matrices, self.size, self.fill, x.device)
        colours = None if self.colours is None else _Coloured(self.colours, x.shape[1], unit, x.device)
        out = torch.empty(x.shape, dtype=torch.float32, device=x.device)
        for rows in _parts(x):
            some = x[rows] if moved is None else moved.images(x[rows], rows)
            if colours is None:
                torch.div(some, unit, out=out[rows]).clamp_(max=1)  # interpolation rounds, also upwards
            else:
                colours.write(some.float(), rows, out[rows])
        for hole, value in self.holes:
            out.masked_fill_(hole[:, None].to(x.device), value)
        return out

    def masks(self, masks: Shaped[Tensor, "b *k h w"], *, outside: int = 0) -> Shaped[Tensor, "b *k h w"]:
        """The masks of these images moved with them: class numbers, or one mask per object, each point's nearest.

        With the fill ``zero``, ``outside`` is what points outside of an image get, e.g. a class number that a loss
        leaves out. Neither colours nor cutouts change a mask.

        Raises:
            ValueError: they are of another number or size than the images.
        """
        self._check("masks", masks, "(b, ..., h, w)", formed=masks.ndim >= 3)
        if self.matrices is None:
            return masks.clone()
        index, blank = nearest(self.matrices, self.size, self.fill)
        flat = masks.reshape(len(masks), -1, *self.size)
        blank = None if blank is None else blank.to(masks.device)
        return picked(flat, index.to(masks.device), blank, outside).view(masks.shape)

    def boxes(
        self, boxes: Float[Tensor, "b n 4"], *, visible: Number = 0.0
    ) -> tuple[Float[Tensor, "b n 4"], Bool[Tensor, "b n"]]:
        """Boxes ``(left, top, right, bottom)`` in pixels moved with these images, and which of them are left.

        A turned box becomes the upright one around it, and is cut off at the edges of the image. It is left if an
        area remains, more than the fraction ``visible`` of the whole; cutouts do not count.

        Raises:
            ValueError: they are of another number than the images, or ``visible`` is not from 0 up to but without 1.
        """
        self._check("boxes", boxes, "(b, n, 4)", formed=boxes.ndim == 3 and boxes.shape[2] == 4, sized=False)
        if not 0 <= visible < 1:
            raise ValueError(f"visible is {visible}; it must be from 0 up to but without 1")
        (h, w), b = self.size, len(boxes)
        if self.matrices is not None:
            forward = torch.linalg.inv(self.matrices)[:, :2].to(boxes.device, boxes.dtype)
            x, y = boxes[..., [0, 2, 0, 2]], boxes[..., [1, 1, 3, 3]]
            corners = torch.stack([x, y, torch.ones_like(x)], dim=-1).view(b, -1, 3) @ forward.transpose(1, 2)
            corners = corners.view(b, -1, 4, 2)
            boxes = torch.cat([corners.amin(dim=2), corners.amax(dim=2)], dim=-1)
        limit = torch.tensor([w, h, w, h], dtype=boxes.dtype, device=boxes.device)
        cut = torch.minimum(boxes.clamp(min=0), limit)
        area = _area(cut)
        return cut, (area > 0) & (area > visible * _area(boxes))

    def _check(self, name: str, x: Tensor, form: str, *, formed: bool, sized: bool = True) -> None:
        if not formed:
            raise ValueError(f"{name} has shape {tuple(x.shape)}; it must be {form}")
        if len(x) != self.number or (sized and tuple(x.shape[-2:]) != self.size):
            drawn = f"{self.number} images of {self.size[0]}x{self.size[1]}"
            raise ValueError(f"{name} has shape {tuple(x.shape)}, but the changes were drawn for {drawn}")


class _Moved:
    """The maps of the plane, ready for one device."""

    def __init__(self, matrices: Float64[Tensor, "b 3 3"], size: Size, fill: Fill, device: torch.device) -> None:
        self.fill: Fill = fill
        self.index = self.blank = None
        if whole_pixels(matrices):
            index, blank = nearest(matrices, size, fill)
            self.index, self.blank = index.to(device), None if blank is None else blank.to(device)
        else:
            self.inside = all_inside(matrices, size)
            self.parts = [part.to(device) for part in grid_parts(matrices, size)]

    def images(self, x: Tensor, rows: slice) -> Tensor:
        """Some of the images, of the type they have if nothing has to be interpolated."""
        if self.index is not None:
            return picked(x, self.index[rows], None if self.blank is None else self.blank[rows])
        by_row, by_column = self.parts
        return interpolated(x.float(), (by_row[rows], by_column[rows]), self.fill, inside=self.inside)


class _Coloured:
    """The maps of colours, ready for one device, for images in 0..unit."""

    def __init__(self, colours: ColourMap, channels: int, unit: int, device: torch.device) -> None:
        a, b = colours.a / unit, colours.b / unit
        if channels == 1:  # a grey image has three equal channels, before and after
            a, b = (each.sum(dim=2)[:, :1, None] for each in (a, b))
        self.a, self.b = a.float().to(device), b.float().to(device) if b.any() else None

    def write(self, x: Float32[Tensor, "b c h w"], rows: slice, out: Float32[Tensor, "b c h w"]) -> None:
        """Put some of the images, changed and cut to 0..1, into ``out``."""
        torch.bmm(self.a[rows], x.flatten(2), out=out.flatten(2))
        if self.b is not None:
            out += (self.b[rows] @ x.mean(dim=(2, 3))[:, :, None])[..., None]
        out.clamp_(0, 1)


def _parts(x: Tensor) -> Iterator[slice]:
    """On a processor so many images at once that they stay in its cache from one step to the next; else all."""
    step = len(x)
    if x.device.type == "cpu":
        step = max(1, _CACHED // max(1, x[0].numel())) if len(x) else 1
    return (slice(i, i + step) for i in range(0, len(x), step))


def _area(boxes: Float[Tensor, "b n 4"]) -> Float[Tensor, "b n"]:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(dim=-1)


_CACHED = 2**20  # numbers
