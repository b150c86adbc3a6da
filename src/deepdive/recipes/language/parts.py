"""Where the texts of a recipe are: in a named data set, in a file, or in a folder whose files are parts by name."""

from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from deepdive import names
from deepdive.data.parts import Part, part_files, shared_note
from deepdive.data.registry import DATASETS
from deepdive.data.splits import hold_out

T = TypeVar("T")
TENTH = 0.1
"""The fraction of a single file that becomes the test set, and of the rest that becomes the validation set."""
SETS: dict[Part, str] = {"train": "training set", "val": "validation set", "test": "test set"}


def own_data(data: str, named: Collection[str], what: str) -> Path | None:
    """The user's own file or folder; ``None`` where ``data`` is one of the ``named`` data sets.

    Raises:
        FileNotFoundError: there is no data set, file or folder of that name.
        ValueError: it is another data set; ``what`` says what else there may be.
    """
    if data in named:
        return None
    if data in DATASETS:
        raise ValueError(f"data must be {' or '.join(named)}, or {what}, got {data!r}")
    path = Path(data).expanduser()
    if not path.is_dir() and not path.is_file():
        raise FileNotFoundError(f"data is {data!r}; there is no data set, file or folder of that name")
    return path


def read_parts(
    folder: Path, read: Callable[[Path], T], what: str, *, keys: Callable[[T], Sequence[Hashable]]
) -> dict[Part, T]:
    """The examples of each file of a folder that is a part by its name, see `deepdive.data.parts.part_files`.

    Args:
        folder: where the files are.
        read: the examples of a file.
        what: they are called.
        keys: what tells examples apart: how many of another part are also in the training set is told.

    Raises:
        ValueError: there is no training set, or a file is not as it must be.
    """
    files, notes = part_files(folder)
    found: dict[Part, T] = {part: read(file) for part, file in files.items()}
    tell((*notes, *shared_note({str(part): keys(some) for part, some in found.items()}, what)))
    return found


def split_rows(rows: int) -> tuple[Tensor, Tensor, Tensor]:
    """The rows of a single file for training, validation and test."""
    rest, test = hold_out(rows, TENTH, name="test")
    kept, validation = hold_out(len(rest), TENTH, name="validation")
    return rest[kept], rest[validation], test


def evaluated_part(splits: Any) -> Part:
    """The part that a report shows: ``test``, or ``val``, or ``train`` where the others are empty."""
    return "test" if len(splits.test) else "val" if len(splits.val) else "train"


def part_notes(data: str) -> tuple[str, ...]:
    """Which files of a folder are which parts; nothing where ``data`` is a file, or the name of a text."""
    folder = Path(data).expanduser()
    return part_files(folder)[1] if data not in DATASETS and folder.is_dir() else ()


def tell(notes: Sequence[str]) -> None:
    """Write notes to standard error, one a line."""
    for note in notes:
        names.tell(f"note: {note}")
