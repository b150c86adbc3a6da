"""Maps of the plane against Pillow, NumPy and loops over pixels."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from deepdive.data.images.augmentation import (
    Augmentation,
    Changes,
    Geometric,
    HorizontalFlip,
    PadAndCrop,
    RandomResizedCrop,
    Rotation,
    Scale,
    Shear,
    Translate,
    VerticalFlip,
)

EVERY = [
    HorizontalFlip(),
    VerticalFlip(),
    PadAndCrop(2),
    RandomResizedCrop(),
    Rotation(180),
    Scale(0.5, 2),
    Translate(0.4),
    Shear(40, 20),
]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def floats(b=6, c=2, h=9, w=12, seed=0):
    return torch.rand(b, c, h, w, generator=seeded(seed))


def moved(x, m, fill="reflect"):
    return Changes(len(x), tuple(x.shape[-2:]), m, None, (), fill).images(x)


def point_by_point(x, m, fill):
    """Bilinear interpolation of an image that is mirrored at its edges for ever, in plain loops."""
    b, c, h, w = x.shape
    out = np.zeros((b, c, h, w))

    def colour(n, row, column):
        row, column = row % (2 * h), column % (2 * w)
        return x[n, :, min(row, 2 * h - 1 - row), min(column, 2 * w - 1 - column)].numpy()

    for n, i, j in np.ndindex(b, h, w):
        u, v, _ = (m[n].numpy() @ [j + 0.5, i + 0.5, 1]).tolist()
        if fill == "zero" and not (0 <= u <= w and 0 <= v <= h):
            continue
        left, top = math.floor(u - 0.5), math.floor(v - 0.5)
        s, t = u - 0.5 - left, v - 0.5 - top
        upper = (1 - s) * colour(n, top, left) + s * colour(n, top, left + 1)
        lower = (1 - s) * colour(n, top + 1, left) + s * colour(n, top + 1, left + 1)
        out[n, :, i, j] = (1 - t) * upper + t * lower
    return torch.from_numpy(out).float()


@pytest.mark.parametrize("fill", ["reflect", "zero"])
@pytest.mark.parametrize("transform", EVERY, ids=lambda t: type(t).__name__)
def test_every_map_samples_the_points_its_matrix_leads_to(transform, fill):
    x = floats()
    m = transform.draw(len(x), (9, 12), seeded(1))
    torch.testing.assert_close(moved(x, m, fill), point_by_point(x, m, fill), atol=2e-5, rtol=0)


def test_flips_are_pillows():
    x = torch.randint(0, 256, (1, 3, 7, 5), dtype=torch.uint8, generator=seeded())
    image = Image.fromarray(x[0].permute(1, 2, 0).numpy())
    for transform, method in (
        (HorizontalFlip(1), Image.Transpose.FLIP_LEFT_RIGHT),
        (VerticalFlip(1), Image.Transpose.FLIP_TOP_BOTTOM),
    ):
        expected = torch.from_numpy(np.array(image.transpose(method))).permute(2, 0, 1)
        assert torch.equal(Augmentation([transform])(x, seeded())[0], expected / 255)


@pytest.mark.parametrize(
    "transform", [Rotation(180), Shear(30, 30), Scale(0.6, 1.5), Translate(0.3)], ids=lambda t: type(t).__name__
)
def test_affine_maps_are_pillows(transform):
    x = floats(5, 1, 20, 31)
    m = transform.draw(len(x), (20, 31), seeded(2))
    ours = moved(x, m, "zero")
    for sample, own, matrix in zip(x, ours, m, strict=True):
        data = tuple(matrix[:2].flatten().tolist())
        image = Image.fromarray(sample[0].numpy())
        theirs = image.transform((31, 20), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        torch.testing.assert_close(own[0], torch.from_numpy(np.array(theirs)), atol=1e-4, rtol=0)


def test_a_resized_crop_is_pillows_and_within_its_ranges():
    x = floats(40, 1, 24, 30)
    m = RandomResizedCrop((0.2, 0.7), (0.5, 2.0)).draw(len(x), (24, 30), seeded(3))
    for sample, own, matrix in zip(x, moved(x, m, "zero"), m, strict=True):
        (sx, _, left), (_, sy, top), _ = matrix.tolist()
        box = (left, top, min(left + 30 * sx, 30), min(top + 24 * sy, 24))
        assert min(left, top) >= 0
        assert left + 30 * sx <= 30 + 1e-9
        assert top + 24 * sy <= 24 + 1e-9
        assert 0.2 <= sx * sy <= 0.7
        assert 0.5 <= 30 * sx / (24 * sy) <= 2
        theirs = Image.fromarray(sample[0].numpy()).resize((30, 24), Image.Resampling.BILINEAR, box)
        torch.testing.assert_close(own[0], torch.from_numpy(np.array(theirs)), atol=1e-4, rtol=0)


def test_a_box_that_cannot_fit_is_cut_down():
    m = RandomResizedCrop((1, 1), (3.0, 3.0)).draw(5, (20, 20), seeded())
    assert torch.equal(m[:, 0, 0], torch.ones(5).double())
    assert (m[:, 1, 1] < 0.6).all()


@pytest.mark.parametrize(("fill", "mode"), [("reflect", "symmetric"), ("zero", "constant")])
def test_every_image_is_one_of_the_crops_of_itself_or_its_mirror_image_and_all_come_up(fill, mode):
    x = floats(400, 2, 5, 6)
    before, seen = x.clone(), set()
    out = Augmentation([HorizontalFlip(), PadAndCrop(1)], fill=fill)(x, seeded(1))
    assert torch.equal(x, before)
    for sample, result in zip(x.numpy(), out.numpy(), strict=True):
        padded = {flip: np.pad(sample[..., ::flip], ((0, 0), (1, 1), (1, 1)), mode) for flip in (1, -1)}
        matches = [
            (flip, top, left)
            for flip in (1, -1)
            for top in range(3)
            for left in range(3)
            if np.array_equal(padded[flip][:, top : top + 5, left : left + 6], result)
        ]
        assert len(matches) == 1
        seen.add(matches[0])
    assert len(seen) == 18


@settings(max_examples=30)
@given(st.permutations(["h", "v", "shift"]), st.integers(0, 99), st.sampled_from(["reflect", "zero"]))
def test_exact_maps_composed_are_one_after_the_other(order, seed, fill):
    """One shift only: a second one cannot bring back what the first has pushed out, the composed one can."""
    chain = [{"h": HorizontalFlip(), "v": VerticalFlip(), "shift": PadAndCrop(3)}[name] for name in order]
    x = floats(8, 3, 6, 7, seed)
    generator, step = seeded(seed), x
    for transform in chain:
        step = Augmentation([transform], fill=fill)(step, generator)
    assert torch.equal(Augmentation(chain, fill=fill)(x, seeded(seed)), step)


def test_maps_composed_are_the_product_of_their_matrices():
    """Turned by 90 degrees four times is nothing; two halves of a shift are whole pixels again."""
    x = floats(3, 1, 8, 8)
    quarter = Rotation(0).draw(3, (8, 8), seeded())
    quarter[:, :2] = torch.tensor([[0.0, -1.0, 8.0], [1.0, 0.0, 0.0]])
    turned = moved(x, quarter)
    torch.testing.assert_close(turned, x.rot90(1, (2, 3)), atol=1e-5, rtol=0)
    for _ in range(3):
        turned = moved(turned, quarter)
    torch.testing.assert_close(turned, x, atol=1e-5, rtol=0)


class Fixed(Geometric):
    def __init__(self, m):
        self.m, self.p = m, 1.0

    def draw(self, b, size, generator):
        return self.m.expand(b, 3, 3)


def test_the_first_of_a_chain_comes_first():
    """A shift to the left by two and then a mirror image, written down by hand."""
    shift = torch.eye(3).double()
    shift[0, 2] = 2
    row = torch.tensor([[[[0.1, 0.2, 0.3, 0.4, 0.5]]]])
    out = Augmentation([Fixed(shift), HorizontalFlip(1)], fill="zero")(row, seeded())
    torch.testing.assert_close(out, torch.tensor([[[[0, 0, 0.5, 0.4, 0.3]]]]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HorizontalFlip(1.5), "p is 1.5; it must be from 0 to 1"),
        (lambda: VerticalFlip(-0.1), "p is -0.1; it must be from 0 to 1"),
        (lambda: PadAndCrop(-1), "padding is -1; it must be a whole number from 0 up"),
        (
            lambda: Augmentation([PadAndCrop(4)])(floats(1, 1, 4, 8), seeded()),
            "padding is 4; it must be less than the h",
        ),
        (lambda: RandomResizedCrop((0, 1)), r"area is \(0, 1\); it must be two numbers in ascending order, above 0"),
        (lambda: RandomResizedCrop((0.9, 0.5)), r"area is \(0.9, 0.5\); it must be two numbers in ascending order"),
        (lambda: RandomResizedCrop((0.5, 1.5)), "area is .*up to 1"),
        (lambda: RandomResizedCrop(ratio=(1, math.inf)), "ratio is .*finite"),
        (lambda: Rotation(181), "degrees is 181; it must be from 0 to 180"),
        (lambda: Rotation(math.nan), "degrees is nan"),
        (lambda: Scale(0, 1), r"\(low, high\) is \(0, 1\)"),
        (lambda: Translate(1.1), "fraction is 1.1; it must be from 0 to 1"),
        (lambda: Shear(90), "degrees is 90; it must be from 0 to 80"),
        (lambda: Shear(0, -1), "vertical is -1; it must be from 0 to 80"),
    ],
)
def test_arguments_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
