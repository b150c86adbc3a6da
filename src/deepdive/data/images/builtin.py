"""Reading the image sets of the registry."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from deepdive.data.fetching import fetch
from deepdive.data.images.idx import read_idx
from deepdive.data.images.module import ImageSet, ImageSplits
from deepdive.data.progress import Report
from deepdive.data.registry import find
from deepdive.data.splits import stratified_split

_DIGITS_TEST_SHARE = 0.2


def read_builtin(name: str, *, report: Report | None = None) -> ImageSplits:
    """The pictures of a named data set, obtained first if need be.

    Raises:
        ValueError: no image set of that name; see also `deepdive.data.fetch`.

    """
    dataset = find(name)
    if name not in _READERS:
        raise ValueError(f"{name!r} is no image set; these are: {', '.join(_READERS)}")
    return _READERS[name](fetch(dataset, report=report), dataset.labels)


def _read_mnist(files: Mapping[str, Path], labels: tuple[str, ...]) -> ImageSplits:
    def part(prefix: str) -> ImageSet:
        images = read_idx(files[f"{prefix}-images-idx3-ubyte"])
        return ImageSet(images[:, None], read_idx(files[f"{prefix}-labels-idx1-ubyte"]).long())  # (n, 1, 28, 28)

    return ImageSplits(labels, part("train"), test=part("t10k"))


def _read_digits(files: Mapping[str, Path], labels: tuple[str, ...]) -> ImageSplits:
    """Lines of 64 brightnesses in 0..16 and a label. Nobody made a test set: a fifth of each class is held out."""
    table = torch.from_numpy(np.loadtxt(files["digits.csv.gz"], dtype=np.int64, delimiter=","))
    images = (table[:, :64] * 255 / 16).round().to(torch.uint8).reshape(-1, 1, 8, 8)
    everything = ImageSet(images, table[:, 64].contiguous())
    kept, held = stratified_split(everything.labels, _DIGITS_TEST_SHARE)
    return ImageSplits(labels, everything.rows(kept), test=everything.rows(held))


_READERS: dict[str, Callable[[Mapping[str, Path], tuple[str, ...]], ImageSplits]] = {
    "fashion-mnist": _read_mnist,
    "mnist": _read_mnist,
    "digits": _read_digits,
}
