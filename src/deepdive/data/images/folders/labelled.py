"""Images whose classes stand in a table beside them, as in competitions: ``id,label``."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.delimited import Delimited, read_delimited
from deepdive.data.images.folders.decoding import ImageOptions, decode_images
from deepdive.data.images.folders.loose import find_images, ids_of, in_order
from deepdive.data.images.module import ImageSet, ImageSplits
from deepdive.data.parts import PARTS, Part, listed, part_column
from deepdive.data.progress import Report
from deepdive.data.tensor_cache import CachedTensors, cached

_IDS = ("id", "image", "image_id", "imageid", "file", "filename", "file_name", "name", "picture")
_LABELS = ("label", "labels", "class", "breed", "category", "target", "species")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Classes by image."""

    id_column: str
    label_column: str
    labels: dict[str, str]
    """In the order of the file."""
    part_column: str | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    """The part of each image, where a column tells it, see `deepdive.data.parts.part_column`."""
    notes: tuple[str, ...] = ()
    """What was taken for the delimiter."""


def read_labels(path: Path) -> LabelTable:
    """A delimited file with the name of an image and its class in each row; it may be compressed.

    Columns are found by their usual names (``id``, ``image``, ``file``, ...; ``label``, ``class``, ``breed``, ...); of
    two columns with other names, the first is the name.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file cannot be read (see `read_delimited`), lacks a column, or a row is incomplete or a second
            one of the same image; with the line.

    """
    return _table(read_delimited(path))


def read_labelled(
    images: Path, table: Path, options: ImageOptions, *, report: Report | None = None
) -> tuple[ImageSplits, LabelTable]:
    """The images of a folder or an archive with their classes from a table, and their parts if a column tells them.

    They are decoded once, see `read_folder`. Rows without an image are counted in a note.

    Raises:
        FileNotFoundError: there is no such folder, archive or table.
        ValueError: an image without a row, fewer than two classes, a table or images that cannot be used.

    """
    labels = read_labels(table)
    there = find_images(images)
    ids = ids_of([file.path for file in there.images], images)
    keys = [_key(name, file.path.name, labels) for name, file in zip(ids, there.images, strict=True)]
    if missing := [file.path for file, key in zip(there.images, keys, strict=True) if key is None]:
        some = ", ".join(str(path) for path in missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        raise ValueError(
            f"{len(missing)} of {len(keys)} images have no row in {table}, which calls them by their file names in "
            f"the column {labels.id_column}: {some}"
        )
    names = [labels.labels[key] for key in keys if key is not None]
    classes = tuple(sorted(set(names)))
    if len(classes) < 2:
        raise ValueError(f"the images in {images} are all of one class, {names[0]}; there must be at least two")
    order = sorted(range(len(ids)), key=lambda i: in_order(ids[i]))

    def make() -> CachedTensors:
        decoded = decode_images([there.images[i] for i in order], options, name=images.name, report=report)
        return CachedTensors({"images": decoded.images, "rows": decoded.rows}, {"notes": [*decoded.notes]})

    files = [images] if there.images[0].content is not None else [file.path for file in there.images]
    kept = cached({"labelled": str(images.absolute())} | asdict(options), files, make, report=report)
    number_of = {name: number for number, name in enumerate(classes)}
    numbers = torch.tensor([number_of[names[i]] for i in order])[kept.tensors["rows"]]
    everything = ImageSet(kept.tensors["images"], numbers)
    parts = [labels.parts.get(key, "train") for i in order if (key := keys[i]) is not None]
    part_of = [parts[row] for row in kept.tensors["rows"].tolist()]
    sets = {part: everything.rows(_where(part_of, part)) for part in PARTS if part in part_of}
    if "train" not in sets or len(sets["train"].labels.unique()) < len(classes):
        known = set(sets["train"].labels.tolist()) if "train" in sets else set[int]()
        lacking = [name for number, name in enumerate(classes) if number not in known]
        raise ValueError(
            f"column {labels.part_column} of {table} leaves no image to learn from of the classes {listed(lacking)}"
        )
    counts = ", ".join(f"{len(some.labels)} {part} images" for part, some in sets.items())
    from_column = f" by the column {labels.part_column}" if labels.part_column else ""
    decided = f"{len(classes)} classes of {table.name}, {listed(classes)}: {counts}{from_column}"
    notes = [*labels.notes, decided, *kept.facts["notes"]]
    if spare := len(labels.labels) - len(set(keys)):
        notes.append(f"{spare} of {len(labels.labels)} rows of {table.name} have no image in {images.name}")
    if unseen := sorted(set(labels.labels.values()) - set(classes)):
        notes.append(f"{len(unseen)} classes of {table.name} have no image: {', '.join(unseen[:_SHOWN])}")
    return ImageSplits(classes, sets["train"], sets.get("val"), sets.get("test"), tuple(notes)), labels


def _where(parts: list[Part], part: Part) -> Int64[Tensor, " n"]:
    return torch.tensor([row for row, each in enumerate(parts) if each == part], dtype=torch.int64)


def _key(name: str, file_name: str, table: LabelTable) -> str | None:
    return next((key for key in (name, file_name) if key in table.labels), None)


def _table(read: Delimited) -> LabelTable:
    header = read.columns
    if len(header) < 2:
        raise ValueError(f"{read.name}: the header must name images and their classes, got {read.cells.first}")
    name, label = _column(header, _IDS), _column(header, _LABELS)
    if len(header) == 2 and (name is None or label is None):
        name, label = 0, 1
    if name is None or label is None:
        kind, known = ("names of the images", _IDS) if name is None else ("classes", _LABELS)
        raise ValueError(
            f"{read.name}: none of the columns {', '.join(header)} is known to hold the {kind}; call it one of "
            f"{', '.join(known)}"
        )
    labels: dict[str, str] = {}
    places: dict[str, str] = {}
    spare: dict[str, list[str]] = {other: [] for i, other in enumerate(header) if i not in (name, label)}
    for i, row in enumerate(read.rows):
        if not any(cell.strip() for cell in row):
            continue
        key, value, place = row[name].strip(), row[label].strip(), read.where(i)
        if not key or not value:
            raise ValueError(f"{place}: column {header[label if key else name]!r} must not be empty")
        if key in labels:
            raise ValueError(f"{place}: {header[name]} must be unique, got {key!r} as in {places[key]}")
        labels[key], places[key] = value, place
        for column, cell in zip(header, row, strict=True):
            if column in spare:
                spare[column].append(cell.strip())
    if not labels:
        raise ValueError(f"{read.name} has a header, but no rows that are not empty")
    try:
        told = part_column(spare)
    except ValueError as error:
        raise ValueError(f"{read.name}: {error}") from error
    column, parts = told or (None, [])
    return LabelTable(header[name], header[label], labels, column, dict(zip(labels, parts, strict=False)), read.notes)


def _column(header: Sequence[str], known: tuple[str, ...]) -> int | None:
    return next((i for word in known for i, name in enumerate(header) if name.lower() == word), None)
