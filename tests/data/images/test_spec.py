import json

import pytest
import torch
from torch.nn.functional import interpolate

from deepdive.data.images.spec import ImageSpec, background_of


def spec(**changes):
    values = {"channels": 1, "height": 4, "width": 6, "labels": ("a", "b"), "mean": (0.0,), "std": (1.0,)}
    return ImageSpec(**(values | changes))


def test_json_and_back():
    one = spec(mean=(0.25,), std=(0.5,), background="dark")
    assert ImageSpec.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_a_foreign_json_is_refused():
    with pytest.raises(ValueError, match=r"Expected `int`, got `str` - at `\$\.channels`"):
        ImageSpec.from_json(spec().to_json() | {"channels": "q"})
    with pytest.raises(ValueError, match="missing required field `channels`"):
        ImageSpec.from_json({})


def test_floats_are_the_equation():
    images = torch.randint(0, 256, (5, 3, 4, 6), dtype=torch.uint8)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    x = spec(channels=3, mean=mean, std=std).to_float(images)
    expected = (images.double() / 255 - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
    torch.testing.assert_close(x.double(), expected, atol=1e-6, rtol=1e-5)
    assert images.dtype == torch.uint8


def test_other_sizes_are_resized():
    images = torch.randint(0, 256, (2, 1, 9, 9), dtype=torch.uint8)
    expected = interpolate(images / 255, (4, 6), mode="bilinear", antialias=True)
    torch.testing.assert_close(spec().to_float(images), expected)


def framed(border, inside, n=10, channels=1):
    images = torch.full((n, channels, 8, 8), border, dtype=torch.uint8)
    images[..., 1:-1, 1:-1] = inside
    return images


def test_background_is_that_of_the_border():
    assert background_of(framed(0, 255)) == "dark"
    assert background_of(framed(255, 0)) == "light"
    assert background_of(torch.cat([framed(0, 9), framed(255, 9)])) is None
    assert background_of(torch.cat([framed(0, 9, n=9), framed(255, 9, n=1)])) == "dark"
    assert background_of(framed(0, 255, channels=3)) is None
