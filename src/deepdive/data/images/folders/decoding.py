"""Many image files as one tensor."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from deepdive.data.images.decode import Fit, ImageError, decode_image, image_form
from deepdive.data.images.folders.trees import ImageFile
from deepdive.data.progress import Progress, Report

T = TypeVar("T")
R = TypeVar("R")
_SHOWN = 5
_CHUNK = 64  # Small images are decoded faster than threads are told of them one by one.


@dataclass(frozen=True, slots=True)
class Decoded:
    """Images of one size, and what had to be done to them."""

    images: UInt8[Tensor, "n c h w"]
    rows: Int64[Tensor, " n"]
    """Which of the files they are: all but those that were skipped."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How the images of a folder are brought to one form."""

    image_size: tuple[int, int] | None = None
    """Height and width; by default the size that all of them have."""
    channels: int | None = None
    """1 or 3; by default 1 if all images are grey."""
    fit: Fit = "pad"
    """How an image of other proportions gets the size, see `decode_image`."""
    strict: bool = False
    """Refuse images that would have to be resized or converted."""
    skip_damaged: bool = False
    """Leave out files that are no images, and say so; else they are an error."""


def decode_images(
    files: Sequence[ImageFile], options: ImageOptions, *, name: str, report: Report | None = None
) -> Decoded:
    """Decode all images, several at once.

    Args:
        files: at least one.
        options: what they are to look like.
        name: of the folder, for messages.
        report: told how far the decoding is.

    Raises:
        ValueError: files that cannot be used, counted, the first few with their reasons; several sizes and none
            asked for; ``strict``, and some would have to be changed.

    """
    if not files:
        raise ValueError(f"{name} holds no image")
    rows, failures = list(range(len(files))), []
    size, channels = options.image_size, options.channels
    if size is None or channels is None or options.strict:
        forms, failures = _in_threads(_form, files, f"measuring {name}", report)
        _refuse(failures, len(files), options)
        rows = [row for row, form in enumerate(forms) if form is not None]
        found = [form for form in forms if form is not None]
        size, channels = _common_form([files[row] for row in rows], found, options, name)
    out = torch.empty(len(rows), channels, *size, dtype=torch.uint8)

    def decode(job: tuple[int, int]) -> list[str]:
        place, row = job
        file = files[row]
        out[place], notes = decode_image(file.path, content=file.content, channels=channels, size=size, fit=options.fit)
        return notes

    notes, more = _in_threads(decode, list(enumerate(rows)), f"decoding {name}", report)
    _refuse(more, len(files), options)
    kept = torch.tensor([place for place, note in enumerate(notes) if note is not None], dtype=torch.int64)
    summary = [*_summary((note for note in notes if note is not None), size), *_skipped([*failures, *more], len(files))]
    return Decoded(out if len(kept) == len(out) else out[kept], torch.tensor(rows)[kept], tuple(summary))


def _form(file: ImageFile) -> tuple[int, int, int]:
    return image_form(file.path, content=file.content)


def _common_form(
    files: Sequence[ImageFile], forms: Sequence[tuple[int, int, int]], options: ImageOptions, name: str
) -> tuple[tuple[int, int], int]:
    sizes = {(h, w) for _, h, w in forms}
    if options.image_size is None and len(sizes) > 1:
        some = ", ".join(f"{h}x{w}" for h, w in sorted(sizes)[:_SHOWN])
        raise ValueError(f"the images in {name} have {len(sizes)} sizes ({some}, ...); give image_size")
    size = options.image_size or sizes.pop()
    channels = options.channels or max(c for c, _, _ in forms)
    if options.strict and (odd := [(p, f) for p, f in zip(files, forms, strict=True) if f != (channels, *size)]):
        some = "".join(f"\n  - {file.path}: {c} x {h} x {w}" for file, (c, h, w) in odd[:_SHOWN])
        raise ValueError(
            f"strict: {len(odd)} of {len(files)} images have not {channels} channels, height {size[0]} and "
            f"width {size[1]}:{some}"
        )
    return size, channels


def _in_threads(
    work: Callable[[T], R], jobs: Sequence[T], what: str, report: Report | None
) -> tuple[list[R | None], list[str]]:
    """``work`` done for every job, several at once; ``None`` for those that failed, and why they did."""
    failures: list[str] = []

    def guarded(job: T) -> R | None:
        try:
            return work(job)
        except (ImageError, FileNotFoundError) as error:
            failures.append(str(error))
            return None

    results: list[R | None] = []
    workers = os.cpu_count() or 1
    size = max(1, min(_CHUNK, len(jobs) // (4 * workers)))
    chunks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
    with ThreadPoolExecutor(workers) as pool:
        try:
            for some in pool.map(lambda chunk: [guarded(job) for job in chunk], chunks):
                results += some
                if report:
                    report(Progress(what, len(results), len(jobs), "images"))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # An interrupted user does not wait for the rest.
            raise
    return results, sorted(failures)


def _refuse(failures: Sequence[str], total: int, options: ImageOptions) -> None:
    if failures and len(failures) == total:
        raise ValueError(f"none of {total} images can be used:{_bullets(failures)}")
    if failures and not options.skip_damaged:
        raise ValueError(
            f"{len(failures)} of {total} images cannot be used; mend, remove or skip them (skip_damaged):"
            f"{_bullets(failures)}"
        )


def _bullets(failures: Sequence[str]) -> str:
    some = "".join(f"\n  - {failure}" for failure in failures[:_SHOWN])
    return some + (f"\n  - and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else "")


def _skipped(failures: Sequence[str], total: int) -> list[str]:
    if not failures:
        return []
    more = [f"and {len(failures) - _SHOWN} more"] if len(failures) > _SHOWN else []
    return [f"{len(failures)} of {total} images were skipped: {'; '.join([*sorted(failures)[:_SHOWN], *more])}"]


def _summary(notes: Iterable[list[str]], size: tuple[int, int]) -> list[str]:
    """How many images were changed in which way; sizes that differ count as one way."""
    counts: dict[str, int] = {}
    for note in (note for one in notes for note in one):
        kind = note if not note.startswith("resized") else f"resized to {size[0]}x{size[1]}"
        kind = f"{kind} and cut" if "cropped to" in note else kind
        kind = kind if not kind.startswith("first of") else "first frame of several taken"
        counts[kind] = counts.get(kind, 0) + 1
    return [f"{count} images {kind}" for kind, count in sorted(counts.items())]
