import io
import itertools
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.images import builtin, decode_image
from deepdive.data.images.builtin import read_builtin
from deepdive.data.registry import DATASETS, find
from deepdive.data.sources.archives import plain_files


@pytest.fixture(scope="session")
def cifar10_jpeg_archive():
    try:
        (path,) = fetch("cifar10-jpeg").values()
    except DataUnavailableError:
        pytest.skip("cifar10_jpg_full.tar.xz is not in a folder that DEEPDIVE_DATA names")
    return path


def test_digits_are_those_of_scikit_learn():
    splits, reference = read_builtin("digits"), load_digits()
    both = torch.cat([splits.train.images, splits.test.images]).flatten(1)
    labels = torch.cat([splits.train.labels, splits.test.labels])
    ours = torch.cat([(both.double() * 16 / 255).round(), labels[:, None].double()], dim=1).numpy()
    theirs = np.column_stack([reference.data, reference.target])
    assert sorted(map(tuple, ours.tolist())) == sorted(map(tuple, theirs.tolist()))
    assert len(splits.test.labels) == 359
    assert splits.test.labels.bincount().min() >= 34


def test_fashion_mnist_is_real(fashion_mnist_files, monkeypatch):
    monkeypatch.setattr(builtin, "fetch_any", lambda dataset, report: (dataset, fashion_mnist_files))
    splits = read_builtin("fashion-mnist")
    assert splits.train.images.shape == (60_000, 1, 28, 28)
    assert splits.test.images.shape == (10_000, 1, 28, 28)
    assert splits.train.labels.bincount().tolist() == [6_000] * 10
    assert splits.test.labels.bincount().tolist() == [1_000] * 10
    assert splits.labels[splits.train.labels[0]] == "ankle boot"
    assert [splits.labels[i] for i in (0, 4, 8)] == ["t-shirt", "coat", "bag"]
    # The published mean and standard deviation of the training images.
    x = splits.train.images.double() / 255
    assert x.mean().item() == pytest.approx(0.2860, abs=1e-4)
    assert x.std().item() == pytest.approx(0.3530, abs=1e-4)


def test_every_image_set_of_the_registry_has_a_reader():
    assert set(builtin._READERS) <= set(DATASETS)
    with pytest.raises(ValueError, match="no data set is called 'nothing'"):
        read_builtin("nothing")


def cifar_archive(path):
    """An archive like the original, of 12 random images, and what is in it."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (12, 3, 32, 32), dtype=np.uint8)
    labels = generator.integers(0, 10, 12, dtype=np.uint8)
    names = [*(f"data_batch_{i}.bin" for i in (1, 2, 3, 4, 5)), "test_batch.bin"]
    with tarfile.open(path, "w:gz") as archive:
        for i in (3, 0, 1, 2, 5, 4):  # in another order than that of their numbers
            rows = slice(2 * i, 2 * i + 2)
            content = b"".join(
                bytes([label]) + image.tobytes() for label, image in zip(labels[rows], images[rows], strict=True)
            )
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{names[i]}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def test_cifar10_is_read_from_the_original_archive_and_kept(tmp_path, monkeypatch):
    path = tmp_path / "cifar-10-binary.tar.gz"
    images, labels = cifar_archive(path)
    monkeypatch.setattr(builtin, "fetch_any", lambda dataset, report: (dataset, {path.name: path}))
    for _ in range(2):
        splits = read_builtin("cifar10")
        assert torch.equal(splits.train.images, images[:10])
        assert torch.equal(splits.train.labels, labels[:10])
        assert torch.equal(splits.test.images, images[10:])
        assert torch.equal(splits.test.labels, labels[10:])
        assert splits.labels[0] == "airplane"
        assert splits.notes == ()
        monkeypatch.setattr(builtin, "read_cifar10", lambda *_, **__: pytest.fail("read twice"))


def test_cifar10_comes_as_jpeg_where_only_that_is_to_be_had(tmp_path, monkeypatch):
    labels = DATASETS["cifar10"].labels
    for part in ("train", "test"):
        for label in labels:
            (tmp_path / "cifar" / part / label).mkdir(parents=True)
            Image.new("RGB", (32, 32), (200, 10, 90)).save(tmp_path / "cifar" / part / label / "0000.jpg")
    archive = Path(shutil.make_archive(str(tmp_path / "cifar"), "xztar", tmp_path / "cifar"))
    other = find("cifar10-jpeg")
    monkeypatch.setattr(builtin, "fetch_any", lambda dataset, report: (other, {"cifar10_jpg_full.tar.xz": archive}))
    splits = read_builtin("cifar10")
    assert splits.train.images.shape == splits.test.images.shape == (10, 3, 32, 32)
    assert splits.train.labels.tolist() == list(range(10))
    assert splits.notes == (f"cifar10 comes as cifar10-jpeg: {other.title}",)
    assert read_builtin("cifar10-jpeg").train.images.shape == (10, 3, 32, 32)


def test_an_archive_of_other_classes_is_not_taken_for_cifar10(tmp_path, monkeypatch):
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(tmp_path / "pets" / label / "0.jpg")
    archive = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path / "pets"))
    monkeypatch.setattr(builtin, "fetch_any", lambda dataset, report: (dataset, {"cifar10_jpg_full.tar.xz": archive}))
    with pytest.raises(ValueError, match="the classes in the archive are cat, dog, not airplane, automobile"):
        read_builtin("cifar10-jpeg")


def test_the_first_images_of_the_real_archive_are_what_they_should_be(cifar10_jpeg_archive):
    """All of it takes half a minute; each run of the recipe reads it."""
    files = itertools.islice(
        ((name, content) for name, _, content in plain_files(cifar10_jpeg_archive) if content), 200
    )
    for name, content in files:
        part, label, _ = name.split("/")
        assert (part, label) == ("train", "airplane")
        pixels, notes = decode_image(Path(name), content=content())
        assert (pixels.shape, notes) == ((3, 32, 32), [])
