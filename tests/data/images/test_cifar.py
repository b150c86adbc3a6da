import tarfile

import numpy as np
import pytest

from deepdive.data.images.cifar import read_batch, read_cifar10


def test_a_row_is_a_class_and_three_planes():
    image = np.arange(3072).reshape(3, 32, 32) % 251
    read = read_batch(bytes([7]) + image.astype(np.uint8).tobytes() + bytes(3073), "batch")
    assert read.labels.tolist() == [7, 0]
    assert np.array_equal(read.images[0].numpy(), image)
    assert read.images[1].max() == 0


@pytest.mark.parametrize("length", [0, 1, 3072, 3074])
def test_a_file_of_another_length_is_named(length):
    with pytest.raises(ValueError, match=rf"batch is {length:,} bytes long; it must be a multiple of 3,073"):
        read_batch(bytes(length), "batch")


def test_an_archive_without_the_files_is_named(tmp_path):
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("cifar-10-batches-bin/readme.html"))
    with pytest.raises(ValueError, match=r"other\.tar\.gz has no member cifar-10-batches-bin/data_batch_1\.bin"):
        read_cifar10(tmp_path / "other.tar.gz")
