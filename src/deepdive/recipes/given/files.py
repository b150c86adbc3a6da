"""Files and folders as a user names them."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from deepdive.data.parts import gone_note, is_hidden
from deepdive.data.sources.walking import walk
from deepdive.names import tell


def one_by_one(inputs: Any) -> list[Any]:
    """The inputs one by one, where an only one may come without a list around it."""
    if isinstance(inputs, str | bytes | os.PathLike | Mapping) or not isinstance(inputs, Iterable):
        return [inputs]
    return list(inputs)


def path_of(value: Any, what: str) -> Path:
    """A path, however it is written.

    Raises:
        TypeError: it is none; ``what`` says what else may be given.
    """
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"inputs must be {what}, got {type(value).__name__}")
    return Path(value)


def files_below(folder: Path, is_wanted: Callable[[str], bool], what: str) -> list[Path]:
    """All files below a folder that are wanted by their names, sorted; hidden ones and links to folders do not count.

    How many others there are is told, and links that lead nowhere are.

    Raises:
        ValueError: there is none; ``what`` says of what.
    """
    found, gone, others = list[Path](), list[Path](), 0
    for here, folders, names in walk(folder):
        folders[:] = [name for name in folders if not is_hidden(name)]
        shown = [name for name in names if not is_hidden(name)]
        wanted = [here / name for name in shown if is_wanted(name)]
        found += (path for path in wanted if path.is_file())
        gone += (path for path in wanted if not path.is_file())
        others += len(shown) - len(wanted)
    if gone:
        tell(f"note: {gone_note(sorted(gone))}")
    if not found:
        raise ValueError(f"{folder} holds no {what}")
    if others:
        tell(f"note: {others:,} other files in {folder} are left aside")
    return sorted(found)
