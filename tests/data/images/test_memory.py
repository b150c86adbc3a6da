"""Images in memory are decoded as files are."""

import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.decode import ImageError, decode_image
from deepdive.data.images.memory import NamedImage, images_in, png_of

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def decoded(value, **options):
    return [decode_image(each, **options) for each in images_in(value)]


def test_a_file_and_what_it_holds_are_the_same(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS).save(path)
    for options in ({}, {"channels": 1}, {"channels": 3, "size": (9, 4)}, {"size": (4, 9), "fit": "crop"}):
        expected, notes = decode_image(path, **options)
        for given in (PIXELS, PIXELS.transpose(2, 0, 1), torch.from_numpy(PIXELS), PIXELS / 255, Image.open(path)):
            [(found, told)] = decoded(given, **options)
            assert torch.equal(found, expected)
            assert told == notes


def test_where_both_ends_may_be_channels_each_library_has_its_own_order():
    tensor = torch.zeros(3, 6, 4, dtype=torch.uint8)
    assert [image.shape for image, _ in decoded(tensor)] == [(3, 6, 4)]
    assert [image.shape for image, _ in decoded(tensor.numpy())] == [(3, 3, 6)]


def test_channels_and_batches():
    grey, alpha = PIXELS[..., 0], np.dstack([PIXELS, np.full((5, 7), 255, np.uint8)])
    assert [image.shape for image, _ in decoded(grey)] == [(1, 5, 7)]
    assert [image.shape for image, _ in decoded(alpha)] == [(3, 5, 7)]
    assert [image.shape for image, _ in decoded(np.stack([PIXELS] * 4))] == [(3, 5, 7)] * 4
    assert [str(each.path) for each in images_in(np.zeros((2, 1, 5, 7)), first=3)] == ["image 3", "image 4"]
    assert [image.unique().tolist() for image, _ in decoded(np.eye(5) > 0)] == [[0, 255]]


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_is_written_and_read_again(tmp_path, channels):
    image = torch.randint(0, 256, (channels, 6, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    (tmp_path / "a.png").write_bytes(png_of(image))
    assert torch.equal(decode_image(tmp_path / "a.png")[0], image)


def test_an_image_of_pillow_that_cannot_be_read_is_named(tmp_path):
    image = Image.new("F", (4, 4))
    [given] = images_in(image, first=5)
    assert isinstance(given, NamedImage)
    with pytest.raises(ImageError, match="image 5 cannot be read: it holds floating-point numbers"):
        decode_image(given)
    path = tmp_path / "cut.png"
    Image.fromarray(PIXELS).save(path)
    path.write_bytes(path.read_bytes()[:-40])
    with Image.open(path) as opened, pytest.raises(ImageError, match="image 1 cannot be read"):
        decoded(opened)


def test_an_image_is_turned_as_its_exif_data_says(tmp_path):
    image = Image.fromarray(PIXELS)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    expected, notes = decode_image(tmp_path / "a.jpg")
    [(found, told)] = decoded(Image.open(tmp_path / "a.jpg"))
    assert torch.equal(found, expected)
    assert found.shape == (3, 7, 5)
    assert told == notes
