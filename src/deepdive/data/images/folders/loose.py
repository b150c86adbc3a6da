"""Images without classes: those that a trained network is to label."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from jaxtyping import UInt8
from torch import Tensor

from deepdive.data.images.folders.classes import left_aside
from deepdive.data.images.folders.decoding import ImageOptions, decode_images
from deepdive.data.images.folders.trees import SUFFIXES, ArchiveTree, FolderTree, Found
from deepdive.data.progress import Report
from deepdive.data.sources.archives import is_archive
from deepdive.data.tensor_cache import CachedTensors, cached


@dataclass(frozen=True, slots=True)
class LooseImages:
    """Images by name."""

    ids: tuple[str, ...]
    """Names of the files without suffix; with their folders where names alone are not unique. Numbers are in order."""
    images: UInt8[Tensor, "n c h w"]
    notes: tuple[str, ...] = ()


def find_images(root: Path) -> Found:
    """All images below a folder, or in an archive.

    Raises:
        FileNotFoundError: there is neither.
        ValueError: it holds no image, or is an archive that is damaged or too large.

    """
    tree = ArchiveTree(root) if is_archive(root) else FolderTree(root)
    found = tree.find(tree.root)
    if not found.images:
        raise ValueError(f"{root} holds no image ({', '.join(sorted(SUFFIXES))})")
    return found


def ids_of(paths: list[Path], root: Path) -> list[str]:
    """What each image is called in a table: its name without suffix, or its path where names are not unique."""
    names = [path.stem for path in paths]
    if len(set(names)) == len(names):
        return names
    longer = [path.relative_to(root).with_suffix("").as_posix() for path in paths]
    return longer if len(set(longer)) == len(longer) else [path.relative_to(root).as_posix() for path in paths]


def in_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts names as people count: 2 before 10, also within words."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)


def read_loose(root: Path, options: ImageOptions, *, report: Report | None = None) -> LooseImages:
    """All images below a folder or in an archive, decoded once, see `read_folder`.

    Raises:
        FileNotFoundError: there is neither.
        ValueError: no image, or images that cannot be used, see `decode_images`.

    """
    found = None if is_archive(root) else find_images(root)
    paths = [root] if found is None else [file.path for file in found.images]

    def make() -> CachedTensors:
        there = found or find_images(root)
        names = ids_of([file.path for file in there.images], root)
        order = sorted(range(len(names)), key=lambda i: in_order(names[i]))
        decoded = decode_images([there.images[i] for i in order], options, name=root.name, report=report)
        ids = [names[order[row]] for row in decoded.rows.tolist()]
        notes = [*decoded.notes, *left_aside(there.others, there.links)]
        return CachedTensors({"images": decoded.images}, {"ids": ids, "notes": notes})

    kept = cached({"loose": str(root.absolute())} | asdict(options), paths, make, report=report)
    return LooseImages(tuple(kept.facts["ids"]), kept.tensors["images"], tuple(kept.facts["notes"]))
