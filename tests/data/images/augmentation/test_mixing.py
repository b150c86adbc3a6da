"""Images and labels that are mixed alike."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deepdive.data.images.augmentation import CutMix, MixUp, OneOf


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def flat_images(b, h=5, w=7):
    """Image ``i`` is ``i`` everywhere and of class ``i``."""
    return torch.arange(b).float()[:, None, None, None].expand(b, 2, h, w).contiguous(), torch.eye(b)


@settings(max_examples=40)
@given(
    st.sampled_from([MixUp, CutMix]),
    st.floats(1e-3, 1e3),
    st.integers(1, 9),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(0, 99),
)
def test_probabilities_sum_to_one_and_the_input_stays(kind, alpha, b, h, w, seed):
    x = torch.rand(b, 3, h, w, generator=seeded(seed))
    y = torch.rand(b, 4, generator=seeded(seed)).softmax(dim=1)
    before = x.clone(), y.clone()
    mixed, labels = kind(alpha)((x, y), seeded(seed))
    assert mixed.shape == x.shape
    assert labels.dtype == torch.float32
    assert (labels >= 0).all()
    torch.testing.assert_close(labels.sum(dim=1), torch.ones(b))
    assert torch.equal(x, before[0])
    assert torch.equal(y, before[1])


def test_mixup_is_the_blend_that_its_labels_tell_of():
    x, y = torch.rand(30, 3, 4, 5, generator=seeded()), torch.eye(30)
    mixed, labels = MixUp(1.0)((x, y), seeded(1))
    assert ((labels > 0).sum(dim=1) <= 2).all()
    torch.testing.assert_close(mixed, torch.einsum("ij,jchw->ichw", labels, x))
    assert (labels.diagonal() < 0.999).float().mean() > 0.9


def test_the_shares_of_mixup_are_of_the_beta_distribution():
    x, y = flat_images(4000, 1, 1)
    partner_free = MixUp(0.4)((x, y), seeded(2))[1].diagonal()
    kept = partner_free[partner_free < 1]
    assert stats.kstest(kept.numpy(), stats.beta(0.4, 0.4).cdf).pvalue > 0.01


@settings(max_examples=30)
@given(st.integers(2, 9), st.integers(0, 999))
def test_cutmix_pastes_one_box_whose_area_is_the_share_of_the_label(b, seed):
    x, y = flat_images(b, 9, 12)
    mixed, labels = CutMix(1.0)((x, y), seeded(seed))
    for i, (image, label) in enumerate(zip(mixed[:, 0], labels, strict=True)):
        pasted = image != i
        others = image[pasted].unique()
        assert len(others) <= 1
        for j in others.long().tolist():
            assert float(label[j]) == pytest.approx(float(pasted.float().mean()), abs=1e-6)
        assert float(label[i]) == pytest.approx(float((image == i).float().mean()), abs=1e-6)
        rows, columns = pasted.any(dim=1).sum(), pasted.any(dim=0).sum()
        assert rows * columns == pasted.sum(), "it is a box"


def test_boxes_of_cutmix_have_the_area_that_was_drawn_where_they_fit():
    """With a large alpha half of each image is pasted, less what lies outside: sides are 1/sqrt(2)."""
    x, y = flat_images(500, 40, 40)
    labels = CutMix(1e6)((x, y), seeded())[1]
    pasted = 1 - labels.diagonal()
    assert pasted.max() == pytest.approx(0.5, abs=0.03)
    assert pasted.min() >= 0.5 / 4 - 0.03


@pytest.mark.parametrize("kind", [MixUp, CutMix])
def test_a_probability_is_a_share_of_the_images(kind):
    batch = flat_images(400)
    x, y = kind(1.0, p=0)(batch, seeded())
    assert torch.equal(x, batch[0])
    assert torch.equal(y, batch[1])
    y = kind(1.0, p=0.25)(batch, seeded())[1]
    assert 0.15 < (y.diagonal() < 1).float().mean() < 0.35


def test_the_generator_decides():
    batch = flat_images(16)
    for transform in (MixUp(0.5), CutMix(0.5), OneOf([MixUp(1), CutMix(1)])):
        one, same, other = (transform(batch, seeded(seed)) for seed in (3, 3, 4))
        assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
        assert not torch.equal(one[0], other[0])


def test_one_of_several_is_any_of_them_for_each_batch():
    either = OneOf([lambda batch, g: (batch[0],), lambda batch, g: (batch[0] + 1,)])
    generator = seeded()
    seen = sum(int(either((torch.tensor(0),), generator)[0]) for _ in range(200))
    assert 70 < seen < 130
    with pytest.raises(ValueError, match="transforms is empty; there must be at least one"):
        OneOf([])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MixUp(0), "alpha is 0; it must be above 0, and finite"),
        (lambda: CutMix(math.inf), "alpha is inf; it must be above 0, and finite"),
        (lambda: MixUp(math.nan), "alpha is nan"),
        (lambda: CutMix(1, p=1.1), "p is 1.1; it must be from 0 to 1"),
        (
            lambda: MixUp(1)((torch.rand(2, 1, 3, 3), torch.tensor([0, 1])), seeded()),
            r"batch has float32 \(2, 1, 3, 3\), int64 \(2,\); it must be images .* and probabilities",
        ),
        (lambda: CutMix(1)((torch.rand(2, 1, 3, 3), torch.rand(3, 2)), seeded()), "batch has .*it must be images"),
    ],
)
def test_what_makes_no_sense_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
