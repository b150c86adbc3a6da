"""Changes of colours against Pillow and against doing them one after the other."""

import math
from functools import reduce

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from deepdive.data.images.augmentation import (
    Augmentation,
    Brightness,
    ColorJitter,
    ColourMap,
    Contrast,
    Grayscale,
    Hue,
    Saturation,
)

GREY = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
EVERY = [Brightness(0.5), Contrast(0.5), Saturation(0.5), Hue(0.5), Grayscale(0.5), ColorJitter(0.3, 0.3, 0.3, 0.1)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def applied(colours: ColourMap, x):
    """The definition, in doubles, not cut."""
    m = x.mean(dim=(2, 3))
    return torch.einsum("brc,bchw->brhw", colours.a, x) + torch.einsum("brc,bc->br", colours.b, m)[..., None, None]


@pytest.mark.parametrize(
    ("transform", "enhance"),
    [(Brightness(0.8), ImageEnhance.Brightness), (Contrast(0.8), ImageEnhance.Contrast), (Saturation(1), None)],
)
def test_a_factor_does_what_pillow_does(transform, enhance):
    """Within two of 256 steps: Pillow rounds the grey and the mean to whole ones."""
    x = torch.randint(0, 256, (20, 3, 8, 9), dtype=torch.uint8, generator=seeded())
    colours = transform.colours(20, seeded(1))
    ours = Augmentation([transform])(x, seeded(1))
    for sample, own, a in zip(x, ours, colours.a, strict=True):
        k = float(a[0, 0] - a[1, 0])  # a = k I + (1 - k) of a matrix with equal rows
        image = Image.fromarray(sample.permute(1, 2, 0).numpy())
        theirs = np.array((enhance or ImageEnhance.Color)(image).enhance(k)).transpose(2, 0, 1)
        assert (own * 255 - torch.from_numpy(theirs)).abs().max() <= 2


def test_grayscale_is_pillows():
    x = torch.randint(0, 256, (1, 3, 8, 9), dtype=torch.uint8, generator=seeded())
    own = Augmentation([Grayscale(1)])(x, seeded())[0] * 255
    theirs = torch.from_numpy(np.array(Image.fromarray(x[0].permute(1, 2, 0).numpy()).convert("L")))
    assert (own - theirs).abs().max() <= 1
    assert torch.equal(own[0], own[1])


def test_a_hue_keeps_brightness_turns_by_its_angle_and_comes_back():
    x = torch.rand(6, 3, 4, 4, dtype=torch.float64, generator=seeded())
    colours = Hue(0.5).colours(6, seeded(1))
    turned = applied(colours, x)
    torch.testing.assert_close(torch.einsum("c,bchw->bhw", GREY, turned), torch.einsum("c,bchw->bhw", GREY, x))
    back = ColourMap(torch.linalg.inv(colours.a), colours.b)
    torch.testing.assert_close(applied(back, turned), x)
    traces = colours.a.diagonal(dim1=1, dim2=2).sum(1)  # of a rotation with an axis: 1 + 2 cos
    angles = 2 * math.pi * (torch.rand(2, 6, dtype=torch.float64, generator=seeded(1))[1] - 0.5)
    torch.testing.assert_close(traces, 1 + 2 * angles.cos())
    torch.testing.assert_close(torch.linalg.det(colours.a), torch.ones(6, dtype=torch.float64))


@settings(max_examples=30)
@given(st.permutations(EVERY), st.integers(0, 99))
def test_a_chain_is_one_after_the_other(order, seed):
    x = torch.rand(4, 3, 3, 5, dtype=torch.float64, generator=seeded(seed))
    maps = [transform.colours(4, seeded(seed + i)) for i, transform in enumerate(order)]
    step = x
    for each in maps:
        step = applied(each, step)
    torch.testing.assert_close(applied(reduce(ColourMap.then, maps), x), step)


def test_a_jitter_is_its_four_parts_each_of_its_own_strength_in_that_order():
    x = torch.rand(5, 3, 4, 6, dtype=torch.float64, generator=seeded())
    generator, step = seeded(2), x
    for part in (Brightness(0.3), Contrast(0.5), Saturation(0.7), Hue(0.2)):
        step = applied(part.draw(5, generator), step)
    torch.testing.assert_close(applied(ColorJitter(0.3, 0.5, 0.7, 0.2).draw(5, seeded(2)), x), step)
    for name, part in {"brightness": Brightness, "contrast": Contrast, "saturation": Saturation, "hue": Hue}.items():
        alone, jitter = part(0.4).draw(5, seeded(3)), ColorJitter(**{name: 0.4}).draw(5, seeded(3))
        torch.testing.assert_close(applied(jitter, x), applied(alone, x))
    assert torch.equal(applied(ColorJitter().draw(5, seeded()), x), x)


def test_a_chain_on_whole_batches_is_the_definition_cut_at_the_end():
    x = torch.rand(7, 3, 6, 5, generator=seeded())
    whole = Augmentation(EVERY)
    colours = whole.draw(7, (6, 5), seeded(3)).colours
    expected = applied(colours, x.double()).clamp(0, 1).float()
    assert ((expected == 0) | (expected == 1)).any()
    torch.testing.assert_close(whole(x, seeded(3)), expected)


def test_a_grey_image_is_one_of_three_equal_channels():
    x = torch.rand(9, 1, 4, 4, generator=seeded())
    out = Augmentation(EVERY)(x.expand(-1, 3, -1, -1), seeded(5))
    own = Augmentation(EVERY)(x, seeded(5))
    torch.testing.assert_close(out, own.expand(-1, 3, -1, -1))
    assert not torch.allclose(own, x)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Brightness(-1), "strength is -1; it must be from 0 up, and finite"),
        (lambda: Contrast(math.inf), "strength is inf; it must be from 0 up, and finite"),
        (lambda: Saturation(math.nan), "strength is nan"),
        (lambda: Hue(0.6), "turns is 0.6; it must be from 0 to 0.5"),
        (lambda: Grayscale(2), "p is 2; it must be from 0 to 1"),
        (lambda: ColorJitter(contrast=-0.1), "contrast is -0.1; it must be from 0 up"),
        (lambda: ColorJitter(hue=1), "hue is 1; it must be from 0 to 0.5"),
        (
            lambda: Augmentation([Hue(0.1)])(torch.rand(2, 4, 3, 3), seeded()),
            "x has 4 channels; colours can be changed",
        ),
    ],
)
def test_arguments_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
