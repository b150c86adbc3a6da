"""Folders of pictures decoded once, into tensors that are kept in the cache."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from deepdive.data.cache import CacheError, cache_folder, locked, writing
from deepdive.data.images.folders import ClassFolders, PictureFile, scan_folder
from deepdive.data.images.module import ImageSet, ImageSplits
from deepdive.data.images.picture import PictureError, decode_picture, picture_form
from deepdive.data.progress import Progress, Report
from deepdive.data.splits import stratified_split

T = TypeVar("T")
R = TypeVar("R")
_FORMAT = 1
_SHOWN = 5


def read_folder(
    root: Path,
    *,
    image_size: tuple[int, int] | None = None,
    channels: int | None = None,
    strict: bool = False,
    test: int | float = 0.2,
    report: Report | None = None,
) -> ImageSplits:
    """The pictures of a folder, see `scan_folder`, all of one size.

    They are decoded once: the tensors stay in the cache, and serve until a file of the folder changes.

    Args:
        root: the folder.
        image_size: height and width to fit each picture into, keeping its proportions, padded with the colour
            of its border; by default the size that all of them have.
        channels: 1 or 3; by default 1 if all pictures are grey.
        strict: refuse pictures that would have to be resized or converted.
        test: where there is no ``test`` folder, how many (int) or which share (float) to hold out of the training
            pictures: the same share of every class, the same pictures every time.
        report: told how far the decoding is.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: classes or pictures that cannot be used; the first few are named with their reasons.

    """
    folders = scan_folder(root)
    wanted = {"size": image_size, "channels": channels, "strict": strict, "format": _FORMAT}
    key = hashlib.sha256(json.dumps([str(root.absolute()), wanted]).encode()).hexdigest()[:16]
    cached = cache_folder() / "pictures" / f"{key}.safetensors"
    fingerprint = _fingerprint(folders)
    loaded = _load(cached, fingerprint)
    if loaded is None:
        loaded = _decode_all(folders, image_size, channels, strict, report)
        _save(cached, fingerprint, *loaded, report)
    images, notes = loaded
    sets = {part: ImageSet(images[part], _labels(files)) for part, files in folders.parts.items()}
    if folders.ignored:
        notes = [*notes, f"{folders.ignored} files that are no pictures by their suffix were left aside"]
    if "test" not in sets and test:
        kept, held = stratified_split(sets["train"].labels, test, name="test")
        notes = [*notes, f"no test folder: {len(held)} of {len(kept) + len(held)} pictures held out for testing"]
        sets |= {"train": sets["train"].rows(kept), "test": sets["train"].rows(held)}
    return ImageSplits(folders.labels, sets["train"], sets.get("val"), sets.get("test"), tuple(notes))


def _labels(files: Sequence[PictureFile]) -> Tensor:
    return torch.tensor([file.label for file in files], dtype=torch.int64)


def _fingerprint(folders: ClassFolders) -> str:
    digest = hashlib.sha256()
    for part, files in folders.parts.items():
        for file in files:
            stat = file.path.stat()
            digest.update(f"{part}\0{file.path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(errors="replace"))
    return digest.hexdigest()


def _decode_all(
    folders: ClassFolders,
    size: tuple[int, int] | None,
    channels: int | None,
    strict: bool,
    report: Report | None,
) -> tuple[dict[str, Tensor], list[str]]:
    paths = [file.path for files in folders.parts.values() for file in files]
    if size is None or channels is None or strict:
        size, channels = _common_form(folders.root, paths, size, channels, strict)
    out = torch.empty(len(paths), channels, *size, dtype=torch.uint8)

    def decode(job: tuple[int, Path]) -> list[str]:
        i, path = job
        out[i], notes = decode_picture(path, channels=channels, size=size)
        return notes

    notes = _in_threads(decode, list(enumerate(paths)), f"decoding {folders.root.name}", report)
    lengths = [len(files) for files in folders.parts.values()]
    return dict(zip(folders.parts, out.split(lengths), strict=True)), _summary(notes, size)


def _common_form(
    root: Path, paths: Sequence[Path], size: tuple[int, int] | None, channels: int | None, strict: bool
) -> tuple[tuple[int, int], int]:
    forms = _in_threads(picture_form, paths, f"measuring {root.name}", None)
    sizes = {(h, w) for _, h, w in forms}
    if size is None and len(sizes) > 1:
        some = ", ".join(f"{h}x{w}" for h, w in sorted(sizes)[:_SHOWN])
        raise ValueError(f"the pictures in {root} have {len(sizes)} sizes ({some}, ...); give image_size")
    size = size or sizes.pop()
    channels = channels or max(c for c, _, _ in forms)
    if strict and (odd := [(p, f) for p, f in zip(paths, forms, strict=True) if f != (channels, *size)]):
        some = "".join(f"\n  - {path}: {c} x {h} x {w}" for path, (c, h, w) in odd[:_SHOWN])
        raise ValueError(
            f"strict: {len(odd)} of {len(paths)} pictures have not {channels} channels, height {size[0]} and "
            f"width {size[1]}:{some}"
        )
    return size, channels


def _in_threads(work: Callable[[T], R], jobs: Sequence[T], what: str, report: Report | None) -> list[R]:
    """``work`` done for every job, several at once; all failures are told together."""
    failures: list[str] = []

    def guarded(job: T) -> R | None:
        try:
            return work(job)
        except (PictureError, FileNotFoundError) as error:
            failures.append(str(error))
            return None

    results: list[R | None] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for result in pool.map(guarded, jobs):
                results.append(result)
                if report:
                    report(Progress(what, len(results), len(jobs), "pictures"))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # An interrupted user does not wait for the rest.
            raise
    if failures:
        some = "".join(f"\n  - {failure}" for failure in sorted(failures)[:_SHOWN])
        more = f"\n  - and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
        raise ValueError(f"{len(failures)} of {len(jobs)} pictures cannot be used; mend or remove them:{some}{more}")
    return [result for result in results if result is not None]


def _summary(notes: Iterable[list[str]], size: tuple[int, int]) -> list[str]:
    """How many pictures were changed in which way; sizes that differ count as one way."""
    counts: dict[str, int] = {}
    for note in (note for one in notes for note in one):
        kind = note if not note.startswith("resized") else f"resized to fit {size[0]}x{size[1]}"
        kind = kind if not kind.startswith("first of") else "first frame of several taken"
        counts[kind] = counts.get(kind, 0) + 1
    return [f"{count} pictures {kind}" for kind, count in sorted(counts.items())]


def _load(path: Path, fingerprint: str) -> tuple[dict[str, Tensor], list[str]] | None:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("fingerprint") != fingerprint:
                return None
            return {name: file.get_tensor(name) for name in file.keys()}, json.loads(metadata["notes"])
    except (OSError, SafetensorError):
        return None


def _save(path: Path, fingerprint: str, images: dict[str, Tensor], notes: list[str], report: Report | None) -> None:
    metadata = {"fingerprint": fingerprint, "notes": json.dumps(notes)}
    try:
        with locked(path, report), writing(path) as part:
            save_file({name: image.contiguous() for name, image in images.items()}, part, metadata)
    except (CacheError, SafetensorError) as error:
        if report:  # Training can go on; only the next start pays again.
            report(Progress(f"decoded pictures are not kept: {error}"))
