"""Texts, as a user types them or a program has them."""

import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deepdive.data.text import read_text
from deepdive.names import tell
from deepdive.recipes.given.files import files_below, one_by_one

_KINDS = "texts, pairs of texts, or files as pathlib.Path"


def takes_texts(experiment: object) -> bool:
    """Whether an experiment is asked about texts, not about files: by the name of the parameter of its ``predict``."""
    predict = getattr(experiment, "predict", None)
    return predict is not None and "texts" in inspect.signature(predict).parameters


def texts_in(inputs: Sequence[Path | str], texts_of: Callable[[Path], Sequence[str]] | None = None) -> list[str]:
    """The texts themselves; a path stands for what ``texts_of`` finds in that file, or in all below that folder.

    Without ``texts_of``, a file has a text per line, see `lines_of`.

    Raises:
        ValueError: a text is empty, a file is no text, or a folder holds none.
    """
    found: list[str] = []
    for each in inputs:
        if not str(each).strip():
            raise ValueError("a text is empty; there must be at least one character that is no space")
        place = place_of(each)
        found += [str(each)] if place is None else _texts_at(place, texts_of or lines_of)
    return found


def given_texts(inputs: Any, texts_of: Callable[[Path], Sequence[str]]) -> list[str]:
    """Texts out of a program: a string is a text, whatever it says, and only a `pathlib.Path` is a file or a folder.

    The two of a pair are joined by a tab, as in a file.

    Raises:
        ValueError: a text is empty, or a file is no text.
        FileNotFoundError: there is no such file or folder.
        TypeError: something else is given.
    """
    found: list[str] = []
    for each in one_by_one(inputs):
        if isinstance(each, os.PathLike):
            if not os.path.exists(each):
                raise FileNotFoundError(f"no such file: {os.fspath(each)}")
            found += _texts_at(Path(each), texts_of)
            continue
        parts = [each] if isinstance(each, str) else each
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise TypeError(f"inputs must be {_KINDS}, got {type(each).__name__}")
        if not all(part.strip() for part in parts) or not parts:
            raise ValueError("a text is empty; there must be at least one character that is no space")
        if isinstance(each, str) and place_of(each) is not None:
            tell(f"note: {each[:60]!r} is taken for a text; pathlib.Path(...) would name the file")
        found.append(each if isinstance(each, str) else "\t".join(" ".join(part.split()) for part in parts))
    return found


def lines_of(path: Path) -> list[str]:
    """The lines of a text file, empty ones left out.

    Raises:
        ValueError: it is no text.
    """
    return [line for line in read_text(path).split("\n") if line.strip()]


def place_of(text: Path | str) -> Path | None:
    """The file or folder of that name, if there is one."""
    try:
        path = Path(text)
        return path if path.is_file() or path.is_dir() else None
    except (OSError, ValueError):  # longer than any file name, or with a character that none may have
        return None


def _texts_at(place: Path, texts_of: Callable[[Path], Sequence[str]]) -> list[str]:
    if not place.is_dir():
        return list(texts_of(place))
    files = files_below(place, lambda _: True, "files")
    found = [text for file in files for text in texts_of(file)]
    tell(f"note: {place} is a folder: {len(found):,} texts in {len(files):,} files")
    return found
