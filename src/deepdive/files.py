"""Files that are either whole or not there, and JSON of others."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file so that at every moment, also after a kill or a full disk, the old or the new one is there, whole.

    Raises:
        OSError: the folder is missing, read-only or full; names the file, and leaves the old one as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # whatever is wrong with the folder, the first error is the one to tell
            temporary.unlink(missing_ok=True)
        kept = "; the file there before is unchanged" if path.exists() else ""
        raise OSError(error.errno, f"cannot write: {error.strerror}{kept}", str(path)) from error


_DEPTH = 100
"""Settings, records and data sets are a few levels deep; what walks through them may call itself once per level."""


def read_json(path: Path) -> Any:
    """What a JSON file in UTF-8 holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON, or nested deeper than 100 levels; names the file.
    """
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON that is read here: {error}") from error


def parse_json(text: str | bytes) -> Any:
    """What a JSON text holds, so that no reader of it runs out of stack.

    Raises:
        ValueError: it is no JSON, or nested deeper than 100 levels.
    """
    problem = f"nesting must be at most {_DEPTH} levels deep"
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(f"{problem}, got more") from None
    level, depth = [content], 0
    while level := [each for each in level if isinstance(each, (dict, list))]:
        if (depth := depth + 1) > _DEPTH:
            raise ValueError(f"{problem}, got more")
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
    return content
