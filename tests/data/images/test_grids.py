import io

import numpy as np
import pytest
import torch

from deepdive.data.images.grids import grid


def test_every_image_stands_under_its_title():
    images = torch.randint(0, 256, (10, 1, 7, 5), dtype=torch.uint8)
    figure = grid(images, [f"title {i}" for i in range(10)], columns=4, marked=[i == 3 for i in range(10)])
    assert len(figure.axes) == 12
    for i, ax in enumerate(figure.axes[:10]):
        assert ax.get_title() == f"title {i}"
        (shown,) = ax.images
        np.testing.assert_array_equal(shown.get_array(), images[i, 0].numpy())
        assert shown.get_clim() == (0, 255)
        assert (ax.title.get_color() == "tab:red") == (i == 3)
    assert not any(ax.images for ax in figure.axes[10:])


def test_colour_and_float_images():
    images = torch.randn(3, 3, 4, 4)
    figure = grid(images)
    shown = np.stack([ax.images[0].get_array() for ax in figure.axes])
    assert shown.shape == (3, 4, 4, 3)
    assert (shown.min(), shown.max()) == (0, 1)


def test_it_can_be_saved():
    buffer = io.BytesIO()
    grid(torch.zeros(2, 1, 4, 4)).savefig(buffer, format="svg")
    assert b"<svg" in buffer.getvalue()


@pytest.mark.parametrize(
    ("shape", "titles", "message"),
    [
        ((0, 1, 4, 4), [], r"images has shape \(0, 1, 4, 4\)"),
        ((2, 2, 4, 4), [], "with 1 or 3 channels"),
        ((2, 1, 4, 4), ["one"], "titles has 1 entries for 2 images"),
    ],
)
def test_bad_arguments_are_named(shape, titles, message):
    with pytest.raises(ValueError, match=message):
        grid(torch.zeros(shape), titles)
