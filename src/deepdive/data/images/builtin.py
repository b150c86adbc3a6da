"""Reading the image sets of the registry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from deepdive.data.fetching import fetch_any
from deepdive.data.images.cifar import read_cifar10
from deepdive.data.images.folders import read_folder
from deepdive.data.images.idx import read_idx
from deepdive.data.images.module import ImageSet, ImageSplits
from deepdive.data.progress import Report
from deepdive.data.registry import find
from deepdive.data.splits import stratified_split
from deepdive.data.tensor_cache import CachedTensors, cached

_DIGITS_TEST_SHARE = 0.2


def read_builtin(name: str, *, report: Report | None = None) -> ImageSplits:
    """The images of a named data set, obtained first if need be, or in another form if only that can be had.

    Raises:
        ValueError: no image set of that name; see also `deepdive.data.fetching.fetch_any`.

    """
    dataset = find(name)
    if name not in _READERS:
        raise ValueError(f"{name!r} is no image set; these are: {', '.join(_READERS)}")
    served, files = fetch_any(dataset, report=report)
    splits = _READERS[served.name](files, dataset.labels, report)
    if served is dataset:
        return splits
    return replace(splits, notes=(f"{name} comes as {served.name}: {served.title}", *splits.notes))


def _read_mnist(files: Mapping[str, Path], labels: tuple[str, ...], report: Report | None) -> ImageSplits:
    def part(prefix: str) -> ImageSet:
        images = read_idx(files[f"{prefix}-images-idx3-ubyte"])
        return ImageSet(images[:, None], read_idx(files[f"{prefix}-labels-idx1-ubyte"]).long())  # (n, 1, 28, 28)

    return ImageSplits(labels, part("train"), test=part("t10k"))


def _read_digits(files: Mapping[str, Path], labels: tuple[str, ...], report: Report | None) -> ImageSplits:
    """Lines of 64 brightnesses in 0..16 and a label. Nobody made a test set: a fifth of each class is held out."""
    table = torch.from_numpy(np.loadtxt(files["digits.csv.gz"], dtype=np.int64, delimiter=","))
    images = (table[:, :64] * 255 / 16).round().to(torch.uint8).reshape(-1, 1, 8, 8)
    everything = ImageSet(images, table[:, 64].contiguous())
    kept, held = stratified_split(everything.labels, _DIGITS_TEST_SHARE)
    return ImageSplits(labels, everything.rows(kept), test=everything.rows(held))


def _read_cifar10(files: Mapping[str, Path], labels: tuple[str, ...], report: Report | None) -> ImageSplits:
    archive = files["cifar-10-binary.tar.gz"]

    def make() -> CachedTensors:
        train, test = read_cifar10(archive, report=report)
        parts = {"train": train, "test": test}
        return CachedTensors({f"{part}.{name}": getattr(parts[part], name) for part in parts for name in _FIELDS}, {})

    tensors = cached({"cifar10": str(archive)}, [archive], make, report=report).tensors
    train, test = (ImageSet(*(tensors[f"{part}.{name}"] for name in _FIELDS)) for part in ("train", "test"))
    return ImageSplits(labels, train, test=test)


def _read_cifar10_jpeg(files: Mapping[str, Path], labels: tuple[str, ...], report: Report | None) -> ImageSplits:
    splits = read_folder(files["cifar10_jpg_full.tar.xz"], image_size=(32, 32), channels=3, test=0, report=report)
    if splits.labels != labels:
        raise ValueError(f"the classes in the archive are {', '.join(splits.labels)}, not {', '.join(labels)}")
    return replace(splits, notes=())  # What its folders were taken for is known.


_FIELDS = ("images", "labels")
_READERS: dict[str, Callable[[Mapping[str, Path], tuple[str, ...], Report | None], ImageSplits]] = {
    "fashion-mnist": _read_mnist,
    "mnist": _read_mnist,
    "digits": _read_digits,
    "cifar10": _read_cifar10,
    "cifar10-jpeg": _read_cifar10_jpeg,
}
