"""The images of a competition: labelled ones, and those to be labelled."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deepdive.data.images import ImageDataModule, ImageSplits, read_builtin, read_folder
from deepdive.data.images.folders.competition import find_layout
from deepdive.data.images.folders.decoding import ImageOptions
from deepdive.data.images.folders.labelled import read_labelled
from deepdive.data.images.folders.loose import LooseImages, read_loose
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.recipes.vision.image_folder import ImageFolderSettings


@dataclass(frozen=True)
class Competition:
    """Labelled images, where the others lie, and what the columns of the submission are called."""

    splits: ImageSplits
    test: Path | None = None
    numbered: bool = False
    """Whether there is a test set whose labels are known, to be labelled by number."""
    id_column: str = "id"
    label_column: str = "label"


def read_competition(settings: ImageFolderSettings, report: Report) -> Competition:
    """The labelled images of a named data set, a folder of classes, or a folder with a table.

    Raises:
        FileNotFoundError: what is named does not exist.
        ValueError: images, classes or a table that cannot be used.
    """
    table, test = (Path(name) if name else None for name in (settings.labels, settings.test))
    if settings.data in DATASETS:
        if table is not None:
            raise ValueError(f"labels is {table}, but the classes of the data set {settings.data} are known")
        if test is not None and not test.exists():
            raise FileNotFoundError(f"test is {test}, but there is no such file or folder")
        splits = read_builtin(settings.data, report=report)
        return Competition(splits, test, numbered=splits.test is not None)
    layout = find_layout(Path(settings.data).expanduser(), table, test)
    form = _form(settings)
    if layout.table is not None:
        splits, labels = read_labelled(layout.train, layout.table, form, report=report)
        return Competition(splits, layout.test, splits.test is not None, labels.id_column, labels.label_column)
    read = partial(
        read_folder,
        layout.train,
        image_size=form.image_size,
        fit=form.fit,
        skip_damaged=form.skip_damaged,
        unlabelled_test=layout.test is not None,
        report=report,
    )
    splits = read(test=0)
    numbered = splits.test is not None
    return Competition(splits if numbered or layout.test else read(), layout.test, numbered)


def read_unlabelled(
    competition: Competition, data: ImageDataModule, settings: ImageFolderSettings, report: Report
) -> LooseImages | None:
    """The images to be labelled; those of a test set whose labels are known are numbered from 1.

    Raises:
        ValueError: there is no image, or one that cannot be used.
    """
    train = data.image_set("train")
    if competition.test is not None and train is not None:
        _, channels, height, width = train.images.shape
        form = replace(_form(settings), image_size=(height, width), channels=channels)
        return read_loose(competition.test, form, report=report)
    known = data.image_set("test")
    if known is None or not competition.numbered:
        return None
    ids = tuple(str(i) for i in range(1, len(known.labels) + 1))
    return LooseImages(ids, known.images, ("the labels of the test images are known; they are numbered from 1",))


def _form(settings: ImageFolderSettings) -> ImageOptions:
    size = None if settings.image_size is None else (settings.image_size, settings.image_size)
    return ImageOptions(size, fit=settings.fit, skip_damaged=settings.skip_damaged)
