"""Tensors made from files, such as decoded images, kept in the cache until these files change."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from deepdive.data.cache import CacheError, cache_folder, caching, locked
from deepdive.data.progress import Progress, Report
from deepdive.files import remove_stale

_FORMAT = 3
_KINDS = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


@dataclass(frozen=True, slots=True)
class CachedTensors:
    """Tensors by name, and facts about them that JSON can hold."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


def cached(
    what: Mapping[str, Any],
    files: Iterable[Path],
    make: Callable[[], CachedTensors],
    *,
    meaning: Mapping[str, Any] | None = None,
    folder: str = "images",
    report: Report | None = None,
) -> CachedTensors:
    """What ``make`` gives, from the cache if it was made before from the same files.

    Args:
        what: everything that ``make`` depends on other than the files, as JSON.
        files: those it reads; each counts with its path, length and time of change.
        make: decodes the images.
        meaning: what the files were taken for, as JSON; of another meaning they are read again, as if they had changed.
        folder: where in the cache they are kept.
        report: told where the tensors cannot be kept; that is no error.

    """
    key = hashlib.sha256(json.dumps([_FORMAT, what], sort_keys=True, default=str).encode()).hexdigest()[:16]
    path = cache_folder() / folder / f"{key}.safetensors"
    digest = hashlib.sha256()
    for line in _fingerprint_of(files):
        digest.update(line)
    if meaning is not None:
        digest.update(json.dumps(meaning, sort_keys=True).encode())
    fingerprint = digest.hexdigest()
    found = _load(path, fingerprint)
    if found is None:
        found = make()
        _save(path, fingerprint, found, report)
    return found


def _load(path: Path, fingerprint: str) -> CachedTensors | None:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("fingerprint") != fingerprint:
                return None
            return CachedTensors({name: file.get_tensor(name) for name in file.keys()}, json.loads(metadata["facts"]))
    except (OSError, SafetensorError):
        return None


def _save(path: Path, fingerprint: str, made: CachedTensors, report: Report | None) -> None:
    metadata = {"fingerprint": fingerprint, "facts": json.dumps(dict(made.facts))}
    try:
        with locked(path, report):
            remove_stale(path.parent)
            with caching(path) as file:
                _write(file, made.tensors, metadata)
    except CacheError as error:
        if report:  # Training can go on; only the next start pays again.
            report(Progress(f"decoded {path.parent.name} are not kept: {error}"))


def _write(file: BinaryIO, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """The format of safetensors, whose library copies everything in memory first, or makes files in its own way.

    ``length of the header (8 bytes), header (JSON), data``; offsets of tensors count from the end of the header.
    """
    ordered = sorted(tensors.items(), key=lambda each: -each[1].element_size())  # so that all begin where they may
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, tensor in ordered:
        start, end = end, end + tensor.nbytes
        kind = _KINDS[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for _, tensor in ordered:
        file.write(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)


def _fingerprint_of(paths: Iterable[Path]) -> Iterator[bytes]:
    """What changes when one of the files does: path, length and time of change."""
    for path in paths:
        try:
            stat = path.stat()
            facts = f"\0{stat.st_size}\0{stat.st_mtime_ns}\n"
        except OSError:
            facts = "\0missing\n"  # A link to nowhere: told when it is to be decoded.
        yield os.fsencode(path) + facts.encode()
