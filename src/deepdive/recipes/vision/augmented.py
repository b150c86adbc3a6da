"""Pictures that are mirrored and shifted in training, for recipes with small photographs."""

from deepdive.data.images import ImageDataModule, load_images
from deepdive.data.images.shifts import flip_and_shift
from deepdive.data.progress import Report
from deepdive.recipes.vision.classification import LoadPictures
from deepdive.recipes.vision.settings import ImageClassificationSettings


def augmented_pictures(shift: int) -> LoadPictures:
    """The pictures that settings speak of; training pictures are mirrored at random and shifted by up to ``shift``.

    Raises:
        ValueError: ``shift`` is negative.
    """
    augment = flip_and_shift(shift)

    def load(settings: ImageClassificationSettings, report: Report) -> ImageDataModule:
        return load_images(
            settings.data,
            batch_size=settings.batch_size,
            validation=settings.validation,
            seed=settings.seed,
            image_size=settings.image_size,
            skip_damaged=settings.skip_damaged,
            normalize=settings.normalize,
            augment=augment,
            report=report,
        )

    return load
