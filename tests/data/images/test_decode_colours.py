"""Colours of an image file: channels, palettes, inks, and what cannot be seen."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.decode import decode_image, image_form

from .saving import COLOUR, GREY, save


def test_colour_images_come_channels_first(tmp_path):
    path = save(Image.fromarray(COLOUR), tmp_path / "a.png")
    assert torch.equal(decode_image(path)[0], torch.from_numpy(COLOUR).permute(2, 0, 1))
    assert image_form(path) == (3, 8, 6)


def test_colour_to_grey_is_luma_and_is_told(tmp_path):
    pixels, notes = decode_image(save(Image.fromarray(COLOUR), tmp_path / "a.png"), channels=1)
    luma = COLOUR @ np.array([0.299, 0.587, 0.114])  # ITU-R 601-2
    assert np.abs(pixels[0].numpy() - luma).max() <= 1
    assert notes == ["converted from colour to grey"]


def test_grey_to_colour_is_the_same_plane_thrice(tmp_path):
    pixels, _ = decode_image(save(Image.fromarray(GREY), tmp_path / "a.png"), channels=3)
    assert torch.equal(pixels, torch.from_numpy(GREY).expand(3, 8, 8))


def test_palettes_are_looked_up(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([1, 0])
    assert decode_image(save(image, tmp_path / "a.png"))[0][:, 0].T.tolist() == [[0, 0, 255], [255, 0, 0]]


@pytest.mark.parametrize(("ink", "ground"), [(0, "white"), (255, "black")])
def test_what_is_transparent_gets_a_ground_on_which_the_rest_stands_out(ink, ground, tmp_path):
    image = Image.new("LA", (9, 9), (255 - ink if ink else 0, 0))
    image.paste((ink, 255), (3, 3, 6, 6))
    pixels, notes = decode_image(save(image, tmp_path / "a.png"), channels=1)
    assert pixels[0, 4, 4] == ink
    assert pixels[0, 0, 0] == 255 - ink
    assert notes == [f"transparent parts made {ground}"]


def test_an_opaque_alpha_channel_changes_nothing(tmp_path):
    image = Image.fromarray(COLOUR)
    image.putalpha(255)
    pixels, notes = decode_image(save(image, tmp_path / "a.png"))
    assert torch.equal(pixels, torch.from_numpy(COLOUR).permute(2, 0, 1))
    assert notes == []


INKS = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0]], [[0, 0, 255, 0], [0, 0, 0, 255], [60, 120, 180, 40]]])


@pytest.mark.parametrize("adobe", [True, False], ids=["inverted, as Adobe writes it", "as the standard has it"])
def test_four_inks_are_the_right_way_round(adobe, tmp_path):
    """Against the definition R = (255 - C)(255 - K) / 255, and so on, of blocks of one colour each."""
    inks = INKS.astype(np.uint8).repeat(16, 0).repeat(16, 1)
    buffer = io.BytesIO()
    image = Image.frombytes("CMYK", (48, 32), (inks if adobe else 255 - inks).tobytes())
    image.save(buffer, "JPEG", quality=100)
    content = buffer.getvalue()
    marker = content.index(b"\xff\xee")  # Pillow writes as Adobe does, and says so.
    if not adobe:
        content = content[:marker] + content[marker + 2 + int.from_bytes(content[marker + 2 : marker + 4]) :]
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    pixels, notes = decode_image(path)
    expected = (255 - INKS[..., :3]) * (255 - INKS[..., 3:]) / 255
    assert np.abs(pixels[:, 8::16, 8::16].permute(1, 2, 0).numpy() - expected).max() <= 3
    assert notes == []
    assert image_form(path) == (3, 32, 48)


def test_inks_of_other_formats_are_not_touched(tmp_path):
    image = Image.frombytes("CMYK", (3, 2), INKS.astype(np.uint8).tobytes())
    pixels, _ = decode_image(save(image, tmp_path / "a.tiff"))
    expected = (255 - INKS[..., :3]) * (255 - INKS[..., 3:]) / 255
    assert np.abs(pixels.permute(1, 2, 0).numpy() - expected).max() <= 1


@pytest.mark.parametrize("kind", ["palette", "colour key", "grey key"])
def test_a_transparent_colour_gets_the_ground_and_no_other(kind, tmp_path):
    """Pixels red, blue, red (or dark, light, dark), where blue (or light) is what cannot be seen."""
    if kind == "palette":
        image = Image.new("P", (3, 1))
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.putdata([0, 1, 0])
        path = save(image, tmp_path / "a.png", transparency=1)
    elif kind == "colour key":
        image = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255], [255, 0, 0]]], np.uint8))
        path = save(image, tmp_path / "a.png", transparency=(0, 0, 255))
    else:
        path = save(Image.fromarray(np.array([[76, 250, 76]], np.uint8)), tmp_path / "a.png", transparency=250)
    pixels, notes = decode_image(path, channels=3)
    seen = [76, 76, 76] if kind == "grey key" else [255, 0, 0]
    assert pixels[:, 0].T.tolist() == [seen, [255, 255, 255], seen]
    assert notes == ["transparent parts made white"]


def test_half_transparent_pixels_are_mixed_with_the_ground(tmp_path):
    image = Image.fromarray(np.array([[[40, 80, 120, 255], [40, 80, 120, 128]]], np.uint8))
    pixels, _ = decode_image(save(image, tmp_path / "a.png"))
    mixed = [round(value * 128 / 255 + 255 * 127 / 255) for value in (40, 80, 120)]
    assert np.abs(np.array(pixels[:, 0].T.tolist()) - [[40, 80, 120], mixed]).max() <= 1
