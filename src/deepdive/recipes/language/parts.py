"""Folders of files that are parts by their names, as the recipes that learn from text have them; it is told."""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from deepdive import names
from deepdive.data.parts import part_files, shared_note
from deepdive.data.registry import DATASETS

T = TypeVar("T")


def read_parts(
    folder: Path, read: Callable[[Path], Sequence[T]], what: str, *, key: Callable[[T], Hashable]
) -> dict[str, Sequence[T]]:
    """The examples of each file of a folder that is a part by its name, see `deepdive.data.parts.part_files`.

    Args:
        folder: where the files are.
        read: the examples of a file.
        what: they are called.
        key: what tells two of them apart: how many are also learnt from is told.

    Raises:
        ValueError: there is nothing to learn from, or a file is not as it must be.
    """
    files, notes = part_files(folder)
    found: dict[str, Sequence[T]] = {part: read(file) for part, file in files.items()}
    tell((*notes, *shared_note({part: [key(each) for each in some] for part, some in found.items()}, what)))
    return found


def part_notes(data: str) -> tuple[str, ...]:
    """Which files of a folder are which parts; nothing where ``data`` is a file, or the name of a text."""
    folder = Path(data).expanduser()
    return part_files(folder)[1] if data not in DATASETS and folder.is_dir() else ()


def tell(notes: Sequence[str]) -> None:
    """Write notes to standard error, one a line."""
    for note in notes:
        names.tell(f"note: {note}")
