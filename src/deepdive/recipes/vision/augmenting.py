"""From settings to augmentation."""

from collections.abc import Callable

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


def make_augmentation(settings: AugmentationSettings) -> Augmentation | None:
    """The augmentation that was asked for, in the order of the settings; ``None`` if there is none."""
    s = settings
    least = s.resized_crop
    makers: list[tuple[bool, Callable[[], Geometric | Chromatic | Cutout]]] = [
        (s.flip, HorizontalFlip),
        (s.vertical_flip, VerticalFlip),
        (s.crop != 0, lambda: PadAndCrop(s.crop)),
        (least is not None, lambda: RandomResizedCrop((least or 0.0, 1.0))),
        (s.rotation != 0, lambda: Rotation(s.rotation)),
        (s.scale != 0, lambda: Scale(1 - s.scale, 1 + s.scale)),
        (s.translate != 0, lambda: Translate(s.translate)),
        (s.shear != 0, lambda: Shear(s.shear)),
        (s.jitter != 0, lambda: ColorJitter(s.jitter, s.jitter, s.jitter)),
        (s.hue != 0, lambda: Hue(s.hue)),
        (s.grayscale != 0, lambda: Grayscale(s.grayscale)),
        (s.cutout != 0, lambda: Cutout(s.cutout)),
    ]
    transforms = [make() for wanted, make in makers if wanted]
    return Augmentation(transforms, fill=s.fill) if transforms else None


def make_mixing(settings: AugmentationSettings) -> Transform | None:
    """Mixup, cutmix, either of them for each batch, or ``None``."""
    found = [make(alpha) for alpha, make in ((settings.mixup, MixUp), (settings.cutmix, CutMix)) if alpha]
    return found[0] if len(found) == 1 else OneOf(found) if found else None
