"""Labelled images of a folder or an archive, as tensors."""

from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from deepdive.data.checks import check_classes_kept
from deepdive.data.images.decode import Fit
from deepdive.data.images.folders.classes import ClassFolders, scan_folder
from deepdive.data.images.folders.copies import copy_notes, first_copies
from deepdive.data.images.folders.decoding import ImageOptions, decode_images
from deepdive.data.images.module import ImageSet, ImageSplits
from deepdive.data.progress import Progress, Report
from deepdive.data.sources.archives import is_archive
from deepdive.data.splits import stratified_split
from deepdive.data.tensor_cache import CachedTensors, cached


def read_folder(
    root: Path,
    *,
    image_size: tuple[int, int] | None = None,
    channels: int | None = None,
    fit: Fit = "pad",
    strict: bool = False,
    skip_damaged: bool = False,
    test: int | float = 0.2,
    unlabelled_test: bool = False,
    report: Report | None = None,
) -> ImageSplits:
    """The images of a folder or an archive, see `scan_folder`, all of one size.

    They are decoded once: the tensors stay in the cache, and serve until a file of the folder changes. An archive is
    decoded as it is read, in one pass; nothing of it is unpacked.

    Args:
        root: the folder, or a .zip or (compressed) .tar file that holds such a folder.
        image_size: height and width of every image; by default the size that all of them have.
        channels: 1 or 3; by default 1 if all images are grey.
        fit: how an image of other proportions gets ``image_size``: ``pad`` keeps all of it, padded with the colour
            of its border; ``crop`` fills the size and cuts what stands out.
        strict: refuse images that would have to be resized or converted.
        skip_damaged: leave out files that are no images; a note says how many and which.
        test: where there is no ``test`` folder, how many training images (int) or which fraction of them (float) to
            hold out, the same of every class, the same images every time.
        unlabelled_test: leave a ``test`` folder without classes out; nothing is held out then either.
        report: told how far the decoding is.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: classes or images that cannot be used; the first few are named with their reasons. Too few
            images in a class to hold any out.

    """
    options = ImageOptions(image_size, channels, fit, strict, skip_damaged)
    archive = is_archive(root)
    folders = None if archive else scan_folder(root, unlabelled_test=unlabelled_test)
    paths = [root] if folders is None else (file.path for files in folders.parts.values() for file in files)

    def make() -> CachedTensors:
        if archive and report:
            report(Progress(f"reading {root.name}"))
        return _decode(folders or scan_folder(root, unlabelled_test=unlabelled_test), options, report)

    what = {"folders": str(root.absolute()), "unlabelled_test": unlabelled_test} | asdict(options)
    meaning = None
    if folders is not None:
        meaning = {"labels": folders.labels, "parts": {part: len(files) for part, files in folders.parts.items()}}
    kept = cached(what, paths, make, meaning=meaning, report=report)
    labels = tuple(kept.facts["labels"])
    notes = tuple(kept.facts["scan"] if folders is None else folders.notes) + tuple(kept.facts["notes"])
    parts = kept.facts["parts"]
    sets = {part: ImageSet(kept.tensors[f"{part}.images"], kept.tensors[f"{part}.labels"]) for part in parts}
    copies = {part: kept.tensors[f"{part}.copies"] for part in parts}
    if "test" not in sets and test and not unlabelled_test:
        everything = sets["train"].labels
        kept_rows, held = stratified_split(everything, test, name="test")
        check_classes_kept(everything, everything[kept_rows], labels, name=f"{len(held)} test images")
        notes += (f"no test folder: {len(held)} of {len(everything)} images held out for testing",)
        sets |= {"train": sets["train"].rows(kept_rows), "test": sets["train"].rows(held)}
        copies |= {"train": copies["train"][kept_rows], "test": copies["train"][held]}
    notes += copy_notes(sets, copies)
    return ImageSplits(labels, sets["train"], sets.get("val"), sets.get("test"), notes)


def _decode(folders: ClassFolders, options: ImageOptions, report: Report | None) -> CachedTensors:
    files = [file for part in folders.parts.values() for file in part]
    decoded = decode_images(files, options, name=folders.root.name, report=report)
    numbers = torch.tensor([number for part in folders.numbers.values() for number in part])[decoded.rows]
    part_of = torch.repeat_interleave(torch.tensor([len(part) for part in folders.parts.values()]))[decoded.rows]
    copies = first_copies(decoded.images, [files[row] for row in decoded.rows.tolist()])
    tensors: dict[str, Tensor] = {}
    for i, part in enumerate(folders.parts):
        rows = (part_of == i).nonzero().flatten()
        if not len(rows):
            raise ValueError(f"the {part} part of {folders.root} has no image that can be used")
        first, last = int(rows[0]), int(rows[-1]) + 1  # parts follow one another
        fields = {"images": decoded.images, "labels": numbers, "copies": copies}
        tensors |= {f"{part}.{name}": field[first:last] for name, field in fields.items()}
    present = set(tensors["train.labels"].tolist())
    if gone := [label for i, label in enumerate(folders.labels) if i not in present]:
        raise ValueError(f"no image of the classes {', '.join(gone)} in {folders.root} can be used to learn from")
    facts = {"labels": folders.labels, "parts": [*folders.parts], "scan": folders.notes, "notes": decoded.notes}
    return CachedTensors(tensors, facts)
