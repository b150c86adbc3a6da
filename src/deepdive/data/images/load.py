"""Images by the name of a data set, a folder or an archive."""

import os
from dataclasses import replace
from pathlib import Path

from deepdive.data.images.builtin import read_builtin
from deepdive.data.images.decode import Fit
from deepdive.data.images.folders import read_folder
from deepdive.data.images.module import Augment, ImageDataModule, ImageSplits
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, find
from deepdive.data.sources.archives import SUFFIXES, is_archive
from deepdive.data.types import Transform


def load_images(
    source: str | Path,
    *,
    batch_size: int = 128,
    validation: int | float = 0,
    seed: int = 0,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    fit: Fit = "pad",
    strict: bool = False,
    skip_damaged: bool = False,
    normalize: bool = False,
    augment: Augment | None = None,
    mix: Transform | None = None,
    report: Report | None = None,
) -> ImageDataModule:
    """Labelled images as a data module; nothing is read before its ``prepare``.

    Args:
        source: a name in the registry, or a folder of images with one folder per class, optionally below
            ``train``, ``val`` and ``test``, or an archive (.zip, .tar.gz, .tar.xz, ...) with the same inside; see
            `read_folder`, also for what is done without ``test``.
        batch_size: images per training batch.
        validation: how many (int) or which fraction (float) to hold out of the training images.
        seed: of the order of the training images, of ``augment`` and of ``mix``.
        image_size: one side of a square, or height and width; by default that of the images.
        channels: 1 (grey) or 3 (colour); by default what the images have.
        fit: whether images of other proportions than ``image_size`` are padded (``pad``) or cut (``crop``).
        strict: whether images of a folder that would have to be resized or converted are an error.
        skip_damaged: whether files of a folder that are no images are left out, and told, instead of an error.
        normalize: whether to standardise each channel with its mean and standard deviation.
        augment: a random map of a batch of byte training images to floats in 0..1, e.g. an `Augmentation`.
        mix: a random map of a whole training batch of images and probabilities, e.g. `MixUp` or `CutMix`.
        report: told how far downloads and decoding are.

    Raises:
        ValueError: neither a data set nor a folder has that name, or it is a file and no archive; ``channels`` or
            ``image_size`` make no sense.
        FileNotFoundError: no folder at that path.

    """
    if channels not in (None, 1, 3):
        raise ValueError(f"channels is {channels}; it must be 1 (grey) or 3 (colour)")
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if size is not None and min(size) < 1:
        raise ValueError(f"image_size is {image_size}; it must be at least 1")
    named = isinstance(source, str) and source in DATASETS
    folder = Path(source).expanduser()
    if not named and not folder.is_dir() and not is_archive(folder):
        raise _nothing_there(source)

    def read() -> ImageSplits:
        if named:
            return _with_channels(read_builtin(str(source), report=report), channels)
        return read_folder(
            folder,
            image_size=size,
            channels=channels,
            fit=fit,
            strict=strict,
            skip_damaged=skip_damaged,
            report=report,
        )

    return ImageDataModule(
        read,
        batch_size=batch_size,
        validation=validation,
        seed=seed,
        image_size=size,
        normalize=normalize,
        augment=augment,
        mix=mix,
    )


def _with_channels(splits: ImageSplits, channels: int | None) -> ImageSplits:
    """Grey images as colour images, if so asked: three times the same plane, without a copy."""
    has = splits.train.images.shape[1]
    if channels in (None, has):
        return splits
    if has != 1:
        raise ValueError(f"channels is {channels}, but the images have {has}")
    train, val, test = (
        part and replace(part, images=part.images.expand(-1, 3, -1, -1))
        for part in (splits.train, splits.val, splits.test)
    )
    return replace(splits, train=train, val=val, test=test)


def _nothing_there(source: str | Path) -> ValueError | FileNotFoundError:
    if Path(source).expanduser().is_file():
        return ValueError(f"{source} is a file, but no archive by its name, which would end in {', '.join(SUFFIXES)}")
    if isinstance(source, Path) or "/" in source or os.sep in source:
        return FileNotFoundError(f"no such folder: {source}")
    try:
        find(source)
    except ValueError as error:
        return ValueError(f"{error}; nor is there a folder of that name")
    raise RuntimeError(f"{source!r} is a data set after all")
