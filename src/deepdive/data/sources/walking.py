"""What lies below a folder, down to a depth that no data set has."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

DEEPEST = 100
"""Folders within one another, in an archive too; what walks through them may call itself once per level."""


def walk(
    folder: Path, *, onerror: Callable[[OSError], object] | None = None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder with the names of its folders and files, as `os.walk`; links are not followed.

    Raises:
        ValueError: folders lie deeper than ``DEEPEST`` levels below it.

    """
    top = len(folder.parts)
    for name, folders, files in os.walk(folder, onerror=onerror):
        here = Path(name)
        if len(here.parts) - top > DEEPEST:
            shown = Path(*here.parts[: top + 4])
            raise ValueError(f"{folder} must hold folders at most {DEEPEST} deep, got more below {shown}")
        yield here, folders, files
