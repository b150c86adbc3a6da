"""Texts given on the command line."""

from collections.abc import Sequence
from pathlib import Path

from deepdive.data.text import read_text


def texts_in(inputs: Sequence[Path | str]) -> list[str]:
    """The texts themselves; the path of a file stands for its lines, empty ones left out.

    Raises:
        ValueError: a text is empty, or a file is no text.
    """
    found: list[str] = []
    for each in inputs:
        if not str(each).strip():
            raise ValueError("a text is empty; there must be at least one character that is no space")
        if _is_file(each):
            found += [line for line in read_text(Path(each)).split("\n") if line.strip()]
        else:
            found.append(str(each))
    return found


def _is_file(text: Path | str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # longer than any file name, or with a character that none may have
        return False
