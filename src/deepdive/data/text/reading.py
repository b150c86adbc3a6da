"""A text from a file, or the reason why it cannot be read."""

from collections.abc import Callable
from pathlib import Path

from deepdive.data.delimited.encoding import decode, same_line_ends


def read_text(path: Path | str, *, note: Callable[[str], object] | None = None) -> str:
    r"""The text of a file in UTF-8, or in UTF-16 with a byte order mark: without the mark, each line ended by ``\n``.

    ``note`` is told of byte order marks further on, which are taken off as well.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder, holds nothing but white space, holds NUL bytes, or is neither; names the file,
            and the byte (counted from 0) and line (counted from 1) where it goes wrong.

    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a text is a file")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    return decode_text(path.read_bytes(), str(path), note=note)


def decode_text(data: bytes, name: str, *, note: Callable[[str], object] | None = None) -> str:
    """What `read_text` makes of the bytes of a file; ``name`` is what errors call it.

    Raises:
        ValueError: as `read_text`.

    """
    return same_line_ends(decode(data, name, note=note))
