import pytest
import torch

from deepdive.data.images.module import ImageDataModule, ImageSet, ImageSplits, channel_statistics
from deepdive.data.splits import stratified_split
from deepdive.data.types import DataModule


def image_set(n=40, classes=4, shape=(1, 6, 5), seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (n, *shape), dtype=torch.uint8, generator=generator)
    return ImageSet(images, torch.arange(n) % classes)


def module(train=None, val=None, test=None, **options):
    splits = ImageSplits(("a", "b", "c", "d"), train or image_set(), val, test, ("a note",))
    return ImageDataModule(lambda: splits, **options)


def images_of(loader, epoch=0):
    return torch.cat([x for x, _ in loader.batches(epoch)])


def test_it_is_a_data_module_and_reads_once():
    reads = []
    data = ImageDataModule(lambda: (reads.append(1), ImageSplits(("a", "b", "c", "d"), image_set()))[1])
    assert isinstance(data, DataModule)
    assert not reads
    data.prepare()
    data.prepare()
    data.train_loader()
    assert reads == [1]
    assert data.labels == ("a", "b", "c", "d")


def test_batches_are_float_images_with_their_labels():
    train = image_set()
    data = module(train, batch_size=16)
    batches = list(data.train_loader().batches())
    assert [len(x) for x, _ in batches] == [16, 16, 8]
    flat = {tuple(image.flatten().tolist()): label for image, label in zip(train.images, train.labels, strict=True)}
    for x, y in batches:
        assert x.dtype == torch.float32
        for image, label in zip((x * 255).round().to(torch.uint8), y, strict=True):
            assert flat[tuple(image.flatten().tolist())] == label


def test_no_split_no_loader():
    data = module()
    assert data.val_loader() is None
    assert data.test_loader() is None
    assert data.image_set("test") is None
    assert data.notes == ("a note",)


def test_a_validation_split_is_disjoint_stratified_and_independent_of_the_seed():
    halves = []
    for seed in (0, 1):
        data = module(validation=0.25, seed=seed)
        train, val = data.image_set("train"), data.image_set("val")
        assert len(val.labels) == 10
        assert val.labels.bincount().max() - val.labels.bincount().min() <= 1
        both = torch.cat([train.images, val.images]).flatten(1)
        assert len(both.unique(dim=0)) == len(image_set().images.flatten(1).unique(dim=0)) == 40
        halves.append(val.images)
    assert torch.equal(*halves)


def test_validation_images_of_the_data_win():
    own = image_set(6, seed=1)
    data = module(val=own, validation=0.5)
    assert data.image_set("val") is own
    assert len(data.image_set("train").labels) == 40


def test_validation_and_test_keep_their_order_and_are_not_augmented():
    test = image_set(9, seed=2)
    data = module(test=test, validation=8, augment=lambda x, g: x * 0.0, test_batch_size=4)
    torch.testing.assert_close(images_of(data.test_loader()), test.images / 255)
    torch.testing.assert_close(images_of(data.val_loader()), data.image_set("val").images / 255)
    assert images_of(data.train_loader()).abs().max() == 0


def test_augment_gets_bytes_and_what_it_gives_is_resized_and_standardised():
    seen = []

    def augment(images, generator):
        seen.append((images.dtype, images.shape, torch.rand(1, generator=generator).item()))
        return torch.full(images.shape, 0.5)

    data = module(augment=augment, image_size=(4, 4), normalize=True, batch_size=20)
    [mean], [std] = data.spec.mean, data.spec.std
    torch.testing.assert_close(images_of(data.train_loader()), torch.full((40, 1, 4, 4), (0.5 - mean) / std))
    assert [(dtype, shape) for dtype, shape, _ in seen] == [(torch.uint8, (20, 1, 6, 5))] * 2
    assert seen[0][2] != seen[1][2], "every batch has its own random numbers"


def test_mix_gets_standardised_images_and_probabilities():
    train = image_set(8)
    data = module(train, test=train, batch_size=8, normalize=True, mix=lambda batch, g: (batch[0] * 2, batch[1] / 2))
    [(x, y)] = data.train_loader().batches()
    assert y.shape == (8, 4)
    assert y.sum(dim=0).tolist() == [1, 1, 1, 1]
    [(plain, labels)] = data.test_loader().batches()
    assert labels.dtype == torch.int64
    order = [[torch.allclose(a, 2 * b) for b in plain].index(True) for a in x]
    assert torch.equal(y.argmax(dim=1), labels[order])


def test_training_order_follows_the_seed():
    a, b, c = (images_of(module(seed=seed).train_loader()) for seed in (3, 3, 4))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_normalized_images_have_mean_0_and_deviation_1():
    data = module(image_set(200, shape=(3, 6, 5)), normalize=True)
    x = images_of(data.train_loader()).double()
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3, dtype=torch.double), atol=1e-6, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3), correction=0), torch.ones(3, dtype=torch.double), atol=1e-6, rtol=0)
    test = module(image_set(200, shape=(3, 6, 5)), test=image_set(5, shape=(3, 6, 5)), normalize=True).test_loader()
    assert test is not None
    assert images_of(test).min() < -1


def test_channel_statistics_are_those_of_the_pixels():
    images = image_set(50, shape=(3, 6, 5)).images
    mean, std = channel_statistics(images)
    exact = images.double() / 255
    torch.testing.assert_close(torch.tensor(mean, dtype=torch.double), exact.mean((0, 2, 3)))
    torch.testing.assert_close(torch.tensor(std, dtype=torch.double), exact.std((0, 2, 3), correction=0))
    assert channel_statistics(torch.full((2, 1, 2, 2), 51, dtype=torch.uint8)) == (pytest.approx((0.2,)), (1.0,))


def test_another_size_is_made_batch_by_batch():
    data = module(image_size=(12, 10), batch_size=7)
    x, _ = next(data.train_loader().batches())
    assert x.shape == (7, 1, 12, 10)
    assert (data.spec.height, data.spec.width) == (12, 10)
    assert data.image_set().images.shape[-2:] == (6, 5)


def test_labels_out_of_range_are_named():
    bad = ImageSet(image_set(4).images, torch.tensor([0, 1, 4, 2]))
    with pytest.raises(ValueError, match=r"labels of the test set must be from 0 to 3, got 4 at \[2\]"):
        module(test=bad).prepare()


def test_sets_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"images of the test set have shape \(3, 6, 5\), those of .* \(1, 6, 5\)"):
        module(test=image_set(shape=(3, 6, 5))).prepare()


def test_too_large_a_validation_split_is_refused():
    with pytest.raises(
        ValueError,
        match=r"validation must take at least 0 of 40 examples .*, got 40",
    ):
        module(validation=40).prepare()


def test_a_class_that_would_lose_all_its_images_to_the_validation_is_named():
    few = ImageSet(image_set(9).images, torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 3]))
    held_out = next(n for n in range(1, 9) if 3 not in few.labels[stratified_split(few.labels, n)[0]])
    module(few, validation=held_out - 1).prepare()
    with pytest.raises(ValueError, match=rf"holding out {held_out} validation images leaves none .* classes \(d\)"):
        module(few, validation=held_out).prepare()
