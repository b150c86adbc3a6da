import io
import random
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.decode import ImageError, decode_image, image_form, read_image
from deepdive.data.images.spec import ImageSpec

from .saving import COLOUR, GREY, save


def spec(channels=1, size=28, background="dark"):
    mean, std = (0.0,) * channels, (1.0,) * channels
    return ImageSpec(channels, size, size, ("a", "b"), mean, std, background)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "pgm"])
def test_lossless_grey_images_come_as_they_are(suffix, tmp_path):
    pixels, notes = decode_image(save(Image.fromarray(GREY), tmp_path / f"a.{suffix}"))
    assert torch.equal(pixels, torch.from_numpy(GREY)[None])
    assert notes == []


def test_sixteen_bits_become_eight(tmp_path):
    wide = np.array([[0, 257, 65535, 32896, 128, 129]], dtype=np.uint16)
    pixels, notes = decode_image(save(Image.fromarray(wide), tmp_path / "a.png"))
    assert pixels.flatten().tolist() == [0, 1, 255, 128, 0, 1]
    assert notes == ["reduced from 16 to 8 bits"]


def test_floating_point_and_32_bits_are_refused(tmp_path):
    real = save(Image.fromarray(np.zeros((2, 2), np.float32)), tmp_path / "real.tiff")
    with pytest.raises(ImageError, match=r"real\.tiff cannot be read: it holds floating-point numbers"):
        decode_image(real)
    wide = save(Image.fromarray(np.full((2, 2), 1 << 20, np.int32)), tmp_path / "wide.tiff")
    with pytest.raises(ImageError, match="more than 16 bits"):
        decode_image(wide)


