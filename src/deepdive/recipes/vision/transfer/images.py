"""The images of a fine-tuning: some of them or all, in the form that the pretrained network knows."""

from dataclasses import dataclass, replace

import torch

from deepdive.data.checks import check_classes_kept
from deepdive.data.images import ImageSet, ImageSpec, load_images
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, PretrainedWeights
from deepdive.data.splits import stratified_split
from deepdive.recipes.vision.transfer.fine_tune import FineTuneSettings

_TRAIN, _TEST = 1000, 2000
"""Images of a named data set that are learnt from and tested on where nothing else is asked for."""
_SIDE = 128
"""Height and width for a named data set, whose images are small."""


@dataclass(frozen=True)
class ChosenImages:
    """What is learnt from, chosen by and tested on, and how a network gets it."""

    spec: ImageSpec
    parts: dict[str, ImageSet]
    """``train``, ``test`` and perhaps ``val``."""
    notes: tuple[str, ...]


def read_images(settings: FineTuneSettings, weights: PretrainedWeights, report: Report) -> ChosenImages:
    """The images of the settings, standardised as those that the weights were learnt from.

    Raises:
        FileNotFoundError: no folder at that path.
        ValueError: classes, images or numbers that cannot be used.
    """
    named = settings.data in DATASETS
    data = load_images(
        settings.data,
        image_size=settings.image_size or (_SIDE if named else weights.image_size),
        channels=3,
        fit=settings.fit,
        skip_damaged=settings.skip_damaged,
        report=report,
    )
    data.prepare()
    classes, notes = len(data.labels), list(data.notes)
    parts = {part: images for part in ("train", "val", "test") if (images := data.image_set(part)) is not None}
    for part, asked, usual in (("train", settings.train_images, _TRAIN), ("test", settings.test_images, _TEST)):
        if part in parts:
            every = parts[part]
            most = asked if asked is not None else usual if named else 0
            parts[part] = _some(every, most, classes, f"{part}_images")
            if (used := len(parts[part].labels)) < len(every.labels):
                notes.append(f"{used:,} of {len(every.labels):,} {part} images are used (--{part}-images)")
    if settings.validation and "val" not in parts:
        train = parts["train"]
        kept, held = stratified_split(train.labels, settings.validation, name="validation")
        check_classes_kept(train.labels, train.labels[kept], data.labels, name=f"{len(held)} validation images")
        parts |= {"train": train.rows(kept), "val": train.rows(held)}
    spec = replace(data.spec, mean=weights.mean, std=weights.std)
    return ChosenImages(spec, parts, tuple(notes))


def mirrored(images: ImageSet) -> ImageSet:
    """The images, and their mirror images behind them."""
    return ImageSet(torch.cat([images.images, images.images.flip(-1)]), images.labels.repeat(2))


def _some(images: ImageSet, most: int, classes: int, name: str) -> ImageSet:
    """At most so many, the same fraction of every class; 0 for all."""
    if most and most < classes:
        raise ValueError(f"{name} is {most}; with {classes} classes it must be at least {classes}, or 0 for all")
    if not most or most >= len(images.labels):
        return images
    _, chosen = stratified_split(images.labels, most, name=name)
    return images.rows(chosen)
