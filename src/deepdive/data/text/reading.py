"""A text from a file, or the reason why it cannot be read."""

import codecs
from pathlib import Path


def read_text(path: Path | str) -> str:
    r"""The text of a UTF-8 file: without a byte order mark, every line ended by ``\n`` alone.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder, holds nothing but white space, holds NUL bytes, or is not UTF-8; names the file,
            and the byte (counted from 0) and line (counted from 1) where it goes wrong.

    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a text is a file")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    return decode_text(path.read_bytes(), str(path))


def decode_text(data: bytes, name: str) -> str:
    """What `read_text` makes of the bytes of a file; ``name`` is what errors call it.

    Raises:
        ValueError: as `read_text`.

    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError(f"{name} is UTF-16, as its first two bytes say; save it as UTF-8")
    if (at := data.find(b"\0")) >= 0:
        raise ValueError(f"{name} holds a NUL byte, {_place(data, at)}; it is no text file, or not UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Without its byte order mark the decoder counts from the first byte after it.
        at = error.start + len(data) - len(error.object)
        raise ValueError(
            f"{name} is not UTF-8: 0x{data[at]:02x}, {_place(data, at)}; save it as UTF-8 (it may be Latin-1, or no "
            "text at all)"
        ) from error
    if not text or text.isspace():
        raise ValueError(f"{name} is empty; a text must hold more than white space")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _place(data: bytes, at: int) -> str:
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return f"byte {at} in line {before.count(10) + 1}"
