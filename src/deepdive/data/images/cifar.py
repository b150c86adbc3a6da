"""The binary version of CIFAR-10."""

from pathlib import Path

import numpy as np
import torch

from deepdive.data.images.module import ImageSet
from deepdive.data.progress import Progress, Report
from deepdive.data.sources.archives import read_members

_FOLDER = "cifar-10-batches-bin"
_TRAIN = tuple(f"{_FOLDER}/data_batch_{i}.bin" for i in range(1, 6))
_TEST = f"{_FOLDER}/test_batch.bin"
_ROW = 1 + 3 * 32 * 32


def read_cifar10(archive: Path, *, report: Report | None = None) -> tuple[ImageSet, ImageSet]:
    """Training and test images from ``cifar-10-binary.tar.gz``: five files of the one, one of the other.

    The format: for each image a byte with the number of its class, then 1,024 bytes of red, of green and of blue,
    row by row. Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.

    Raises:
        ValueError: the archive is damaged or lacks a file, or a file is not a multiple of 3,073 bytes long.

    """
    parts: dict[str, ImageSet] = {}
    for done, (name, stream) in enumerate(read_members(archive, (*_TRAIN, _TEST)), start=1):
        parts[name] = read_batch(stream.read(), name)
        if report:
            report(Progress(f"reading {archive.name}", done, len(_TRAIN) + 1, "files"))
    train = [parts[name] for name in _TRAIN]
    images, labels = torch.cat([part.images for part in train]), torch.cat([part.labels for part in train])
    return ImageSet(images, labels), parts[_TEST]


def read_batch(content: bytes, name: str) -> ImageSet:
    """The images in one file; ``name`` is for the error.

    Raises:
        ValueError: it is empty, or not a multiple of 3,073 bytes long.

    """
    if not content or len(content) % _ROW:
        raise ValueError(f"{name} is {len(content):,} bytes long; it must be a multiple of {_ROW:,}")
    rows = np.frombuffer(content, np.uint8).reshape(-1, _ROW)
    images = torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy())  # (n, c, h, w)
    return ImageSet(images, torch.from_numpy(rows[:, 0].astype(np.int64)))
