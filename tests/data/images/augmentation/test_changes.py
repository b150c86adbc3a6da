"""A whole chain: images, masks and boxes that follow them, what stays the same, what is refused."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.images.augmentation import (
    Augmentation,
    Brightness,
    ColorJitter,
    Contrast,
    Cutout,
    Grayscale,
    HorizontalFlip,
    MixUp,
    PadAndCrop,
    RandomResizedCrop,
    Rotation,
    Scale,
    Shear,
    Translate,
    VerticalFlip,
    changes,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def everything(p=1.0):
    return [
        HorizontalFlip(p / 2),
        VerticalFlip(p / 2),
        PadAndCrop(1, p),
        RandomResizedCrop((0.4, 1), p=p),
        Rotation(30, p),
        Scale(p=p),
        Translate(p=p),
        Shear(10, p=p),
        ColorJitter(0.4, 0.4, 0.4, 0.1, p=p),
        Grayscale(p / 10),
        Cutout(3, p=p),
    ]


@settings(max_examples=40)
@given(
    st.integers(1, 9),
    st.sampled_from([1, 3]),
    st.integers(2, 20),
    st.integers(2, 20),
    st.booleans(),
    st.sampled_from(["reflect", "zero"]),
    st.integers(0, 99),
)
def test_images_of_any_size_keep_shape_and_range(b, c, h, w, as_bytes, fill, seed):
    x = torch.randint(0, 256, (b, c, h, w), dtype=torch.uint8, generator=seeded(seed))
    x = x if as_bytes else x / 255
    before = x.clone()
    out = Augmentation(everything(), fill=fill)(x, seeded(seed))
    assert out.shape == x.shape
    assert out.dtype == torch.float32
    assert out.min() >= 0
    assert out.max() <= 1
    assert torch.equal(x, before)


@pytest.mark.parametrize("fill", ["reflect", "zero"])
def test_nothing_happens_with_probability_0(fill):
    x = torch.rand(5, 3, 7, 8)
    out = Augmentation(everything(0.0), fill=fill)(x, seeded())
    torch.testing.assert_close(out, x, atol=1e-6, rtol=0)
    geometric = [t for t in everything(0.0) if hasattr(t, "matrices")]
    assert torch.equal(Augmentation(geometric, fill=fill)(x, seeded()), x)
    same = Augmentation([])(x, seeded())
    assert torch.equal(same, x)
    assert same.data_ptr() != x.data_ptr()


def test_a_probability_is_a_share_of_the_images():
    x = torch.rand(2000, 1, 2, 3)
    out = Augmentation([Brightness(0.5, p=0.3)])(x, seeded())
    changed = (out != x).flatten(1).any(dim=1)
    assert 0.26 < changed.float().mean() < 0.34


def test_the_generator_decides():
    x = torch.rand(8, 3, 8, 8)
    one, same, other = (Augmentation(everything())(x, seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("chain", [everything(), [HorizontalFlip(), PadAndCrop(2)], [Cutout(2)], [Brightness(0.3)]])
def test_parts_of_a_batch_that_fit_the_cache_are_as_the_whole(chain, monkeypatch):
    x = torch.randint(0, 256, (11, 3, 6, 6), dtype=torch.uint8, generator=seeded())
    whole = Augmentation(chain, fill="zero")(x, seeded(1))
    monkeypatch.setattr(changes, "_CACHED", 3 * 6 * 6 * 4)
    torch.testing.assert_close(Augmentation(chain, fill="zero")(x, seeded(1)), whole)


def test_bytes_are_floats_of_256_steps():
    x = torch.randint(0, 256, (6, 3, 9, 9), dtype=torch.uint8, generator=seeded())
    chain = Augmentation(everything())
    torch.testing.assert_close(chain(x, seeded(2)), chain(x / 255, seeded(2)), atol=1e-5, rtol=0)


def rectangles(b, h, w, seed):
    """Boxes of whole pixels, and images of them."""
    generator = seeded(seed)
    left, top = (torch.randint(0, n // 2, (b,), generator=generator) for n in (w, h))
    right = left + torch.randint(4, w // 2, (b,), generator=generator)
    bottom = top + torch.randint(4, h // 2, (b,), generator=generator)
    rows, columns = torch.arange(h)[None, :, None], torch.arange(w)[None, None]
    inside = [
        (top[:, None, None] <= rows) & (rows < bottom[:, None, None]),
        (left[:, None, None] <= columns) & (columns < right[:, None, None]),
    ]
    boxes = torch.stack([left, top, right, bottom], dim=1)[:, None].float()
    return boxes, inside[0] & inside[1]


def bounds(mask):
    rows, columns = mask.any(dim=1).nonzero().flatten(), mask.any(dim=0).nonzero().flatten()
    return torch.tensor([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]).float()


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_boxes_and_masks_follow_flips_and_shifts_exactly(seed):
    boxes, masks = rectangles(6, 18, 24, seed)
    drawn = Augmentation([HorizontalFlip(), VerticalFlip(), PadAndCrop(9)], fill="zero").draw(6, (18, 24), seeded(seed))
    images = drawn.images(masks[:, None].float())
    assert torch.equal(drawn.masks(masks), images[:, 0].bool())
    new, left = drawn.boxes(boxes)
    assert torch.equal(left[:, 0], images.flatten(1).any(dim=1))
    for image, box, here in zip(images[:, 0].bool(), new[:, 0], left[:, 0], strict=True):
        if here:
            assert torch.equal(box, bounds(image))


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_boxes_and_masks_follow_any_map_within_a_pixel(seed):
    """Without turns the box is around what is drawn in it; with them it is around the turned box, so never smaller.

    Of a sliver at the edge of the image, no pixel of a corner need be drawn by half: the box may be larger.
    """
    boxes, masks = rectangles(6, 36, 48, seed)
    for chain, upright in (
        ([RandomResizedCrop((0.3, 1)), HorizontalFlip(), Scale(), Translate()], True),
        ([Rotation(180), Shear(30), Scale()], False),
    ):
        drawn = Augmentation(chain, fill="zero").draw(6, (36, 48), seeded(seed))
        images = drawn.images(masks[:, None].float())[:, 0]
        new, left = drawn.boxes(boxes)
        sure = (images - 0.5).abs() > 0.499
        assert torch.equal(drawn.masks(masks)[sure], (images > 0.5)[sure])
        for image, box, here in zip(images > 0.5, new[:, 0], left[:, 0], strict=True):
            assert here or not image.any()
            if here and image.any():
                seen = bounds(image)
                if upright and (box[2:] - box[:2]).min() >= 3:
                    assert (seen - box).abs().max() <= 1
                assert (seen[:2] >= box[:2] - 1).all()
                assert (seen[2:] <= box[2:] + 1).all()


def test_an_upright_box_around_a_turned_one():
    drawn = Augmentation([Rotation(0)]).draw(1, (10, 10), seeded())
    drawn.matrices[:, :2] = torch.tensor([[0.0, -1.0, 10.0], [1.0, 0.0, 0.0]])  # a quarter turn, counter-clockwise
    new, left = drawn.boxes(torch.tensor([[[1.0, 2.0, 4.0, 9.0], [0.0, 0.0, 0.0, 0.0]]]))
    torch.testing.assert_close(new[0, 0], torch.tensor([2.0, 6.0, 9.0, 9.0]))
    assert left.tolist() == [[True, False]], "a box without area, e.g. one that fills up a batch, is none"


def test_a_box_counts_as_gone_if_too_little_is_visible():
    drawn = Augmentation([]).draw(1, (10, 10), seeded())
    boxes = torch.tensor([[[-6.0, 0.0, 4.0, 5.0], [10.0, 0.0, 12.0, 5.0], [2.0, 2.0, 3.0, 3.0]]])
    new, left = drawn.boxes(boxes)
    assert new.tolist() == [[[0, 0, 4, 5], [10, 0, 10, 5], [2, 2, 3, 3]]]
    assert left.tolist() == [[True, False, True]]
    assert drawn.boxes(boxes, visible=0.4)[1].tolist() == [[False, False, True]]


def test_masks_have_a_value_outside_and_keep_their_type():
    drawn = Augmentation([Scale(0.5, 0.5)], fill="zero").draw(2, (8, 8), seeded())
    for masks in (torch.ones(2, 8, 8, dtype=torch.int64), torch.ones(2, 3, 8, 8, dtype=torch.uint8)):
        out = drawn.masks(masks, outside=255)
        assert out.dtype == masks.dtype
        assert out.shape == masks.shape
        assert (out[..., 2:6, 2:6] == 1).all()
        assert (out == 255).sum() == out.numel() * 3 // 4
    mirrored = Augmentation([Scale(0.5, 0.5)]).draw(2, (8, 8), seeded())
    assert (mirrored.masks(torch.ones(2, 8, 8, dtype=torch.int64), outside=255) == 1).all()


def test_colours_and_cutouts_leave_masks_and_boxes():
    drawn = Augmentation([ColorJitter(0.5), Cutout(4)]).draw(2, (6, 6), seeded())
    masks, boxes = torch.randint(0, 9, (2, 6, 6)), torch.tensor([[[1.0, 2, 3, 4]], [[0.0, 0, 6, 6]]])
    assert torch.equal(drawn.masks(masks), masks)
    new, left = drawn.boxes(boxes)
    assert torch.equal(new, boxes)
    assert left.all()


def test_a_cutout_blanks_a_square_around_any_pixel_and_only_that():
    x = torch.rand(3000, 2, 7, 9, generator=seeded())
    out = Augmentation([Cutout(3, value=0.25, p=0.9)])(x, seeded(1))
    seen = set()
    for image, result in zip(x, out, strict=True):
        hole = (image != result).any(dim=0)
        assert torch.equal(image[:, ~hole], result[:, ~hole])
        if hole.any():
            assert (result[:, hole] == 0.25).all()
            left, top, right, bottom = (int(n) for n in bounds(hole))
            assert int(hole.sum()) == (right - left) * (bottom - top), "it is a rectangle"
            seen.add((left, top, right, bottom))
        else:
            seen.add(None)
    squares = {
        (max(0, x - 1), max(0, y - 1), min(9, x + 2), min(7, y + 2)) for x in range(9) for y in range(7)
    }  # 3 by 3 around each pixel, cut off at the border
    assert seen == squares | {None}


def test_colours_come_after_the_plane_and_cutouts_last():
    """Whatever the list: the mean of a contrast is that of the shifted image, and a hole keeps its value."""
    x = torch.rand(4, 3, 8, 8, generator=seeded())
    chain = [Cutout(4, value=0.9), Contrast(0.9), Translate(0.5)]
    whole = Augmentation(chain, fill="zero").draw(4, (8, 8), seeded(1))
    shifted = replace(whole, colours=None, holes=()).images(x)
    coloured = replace(whole, matrices=None, holes=()).images(shifted)
    [(hole, value)] = whole.holes
    torch.testing.assert_close(whole.images(x), coloured.masked_fill(hole[:, None], value))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda d: d.images(torch.rand(3, 1, 4, 5)),
            "x has shape .3, 1, 4, 5., but the changes .* 2 images of 4x5",
        ),
        (lambda d: d.images(torch.rand(2, 1, 5, 4)), "x has shape .* 2 images of 4x5"),
        (lambda d: d.images(torch.rand(2, 1, 4, 5).double()), "x is of type torch.float64; images must be"),
        (lambda d: d.masks(torch.ones(2, 5, 5)), "masks has shape .* 2 images of 4x5"),
        (lambda d: d.boxes(torch.rand(1, 3, 4)), "boxes has shape .* 2 images of 4x5"),
        (lambda d: d.boxes(torch.rand(2, 3, 4), visible=1), "visible is 1; it must be from 0 up to but without 1"),
    ],
)
def test_what_does_not_belong_to_the_images_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(Augmentation([HorizontalFlip()]).draw(2, (4, 5), seeded()))


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: d.images(torch.rand(2, 4, 5)), r"x has shape \(2, 4, 5\); it must be \(b, c, h, w\)"),
        (lambda d: d.masks(torch.rand(4, 5)), r"masks has shape \(4, 5\); it must be \(b, ..., h, w\)"),
        (lambda d: d.boxes(torch.rand(2, 4)), r"boxes has shape \(2, 4\); it must be \(b, n, 4\)"),
        (lambda d: d.boxes(torch.rand(2, 3, 5)), r"boxes has shape \(2, 3, 5\); it must be \(b, n, 4\)"),
    ],
)
def test_other_forms_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(Augmentation([HorizontalFlip()]).draw(2, (4, 5), seeded()))


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Augmentation([MixUp(0.2)]), TypeError, "transforms holds .*MixUp.*; each must be a map of the plane"),
        (lambda: Augmentation([], fill="edge"), ValueError, "fill is 'edge'; it must be one of reflect, zero"),
        (lambda: PadAndCrop(1.5), ValueError, "padding is 1.5; it must be a whole number from 0 up"),
        (lambda: Cutout(0), ValueError, "side is 0; it must be a whole number from 1 up"),
        (lambda: Cutout(2, value=2), ValueError, "value is 2; it must be from 0 to 1"),
    ],
)
def test_a_chain_of_something_else_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_no_graph_is_kept_of_what_is_changed():
    x = torch.rand(2, 3, 8, 8, requires_grad=True)
    assert not Augmentation([Rotation(30), Brightness(0.5)])(x, seeded()).requires_grad
