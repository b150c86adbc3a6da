"""One image file as a tensor: whatever its format, size, depth, orientation or transparency."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image, ImageChops, ImageOps
from torch import Tensor

from deepdive.data.images.memory import NamedImage
from deepdive.data.images.spec import ImageSpec

_GREY_MODES = ("1", "L", "LA", "La", "I", "F")
_WIDTH, _HEIGHT, _ORIENTATION = 0x0100, 0x0101, 0x0112
_TURNED, _SIDEWAYS = range(2, 9), range(5, 9)

FORMATS: dict[str, tuple[str, ...]] = {
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "JPEG": (".jpeg", ".jpg"),
    "PNG": (".png",),
    "PPM": (".pbm", ".pgm", ".ppm"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
"""The formats that are read, by Pillow's names, and how their files are called.

What a file holds counts, and not its name; Pillow knows more formats, some of which it hands to other programs."""

Fit = Literal["pad", "crop"]
"""How an image of other proportions gets a size: whole and padded, or filling it and cut to its centre."""


class ImageError(ValueError):
    """A file is no image, is damaged, or has a form that has no 8-bit equivalent."""


def read_image(
    path: Path | NamedImage,
    spec: ImageSpec,
    *,
    content: bytes | None = None,
    invert: Literal["auto", "yes", "no"] = "auto",
    fit: Fit = "pad",
) -> tuple[UInt8[Tensor, "c h w"], list[str]]:
    """An image in the form that a network was trained on, and in words what was done to it.

    The image is turned as its EXIF data says, laid on a plain ground where it is transparent, converted to the
    channels of ``spec``, resized to fit and padded with the colour of its border, or with ``fit="crop"`` resized
    to fill and cut to its centre. ``auto`` inverts it where the network knows grey images of one background and
    this one's border shows the other. Of an image in an archive, ``content`` is what its file holds.

    Raises:
        FileNotFoundError: there is no such file.
        ImageError: it is no image that can be read.

    """
    size = spec.height, spec.width
    pixels, notes = decode_image(path, content=content, channels=spec.channels, size=size, fit=fit)
    background = "light" if _border(pixels).median() > 127 else "dark"
    if invert == "yes":
        return 255 - pixels, [*notes, "inverted"]
    if invert == "auto" and spec.background not in (None, background):
        return 255 - pixels, [*notes, f"inverted: {background} background, trained on {spec.background}"]
    return pixels, notes


def decode_image(
    path: Path | NamedImage,
    *,
    content: bytes | None = None,
    channels: int | None = None,
    size: tuple[int, int] | None = None,
    fit: Fit = "pad",
) -> tuple[UInt8[Tensor, "c h w"], list[str]]:
    """The pixels of an image file, and in words what was done to them.

    Args:
        path: a file of one of the `FORMATS`, or an image in memory; of several frames, the first counts.
        content: what the file holds, where it is no file of its own but lies in an archive; ``path`` then only
            names it in errors.
        channels: 1 (grey) or 3 (colour); by default what the file has.
        size: height and width to bring it to; by default its own.
        fit: ``pad`` keeps all of the image, centred, on the colour of its border; ``crop`` fills the size and
            cuts what stands out, on both sides alike. Proportions are kept either way.

    Raises:
        FileNotFoundError: there is no such file.
        ImageError: it is no image that can be read.
        ValueError: ``fit`` is neither.

    """
    if fit not in ("pad", "crop"):
        raise ValueError(f"fit is {fit!r}; it must be 'pad' or 'crop'")
    with _opened(path, content) as image:
        return _decode(image, channels, size, fit)


def image_form(path: Path, *, content: bytes | None = None) -> tuple[int, int, int]:
    """Channels, height and width of an image, from its header alone.

    Raises:
        FileNotFoundError: there is no such file.
        ImageError: it is no image that can be read.

    """
    with _opened(path, content) as image:
        w, h = _upright_size(image)
        return _channels(image), h, w


@contextmanager
def _opened(path: Path | NamedImage, content: bytes | None) -> Iterator[Image.Image]:
    """The image; whatever goes wrong with it inside the block is told with the file's name and the reason."""
    if isinstance(path, NamedImage):
        try:
            yield path.image.copy()
        except Exception as error:  # as of a file
            raise ImageError(f"{path.path} cannot be read: {_reason(error)}") from error
        return
    if content is None and path.is_dir():
        raise ImageError(f"{path} is a folder; an image is a file: {', '.join(FORMATS)}")
    if content is None and not path.is_file():
        raise FileNotFoundError(f"no such image: {path}")
    if (path.stat().st_size if content is None else len(content)) == 0:
        raise ImageError(f"{path} is empty")
    try:
        with Image.open(path if content is None else io.BytesIO(content), formats=[*FORMATS]) as image:
            yield image
    except Exception as error:  # A damaged file may fail anywhere inside its decoder.
        raise ImageError(f"{path} cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> object:
    if isinstance(error, Image.UnidentifiedImageError):
        return f"not an image in a known format ({', '.join(FORMATS)})"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"it is too large, or only says so to exhaust memory (a decompression bomb); scale it down: {error}"
    return error


def _decode(
    image: Image.Image, channels: int | None, size: tuple[int, int] | None, fit: Fit
) -> tuple[UInt8[Tensor, "c h w"], list[str]]:
    notes: list[str] = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append(f"first of {getattr(image, 'n_frames', 1)} frames")
    original_channels, (original_w, original_h) = _channels(image), _upright_size(image)
    channels = channels or original_channels
    mode = "L" if channels == 1 else "RGB"
    if size and image.format == "JPEG" and (channels == 1 or original_w > 2 * size[1]):
        # JPEG decodes to a fraction of its size at a fraction of the cost; twice the target leaves room to smooth.
        image.draft(mode, (2 * size[1], 2 * size[0]))
    upright = image
    if _orientation(image) in _TURNED:
        notes.append("turned as its EXIF data says")
        image.load()
        # Pillow turns a TIFF while it loads, and then forgets the orientation
        if image.format != "TIFF" or _ORIENTATION in _tags(image):
            upright = ImageOps.exif_transpose(image)
    plain = _without_alpha(_true_ink(_eight_bits(upright, notes), image), notes)
    plain = plain if plain.mode == mode else plain.convert(mode)
    if channels < original_channels:
        notes.append("converted from colour to grey")
    if size and size != (original_h, original_w):
        plain = _fitted(plain, (size[1], size[0]), (original_w, original_h), fit, notes)
    pixels = np.asarray(plain)[None] if channels == 1 else np.asarray(plain).transpose(2, 0, 1)
    return torch.from_numpy(np.array(pixels, order="C")), notes  # (c, h, w)


def _orientation(image: Image.Image) -> int:
    return image.getexif().get(_ORIENTATION, 1)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of the image when it is turned as its EXIF data says."""
    tags = _tags(image)  # Of a TIFF, some versions of Pillow have turned the size already, and some have not.
    w, h = (tags[_WIDTH], tags[_HEIGHT]) if image.format == "TIFF" else image.size
    return (h, w) if _orientation(image) in _SIDEWAYS else (w, h)


def _tags(image: Image.Image) -> Mapping[int, Any]:
    """Those of a TIFF."""
    return getattr(image, "tag_v2", {})


def _true_ink(image: Image.Image, opened: Image.Image) -> Image.Image:
    """The four inks of a JPEG the right way round.

    Pillow reads every CMYK JPEG as Adobe writes them, inverted; those without Adobe's marker are not.
    """
    if image.mode == "CMYK" and opened.format == "JPEG" and "adobe" not in opened.info:
        return ImageChops.invert(image)
    return image


def _channels(image: Image.Image) -> int:
    return 1 if image.mode in _GREY_MODES or image.mode.startswith("I;16") else 3


def _eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode == "F":
        raise ValueError("it holds floating-point numbers; save it with 8 or 16 bits per channel")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("it holds more than 16 bits per pixel; save it with 8 or 16")
    notes.append("reduced from 16 to 8 bits")
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))  # 65535 / 255 = 257


def _without_alpha(image: Image.Image, notes: list[str]) -> Image.Image:
    if "A" not in image.getbands() and "a" not in image.getbands() and "transparency" not in image.info:
        return image
    rgba = image.convert("RGBA")
    alpha = np.asarray(rgba.getchannel("A"), dtype=np.float64)
    if alpha.min() == 255:
        return rgba.convert("RGB")
    # The ground is the one on which what can be seen stands out.
    brightness = np.average(np.asarray(rgba.convert("L")), weights=alpha) if alpha.any() else 0
    ground = "black" if brightness > 127 else "white"
    notes.append(f"transparent parts made {ground}")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, ground), rgba)


def _fitted(
    image: Image.Image, size: tuple[int, int], original: tuple[int, int], fit: Fit, notes: list[str]
) -> Image.Image:
    """Resized into ``size`` (width, height) and padded with the colour of its border, or resized over it and cut."""
    ratios = size[0] / original[0], size[1] / original[1]
    scale = min(ratios) if fit == "pad" else max(ratios)
    w, h = (max(1, round(scale * length)) for length in original)
    resized = image.resize((w, h), Image.Resampling.BILINEAR, reducing_gap=3.0)
    note = f"resized {original[0]}x{original[1]} to {w}x{h}"
    if (w, h) == size:
        notes.append(note)
        return resized
    left, top = (size[0] - w) // 2, (size[1] - h) // 2
    if fit == "crop":
        notes.append(f"{note}, cropped to {size[0]}x{size[1]}")
        return resized.crop((-left, -top, size[0] - left, size[1] - top))
    notes.append(f"{note}, padded to {size[0]}x{size[1]}")
    pixels = np.asarray(resized)
    border = np.concatenate([pixels[[0, -1]].reshape(2 * w, -1), pixels[:, [0, -1]].reshape(2 * h, -1)])
    colour = np.median(border, axis=0).astype(int).tolist()
    canvas = Image.new(image.mode, size, tuple(colour) if image.mode == "RGB" else colour[0])
    canvas.paste(resized, (left, top))
    return canvas


def _border(pixels: UInt8[Tensor, "c h w"]) -> UInt8[Tensor, " n"]:
    return torch.cat([pixels[:, [0, -1], :].flatten(), pixels[:, :, [0, -1]].flatten()])
