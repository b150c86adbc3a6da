import numpy as np
import pytest
import torch

from deepdive.data.images.shifts import flip_and_shift


def test_every_picture_is_one_of_the_shifts_of_itself_or_its_mirror_image():
    """Against NumPy's reflecting pad, shift by shift; all of them come up."""
    x = torch.rand(400, 2, 5, 6, generator=torch.Generator().manual_seed(0))
    before, seen = x.clone(), set()
    out = flip_and_shift(1)(x, torch.Generator().manual_seed(1))
    assert torch.equal(x, before)
    for picture, result in zip(x.numpy(), out.numpy(), strict=True):
        matches = [
            (flip, top, left)
            for flip in (1, -1)
            for top in range(3)
            for left in range(3)
            if np.array_equal(
                np.pad(picture[..., ::flip], ((0, 0), (1, 1), (1, 1)), "reflect")[:, top : top + 5, left : left + 6],
                result,
            )
        ]
        assert len(matches) == 1
        seen.add(matches[0])
    assert len(seen) == 18


def test_the_generator_decides():
    x = torch.rand(8, 3, 8, 8)
    one, same, other = (flip_and_shift(2)(x, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_without_a_shift_pictures_are_only_mirrored():
    x = torch.rand(50, 1, 4, 4)
    out = flip_and_shift(0)(x, torch.Generator().manual_seed(0))
    same = (out == x).flatten(1).all(dim=1)
    assert torch.equal(out[~same], x[~same].flip(3))
    assert 10 < same.sum() < 40


def test_shifts_out_of_range_are_named():
    with pytest.raises(ValueError, match="pixels is -1; it must be at least 0"):
        flip_and_shift(-1)
    with pytest.raises(ValueError, match="pixels is 4; it must be less than the height 4 and the width 8"):
        flip_and_shift(4)(torch.rand(1, 1, 4, 8), torch.Generator())
