"""Where ``deepdive predict`` may write: never over what it reads, or what a run is made of."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdive.files import kind_of

if TYPE_CHECKING:
    from deepdive.training import Run


def check_outputs(*, output: Path | None, image: Path | None, inputs: Sequence[str], run: "Run", force: bool) -> None:
    """Check where the table and the images of predictions are to go, before anything is predicted.

    Refused are what is no plain file, such as a link, a device or a folder, an existing file without ``force``, and
    even with it: a file of a run folder or of the cache, the inputs, and the data that the run learnt from.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: one of these; says which.
    """
    for name, path in (("output", output), ("image", image)):
        if path is None:
            continue
        if not path.absolute().parent.is_dir():
            raise FileNotFoundError(f"{name} is {path}, but there is no folder {path.parent}")
        kind = kind_of(path)
        if kind is not None and kind != "a file":
            raise ValueError(f"{name} must be a new file or a plain one, got {path}, which is {kind}")
        _check_place(name, path)
        for each in [path, *(_numbered(path) if name == "image" else ())]:
            _check_content(name, each, inputs, run)
        if kind is not None and not force:
            raise ValueError(f"{name} must be a new file, got {path}, which exists; --force replaces it")
    if output is not None and image is not None and _is_one_of(output, image):
        raise ValueError(f"output and image must be two files, got {output} and {image}")


def _check_place(name: str, path: Path) -> None:
    """Folders that only the program writes into."""
    from deepdive.data.cache import cache_folder

    parents = (path.parent.resolve() / path.name).parents
    if (folder := next((each for each in parents if (each / "run.json").is_file()), None)) is not None:
        raise ValueError(f"{name} must lie outside of run folders, got {path}, which is in {folder}")
    if cache_folder().resolve() in parents:
        raise ValueError(f"{name} must lie outside of the cache, got {path}")


def _check_content(name: str, path: Path, inputs: Sequence[str], run: "Run") -> None:
    """Files that are there and are read."""
    if not os.path.exists(path):
        return
    for what, given in (("an input", inputs), (f"data that {run.folder} learnt from", [*_texts(run.settings)])):
        for each in given:
            if _is_same(path, each) or (_is_below(path, each) and not _was_written(path, run)):
                raise ValueError(f"{name} must not be {what}, got {path}")


def _texts(value: Any) -> Iterator[str]:
    """What may be a path among settings."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _texts(each)


def _is_same(path: Path, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # a text, or a name that is none
        return False


def _is_below(path: Path, folder: str) -> bool:
    return os.path.isdir(folder) and Path(folder).resolve() in path.resolve().parents


def _was_written(path: Path, run: "Run") -> bool:
    """Whether a file in a folder of data is a table that came after the run, as predictions do, and so none of its."""
    began = datetime.strptime(run.created, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return path.suffix.lower() == ".csv" and os.stat(path).st_mtime >= began


def _numbered(image: Path) -> Iterator[Path]:
    """The files beside it that several images of this name would replace."""
    for each in image.absolute().parent.iterdir():
        if _is_one_of(each, image) and each.name != image.name:
            yield each


def _is_one_of(path: Path, image: Path) -> bool:
    """Whether it is ``image``, or one of several that are numbered."""
    stem, suffix = re.escape(image.stem), re.escape(image.suffix)
    beside = path.absolute().parent.resolve() == image.absolute().parent.resolve()
    return beside and re.fullmatch(rf"{stem}(-\d+)?{suffix}", path.name) is not None
