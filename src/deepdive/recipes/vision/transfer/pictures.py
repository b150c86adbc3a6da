"""The pictures of a fine-tuning: some of them or all, in the form that the pretrained network knows."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from deepdive.data.checks import check_classes_kept
from deepdive.data.images import ImageSet, ImageSpec, load_images
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, PretrainedWeights
from deepdive.data.splits import stratified_split

if TYPE_CHECKING:
    from deepdive.recipes.vision.transfer.fine_tune import FineTuneSettings

_TRAIN, _TEST = 1000, 2000
"""Pictures of a named data set that are learnt from and tested on where nothing else is asked for."""
_SIDE = 128
"""Height and width for a named data set, whose pictures are small."""


@dataclass(frozen=True)
class Pictures:
    """What is learnt from, chosen by and tested on, and how a network gets it."""

    spec: ImageSpec
    parts: dict[str, ImageSet]
    """``train``, ``test`` and perhaps ``val``."""
    notes: tuple[str, ...]


def read_pictures(settings: "FineTuneSettings", weights: PretrainedWeights, report: Report) -> Pictures:
    """The pictures that settings speak of, standardised as those that the weights were learnt from.

    Raises:
        FileNotFoundError: no folder at that path.
        ValueError: classes, pictures or numbers that cannot be used.
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
    parts = {part: pictures for part in ("train", "val", "test") if (pictures := data.pictures(part)) is not None}
    for part, asked, usual in (("train", settings.train_pictures, _TRAIN), ("test", settings.test_pictures, _TEST)):
        if part in parts:
            every = parts[part]
            most = asked if asked is not None else usual if named else 0
            parts[part] = _some(every, most, classes, f"{part}_pictures")
            if (used := len(parts[part].labels)) < len(every.labels):
                notes.append(f"{used:,} of {len(every.labels):,} {part} pictures are used (--{part}-pictures)")
    if settings.validation and "val" not in parts:
        train = parts["train"]
        kept, held = stratified_split(train.labels, settings.validation, name="validation")
        check_classes_kept(train.labels, train.labels[kept], data.labels, name=f"{len(held)} validation pictures")
        parts |= {"train": train.rows(kept), "val": train.rows(held)}
    spec = replace(data.spec, mean=weights.mean, std=weights.std)
    return Pictures(spec, parts, tuple(notes))


def mirrored(pictures: ImageSet) -> ImageSet:
    """The pictures, and their mirror images behind them."""
    return ImageSet(torch.cat([pictures.images, pictures.images.flip(-1)]), pictures.labels.repeat(2))


def _some(pictures: ImageSet, most: int, classes: int, name: str) -> ImageSet:
    """At most so many, the same share of every class; 0 for all."""
    if most and most < classes:
        raise ValueError(f"{name} is {most}; with {classes} classes it must be at least {classes}, or 0 for all")
    if not most or most >= len(pictures.labels):
        return pictures
    _, chosen = stratified_split(pictures.labels, most, name=name)
    return pictures.rows(chosen)
