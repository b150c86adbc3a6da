"""Obtaining the files of a named data set: from the cache, or from the first source that has them."""

import secrets
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from deepdive.data.cache import CacheError, cache_folder, cannot_write, locked, store
from deepdive.data.progress import Progress, Report
from deepdive.data.registry import Dataset, find
from deepdive.data.sources import File, Folders, Source, SourceError
from deepdive.data.sources.base import is_intact
from deepdive.files import remove_stale

_WORKSPACE = ".workspace-"


class DataUnavailableError(FileNotFoundError):
    """No source has the data; the message lists each with its reason and says what to put where."""


def fetch(
    dataset: str | Dataset, *, sources: Sequence[Source] | None = None, report: Report | None = None
) -> dict[str, Path]:
    """The files of a data set by name, each checked against its SHA-256 at every call.

    What the cache lacks comes from the folders in ``DEEPDIVE_DATA``, then from the data set's own sources in
    their order, or from ``sources`` in place of both. Processes that ask at once wait for one another.

    Raises:
        ValueError: no data set of that name.
        DataUnavailableError: no source has what is missing.
        CacheError: the cache cannot be written.

    """
    dataset = find(dataset) if isinstance(dataset, str) else dataset
    folder = folder_of(dataset)
    if _missing(dataset, folder):
        with locked(folder, report):
            _obtain(dataset, folder, (Folders(), *dataset.sources) if sources is None else sources, report)
    return {file.name: folder / file.name for file in dataset.files}


def fetch_any(dataset: str | Dataset, *, report: Report | None = None) -> tuple[Dataset, dict[str, Path]]:
    """The files of a data set, or else those of one that serves in its place, see `Dataset.instead`; and which it is.

    What lies on this machine in any form is preferred to a download.

    Raises:
        ValueError: no data set of that name.
        DataUnavailableError: neither is to be had; the message has all reasons.
        CacheError: the cache cannot be written.

    """
    dataset = find(dataset) if isinstance(dataset, str) else dataset
    forms = [dataset, *(find(name) for name in dataset.instead)]
    near: tuple[tuple[Source, ...], ...] = ((), (Folders(),)) if len(forms) > 1 else ()
    for sources in near:  # The cache alone, then the user's folders.
        for form in forms:
            try:
                return form, fetch(form, sources=sources, report=report)
            except DataUnavailableError:
                continue
    reasons = []
    for form in forms:
        try:
            return form, fetch(form, report=report)
        except DataUnavailableError as error:
            reasons.append(str(error))
    raise DataUnavailableError("\n\nNor are the same examples in another form: ".join(reasons))


def folder_of(dataset: Dataset) -> Path:
    """Where the files of a data set are kept."""
    return cache_folder() / "datasets" / dataset.name


def origin(dataset: Dataset) -> str:
    """Where `fetch` would look first with a chance of success: told in words, at once, without a checksum."""
    folder = folder_of(dataset)
    if all((folder / file.name).is_file() for file in dataset.files):
        return "the cache"
    ready = (source for source in (Folders(), *dataset.sources) if source.available(dataset.files))
    return next((source.label for source in ready), "nowhere")


def _missing(dataset: Dataset, folder: Path) -> list[File]:
    return [file for file in dataset.files if not is_intact(folder / file.name, file)]


def _obtain(dataset: Dataset, folder: Path, sources: Sequence[Source], report: Report | None) -> None:
    remove_stale(folder)
    for left in folder.glob(f"{_WORKSPACE}*"):  # Of killed processes.
        shutil.rmtree(left, ignore_errors=True)
    missing = _missing(dataset, folder)  # Again: another process may just have been here.
    damaged = [file.name for file in missing if (folder / file.name).exists()]
    reasons = [f"the cache {folder}: {'damaged ' + ', '.join(damaged) if damaged else 'not there'}"]
    if damaged and report:
        report(Progress(f"{', '.join(damaged)} in the cache is damaged; getting it again"))
    for source in sources:
        if not missing:
            return
        try:
            _take(source, missing, folder, report)
        except SourceError as error:
            reasons.append(f"{source.label}: {error}")
        else:
            reasons.append(f"{source.label}: has not all of it")
    if missing:
        raise DataUnavailableError(_advice(dataset, missing, folder, reasons))


def _take(source: Source, missing: list[File], folder: Path, report: Report | None) -> None:
    """Move what a source has of the missing files into the cache; those come off the list."""
    workspace = folder / f"{_WORKSPACE}{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workspace.mkdir(mode=0o700)
        with closing(source.streams(list(missing), workspace, report)) as streams:
            for file, stream in streams:
                store(stream, file, folder, report)
                missing.remove(file)
    except CacheError:
        raise
    except OSError as error:
        raise cannot_write(workspace, error) from error
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _advice(dataset: Dataset, missing: Sequence[File], folder: Path, reasons: Sequence[str]) -> str:
    tried = "\n".join(f"  - {reason}" for reason in reasons)
    needed = "\n".join(f"  - {file.name} ({file.size:,} bytes, SHA-256 {file.sha256})" for file in missing)
    return (
        f"the data set {dataset.name!r} is not available; {len(missing)} of {len(dataset.files)} files are missing. "
        f"Tried, in this order:\n{tried}\n"
        f"To go on, get these files elsewhere (see {dataset.homepage}) and put them into {folder}, or into any "
        f"folder and name that in DEEPDIVE_DATA; there they may be gzipped, with .gz after the name:\n{needed}"
    )