def test_of_several_frames_the_first_counts(tmp_path):
    frames = [Image.new("L", (4, 4), colour) for colour in (10, 200, 90)]
    path = save(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    pixels, notes = decode_image(path, channels=1)
    assert set(pixels.flatten().tolist()) == {10}
    assert notes[0] == "first of 3 frames"


@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jpg"])
@pytest.mark.parametrize("orientation", range(10))
def test_images_are_turned_as_their_exif_data_says(orientation, suffix, tmp_path):
    """Against the definition of the eight orientations: where the first row and column of the file belong."""
    upright = np.zeros((16, 32, 3), dtype=np.uint8)
    upright[:8, :8], upright[:8, 24:], upright[8:, :8] = (250, 20, 20), (20, 250, 20), (20, 20, 250)
    undo = {
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo.get(orientation, lambda a: a)(upright))
    lossless = {"webp": {"lossless": True}, "jpg": {"quality": 100, "subsampling": 0}}.get(suffix, {})
    path = save(Image.fromarray(stored), tmp_path / f"a.{suffix}", exif=exif, **lossless)
    turned = ["turned as its EXIF data says"] if orientation in undo else []
    loss = 30 if suffix == "jpg" else 0
    pixels, notes = decode_image(path)
    assert np.abs(pixels.permute(1, 2, 0).numpy().astype(int) - upright).max() <= loss
    assert notes == turned
    assert image_form(path) == (3, 16, 32)
    for fit in ("pad", "crop"):
        small, notes = decode_image(path, size=(8, 16), fit=fit)
        assert (
            np.abs(small[:, [1, 1, 6], [1, 14, 1]].T.numpy().astype(int) - upright[[1, 1, 14], [1, 30, 1]]).max()
            <= loss
        )
        assert notes == [*turned, "resized 32x16 to 16x8"]
    assert decode_image(path, size=(16, 32))[1] == turned


def test_proportions_are_kept_and_the_border_goes_on(tmp_path):
    wide = np.full((20, 40), 200, np.uint8)
    wide[8:12, 16:24] = 0
    pixels, notes = decode_image(save(Image.fromarray(wide), tmp_path / "a.png"), size=(10, 10))
    assert notes == ["resized 40x20 to 10x5, padded to 10x10"]
    assert set(pixels[0, [0, 1, 8, 9]].flatten().tolist()) == {200}
    assert pixels[0, 4, 5] < 100
    assert pixels.shape == (1, 10, 10)


def test_resizing_to_the_same_proportions_is_plain(tmp_path):
    pixels, notes = decode_image(save(Image.fromarray(GREY), tmp_path / "a.png"), size=(4, 4))
    assert notes == ["resized 8x8 to 4x4"]
    reference = torch.nn.functional.interpolate(
        torch.from_numpy(GREY)[None, None].float(), (4, 4), mode="bilinear", antialias=True
    )
    assert (pixels - reference[0]).abs().max() <= 1


def test_large_jpegs_are_decoded_at_a_fraction_of_their_size(tmp_path):
    """The same image, within the loss of the format."""
    ramp = np.linspace(0, 255, 800 * 600).reshape(600, 800).astype(np.uint8)
    jpeg = save(Image.fromarray(ramp), tmp_path / "a.jpg", quality=95)
    png = save(Image.fromarray(ramp), tmp_path / "a.png")
    (a, a_notes), (b, b_notes) = (decode_image(path, size=(30, 40)) for path in (jpeg, png))
    assert (a.int() - b.int()).abs().max() <= 3
    assert a_notes == b_notes == ["resized 800x600 to 40x30"]


def on(background, ink):
    pixels = np.full((28, 28), background, np.uint8)
    pixels[8:20, 8:20] = ink
    return Image.fromarray(pixels)


def test_an_image_is_inverted_to_the_background_of_the_training_images(tmp_path):
    dark, light = save(on(0, 255), tmp_path / "dark.png"), save(on(255, 0), tmp_path / "light.png")
    expected = torch.from_numpy(np.array(on(0, 255)))[None]
    for path in (dark, light):
        assert torch.equal(read_image(path, spec())[0], expected)
    assert read_image(dark, spec())[1] == []
    assert read_image(light, spec())[1] == ["inverted: light background, trained on dark"]
    assert read_image(dark, spec(background="light"))[1] == ["inverted: dark background, trained on light"]
    assert read_image(light, spec(background=None))[1] == []


def test_inverting_can_be_ordered(tmp_path):
    path = save(on(255, 0), tmp_path / "a.png")
    assert read_image(path, spec(), invert="no")[0][0, 0, 0] == 255
    pixels, notes = read_image(path, spec(background="light"), invert="yes")
    assert pixels[0, 0, 0] == 0
    assert notes == ["inverted"]


def test_an_image_gets_the_form_of_the_spec(tmp_path):
    path = save(Image.fromarray(COLOUR), tmp_path / "a.png")
    assert read_image(path, spec(1, 28))[0].shape == (1, 28, 28)
    assert read_image(path, spec(3, 32, None))[0].shape == (3, 32, 32)


def test_what_is_no_image_is_named(tmp_path):
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(ImageError, match=r"empty\.png is empty"):
        read_image(tmp_path / "empty.png", spec())
    with pytest.raises(ImageError, match=r"text\.png cannot be read: not an image in a known format"):
        read_image(tmp_path / "text.png", spec())
    with pytest.raises(ImageError, match=r"text\.png cannot be read: not an image"):
        image_form(tmp_path / "text.png")
    with pytest.raises(ImageError, match=r"empty\.png is empty"):
        image_form(tmp_path / "empty.png")
    with pytest.raises(FileNotFoundError, match=r"no such image: .*gone\.png"):
        read_image(tmp_path / "gone.png", spec())
    with pytest.raises(ImageError, match=rf"{tmp_path} is a folder; an image is a file: BMP, GIF, JPEG"):
        read_image(tmp_path, spec())


def test_an_image_too_large_to_be_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ImageError, match=r"a\.png cannot be read: it is too large, or .*decompression bomb\); scale"):
        decode_image(save(Image.fromarray(GREY), tmp_path / "a.png"))
    with pytest.raises(ImageError, match=r"a\.png cannot be read: .*decompression bomb"):
        image_form(tmp_path / "a.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_damaged_files_raise_nothing_else(kind, tmp_path):
    """Cut anywhere, or with bytes changed anywhere: pixels or a clear error, never another exception."""
    buffer = io.BytesIO()
    Image.fromarray(COLOUR).resize((40, 40)).save(buffer, kind)
    whole, dice = buffer.getvalue(), random.Random(0)
    path = Path(tmp_path, "a.png")
    refused = 0
    for _ in range(60):
        content = bytearray(whole[: dice.randrange(1, len(whole))] if dice.random() < 0.5 else whole)
        for _ in range(dice.randrange(4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        path.write_bytes(content)
        try:
            decode_image(path, channels=3, size=(8, 8))
        except ImageError:
            refused += 1
    assert refused >= 10


def test_the_content_of_an_archive_is_decoded_as_a_file_is(tmp_path):
    path = save(Image.fromarray(COLOUR), tmp_path / "a.png")
    nowhere = Path("pets.zip", "a.png")
    pixels, notes = decode_image(nowhere, content=path.read_bytes(), size=(4, 4))
    assert torch.equal(pixels, decode_image(path, size=(4, 4))[0])
    assert notes == ["resized 6x8 to 3x4, padded to 4x4"]
    assert image_form(nowhere, content=path.read_bytes()) == (3, 8, 6)
    with pytest.raises(ImageError, match=r"pets\.zip/a\.png is empty"):
        decode_image(nowhere, content=b"")
    with pytest.raises(ImageError, match=r"pets\.zip/a\.png cannot be read: not an image"):
        decode_image(nowhere, content=b"text")


@pytest.mark.parametrize(
    ("shape", "size"), [((20, 40), (10, 10)), ((41, 20), (10, 10)), ((9, 5), (4, 7)), ((6, 8), (3, 4))]
)
def test_cropping_fills_the_size_with_the_centre(shape, size, tmp_path):
    """Each pixel of a ramp, resized without smoothing effects, says where it came from."""
    y, x = np.indices(shape)
    ramps = np.stack([y * 255 / max(shape), x * 255 / max(shape), 0 * x], axis=-1).round().astype(np.uint8)
    pixels, notes = decode_image(save(Image.fromarray(ramps), tmp_path / "a.png"), size=size, fit="crop")
    assert pixels.shape == (3, *size)
    scale = max(size[0] / shape[0], size[1] / shape[1])
    for axis in (0, 1):
        centre = (np.arange(size[axis]) + 0.5 - size[axis] / 2) / scale + shape[axis] / 2 - 0.5
        found = pixels[axis].double().mean(dim=1 - axis).numpy() * max(shape) / 255
        inner = slice(1, -1)  # The border of an image has nothing behind it to be smoothed with.
        assert np.abs(found - centre)[inner].max() <= 1.1
    same = shape[0] * size[1] == shape[1] * size[0]
    assert ("cropped to" in notes[0]) is not same


def test_a_fit_that_is_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    path = save(Image.fromarray(COLOUR), tmp_path / "a.png")
    with pytest.raises(ValueError, match="fit is 'squeeze'; it must be 'pad' or 'crop'"):
        decode_image(path, size=(4, 4), fit="squeeze")


def test_an_image_may_be_cut_to_the_form_of_the_spec(tmp_path):
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    pixels, notes = read_image(save(Image.fromarray(wide), tmp_path / "a.png"), spec(3, 10, None), fit="crop")
    assert pixels.min() == 255
    assert notes == ["resized 30x10 to 30x10, cropped to 10x10"]


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_is_cut_off_is_an_error_and_no_grey_half(progressive, tmp_path):
    """Without the two bytes that mark its end, all pixels may still be there; with fewer bytes they are not."""
    buffer, path = io.BytesIO(), tmp_path / "a.jpg"
    Image.fromarray(COLOUR).resize((60, 80)).save(buffer, "JPEG", progressive=progressive)
    whole = buffer.getvalue()
    for length in [*range(1, len(whole), 41), len(whole) - 3]:
        path.write_bytes(whole[:length])
        with pytest.raises(ImageError, match=r"a\.jpg cannot be read: \w"):
            decode_image(path)
