"""From settings to random changes of training pictures."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from deepdive.data.images.augmentation import (
    Augmentation,
    Chromatic,
    ColorJitter,
    CutMix,
    Cutout,
    Geometric,
    Grayscale,
    HorizontalFlip,
    Hue,
    MixUp,
    OneOf,
    PadAndCrop,
    RandomResizedCrop,
    Rotation,
    Scale,
    Shear,
    Translate,
    VerticalFlip,
)
from deepdive.data.types import Transform
from deepdive.recipes.vision.settings import AugmentationSettings

Made = TypeVar("Made")


def augmentation_for(settings: AugmentationSettings) -> Augmentation | None:
    """The changes of pictures that were asked for, in the order of the settings; ``None`` if there are none.

    Raises:
        ValueError: a setting is out of its range; names it.
    """
    s = settings
    share = s.resized_crop
    makers: dict[str, tuple[bool, Callable[[], Geometric | Chromatic | Cutout]]] = {
        "flip": (s.flip, HorizontalFlip),
        "vertical_flip": (s.vertical_flip, VerticalFlip),
        "crop": (s.crop != 0, lambda: PadAndCrop(s.crop)),
        "resized_crop": (share is not None, lambda: RandomResizedCrop((share or 0.0, 1.0))),
        "rotation": (s.rotation != 0, lambda: Rotation(s.rotation)),
        "scale": (s.scale != 0, lambda: Scale(1 - s.scale, 1 + s.scale)),
        "translate": (s.translate != 0, lambda: Translate(s.translate)),
        "shear": (s.shear != 0, lambda: Shear(s.shear)),
        "jitter": (s.jitter != 0, lambda: ColorJitter(s.jitter, s.jitter, s.jitter)),
        "hue": (s.hue != 0, lambda: Hue(s.hue)),
        "grayscale": (s.grayscale != 0, lambda: Grayscale(s.grayscale)),
        "cutout": (s.cutout != 0, lambda: Cutout(s.cutout)),
    }
    transforms = [_made(name, make) for name, (wanted, make) in makers.items() if wanted]
    return Augmentation(transforms, fill=s.fill) if transforms else None


def mixing_for(settings: AugmentationSettings) -> Transform | None:
    """Mixup, cutmix, either of them for each batch, or ``None``.

    Raises:
        ValueError: a strength is negative or infinite; names it.
    """
    kinds = {"mixup": (settings.mixup, MixUp), "cutmix": (settings.cutmix, CutMix)}
    found = [_made(name, partial(make, alpha)) for name, (alpha, make) in kinds.items() if alpha]
    return found[0] if len(found) == 1 else OneOf(found) if found else None


def _made(name: str, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ValueError as error:
        raise ValueError(f"augment.{name}: {error}") from error
