from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from deepdive.data.images import ImageSet
from deepdive.recipes.shift.splits import PrincipalScore, rows_with_mix, shifted_classes, shifted_images

GENERATOR = torch.Generator().manual_seed(0)


def image_set(n, classes=3, side=4):
    images = torch.randint(0, 256, (n, 1, side, side), generator=GENERATOR, dtype=torch.uint8)
    images[:, :, 0] = torch.randint(0, 256, (n, 1, 1), generator=GENERATOR, dtype=torch.uint8)  # what varies most
    return ImageSet(images, torch.arange(n) % classes)


@given(st.lists(st.integers(1, 40), min_size=2, max_size=5), st.data())
def test_a_mix_is_met_by_as_many_rows_as_there_are(sizes, data):
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    parts = data.draw(st.lists(st.integers(1, 10), min_size=len(sizes), max_size=len(sizes)))
    mix = torch.tensor(parts, dtype=torch.float64) / sum(parts)
    rows = rows_with_mix(labels, mix)
    found = torch.bincount(labels[rows], minlength=len(sizes))
    most = min(size / float(share) for size, share in zip(sizes, mix, strict=True))
    assert len(rows.unique()) == len(rows)
    assert bool(((found - most * mix).abs() <= 1).all())
    assert any(int(found[c]) == sizes[c] for c in range(len(sizes))), "one class is used up"


def test_a_mix_of_a_class_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"labels have no example of the classes \[2\]"):
        rows_with_mix(torch.tensor([0, 1]), torch.tensor([0.5, 0.3, 0.2]))


def test_label_shift_gives_the_mixes_asked_for_and_no_image_twice():
    train, test = image_set(6000), image_set(900)
    train.images[:, 0, 0, :2] = torch.stack([torch.arange(6000) // 256, torch.arange(6000) % 256], 1).to(torch.uint8)
    source_mix, target_mix = (torch.tensor(m, dtype=torch.float64) for m in ([0.5, 0.4, 0.1], [0.1, 0.2, 0.7]))
    shifted = shifted_classes(train, test, source_mix, target_mix, 300)
    for part, mix in (
        ("source", source_mix),
        ("validation", source_mix),
        ("unlabelled", target_mix),
        ("test", target_mix),
    ):
        labels = getattr(shifted, part).labels
        np.testing.assert_allclose(torch.bincount(labels, minlength=3) / len(labels), mix, atol=0.01)
    parts = [getattr(shifted, part).images[:, 0, 0, :2] for part in ("source", "validation", "unlabelled")]
    assert len(torch.cat(parts).unique(dim=0)) == sum(len(part) for part in parts)
    torch.testing.assert_close(shifted.oracle, (target_mix / source_mix)[shifted.source.labels])


def test_a_shift_that_leaves_no_images_or_no_weights_is_refused():
    shifted = shifted_images(image_set(60), image_set(90), PrincipalScore(image_set(60).images, 1), 1, 6)
    with pytest.raises(ValueError, match="p_target / p_source must be finite, got inf or nan"):
        replace(shifted, oracle=shifted.oracle / 0)
    with pytest.raises(ValueError, match="the shift must leave images in every part, got none in test"):
        replace(shifted, test=image_set(9).rows(torch.arange(0)))


def test_the_score_is_scikit_learns_principal_component():
    images = image_set(500).images
    score = PrincipalScore(images, 2)
    expected = PCA(2, svd_solver="full").fit_transform(images.flatten(1).numpy() / 255)[:, 1]
    expected = expected / expected.std(ddof=1)
    found = score(images).numpy()
    np.testing.assert_allclose(found * np.sign(found @ expected), expected, atol=1e-3)
    with pytest.raises(ValueError, match="component is 17; images of 16 values have 1 to 16"):
        PrincipalScore(images, 17)


@pytest.mark.parametrize("strength", [2.0, -2.0])
def test_covariate_shift_follows_the_score_and_its_weights_carry_the_source_to_the_target(strength):
    train, test = image_set(20_000), image_set(4000)
    score = PrincipalScore(train.images, 1)
    shifted = shifted_images(train, test, score, strength, 500)
    source, target = score(shifted.source.images), score(shifted.unlabelled.images)
    assert float((target.mean() - source.mean()) * strength) > 1
    weighted = (shifted.oracle * source).sum() / shifted.oracle.sum()
    assert float(weighted) == pytest.approx(float(target.mean()), abs=0.1)
    assert float(score(shifted.test.images).mean()) == pytest.approx(float(target.mean()), abs=0.1)
    assert len(shifted.source.labels) + 500 + len(shifted.unlabelled.labels) == 20_000
