"""Pairs of images: who meets whom, how often, and that it depends on nothing but seed and epoch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.images import ImageDataModule, ImagePairs, ImageSet, ImageSplits, PairLoader
from deepdive.data.types import Loader


def image_set(counts):
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))]
    images = torch.arange(len(labels), dtype=torch.uint8).view(-1, 1, 1, 1)
    return ImageSet(images, labels)


def loader(counts=(20, 30, 10), batch_size=7, **words):
    return PairLoader(image_set(counts), batch_size, lambda images: images.float(), **words)


@given(counts=st.lists(st.integers(2, 30), min_size=2, max_size=6), epoch=st.integers(0, 5), fixed=st.booleans())
@settings(deadline=None)
def test_every_pair_is_what_it_says(counts, epoch, fixed):
    found = loader(counts, fixed=fixed)
    left, right, different = found.pairs(epoch)
    labels = found.image_set.labels
    assert torch.equal(labels[left] != labels[right], different)
    assert not (left == right).any()
    assert sorted(left.tolist()) == list(range(sum(counts)))
    assert int(different.sum()) == sum(counts) // 2


def test_partners_are_equally_likely():
    found = loader((3, 4, 5))
    seen = torch.zeros(2, 12, 12)
    for epoch in range(2000):
        left, right, different = found.pairs(epoch)
        seen[different.long(), left, right] += 1
    labels = found.image_set.labels
    same = (labels[:, None] == labels) & ~torch.eye(12, dtype=torch.bool)
    for row in range(12):
        own = seen[0, row][same[row]] / 1000
        torch.testing.assert_close(own, torch.full_like(own, 1 / len(own)), atol=0.08, rtol=0)
        for label in set(labels.tolist()) - {int(labels[row])}:  # classes first, then images within them
            other = seen[1, row][labels == label] / 1000
            torch.testing.assert_close(other, torch.full_like(other, 0.5 / len(other)), atol=0.08, rtol=0)


def test_batches_hold_the_pairs_and_can_start_anywhere():
    found = loader()
    assert isinstance(found, Loader)
    left, right, different = found.pairs(2)
    batches = list(found.batches(2))
    assert len(batches) == len(found) == 9
    assert torch.cat([b[0] for b in batches]).flatten().tolist() == left.tolist()
    assert torch.cat([b[1] for b in batches]).flatten().tolist() == right.tolist()
    assert torch.equal(torch.cat([b[2] for b in batches]), different.float())
    for start in (0, 4, 8, 9, 20):
        rest = list(found.batches(2, start=start))
        assert len(rest) == max(0, 9 - start)
        for a, b in zip(rest, batches[start:], strict=True):
            assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_epochs_differ_unless_they_are_fixed():
    moving, fixed = loader(), loader(fixed=True)
    assert not torch.equal(moving.pairs(0)[0], moving.pairs(1)[0])
    assert torch.equal(moving.pairs(3)[1], loader().pairs(3)[1])
    assert not torch.equal(moving.pairs(0)[1], loader(seed=1).pairs(0)[1])
    assert all(torch.equal(a, b) for a, b in zip(fixed.pairs(0), fixed.pairs(5), strict=True))
    assert fixed.pairs()[0].tolist() == list(range(60))


@pytest.mark.parametrize("counts", [(5,), (5, 1)])
def test_too_few_images_are_refused(counts):
    with pytest.raises(ValueError, match=rf"but there are {len(counts)} classes, the smallest of {counts[-1]}"):
        loader(counts)


def module(unseen=0, **words):
    splits = ImageSplits(tuple("abcde"), image_set((8,) * 5), test=image_set((4,) * 5))
    return ImagePairs(ImageDataModule(lambda: splits, batch_size=8, **words), unseen=unseen)


def test_unseen_classes_meet_only_each_other_and_only_in_their_own_test():
    data = module(unseen=2, validation=10)
    data.prepare()
    for part in (data.train_loader(), data.val_loader(), data.test_loader()):
        assert set(part.image_set.labels.tolist()) == {0, 1, 2}
    assert set(data.unseen_loader().image_set.labels.tolist()) == {3, 4}
    assert module().unseen_loader() is None
    assert not data.train_loader().fixed
    assert data.test_loader().fixed


@pytest.mark.parametrize("unseen", [-1, 1, 4, 5])
def test_two_classes_must_be_on_each_side(unseen):
    with pytest.raises(ValueError, match=rf"unseen is {unseen} of 5 classes; it must be 0 or at least 2, and leave 2"):
        module(unseen=unseen).prepare()
