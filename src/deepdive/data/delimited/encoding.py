"""From the bytes of a text file to its characters, or the reason why not."""

import codecs
import re
from collections.abc import Callable

_MARK = "\ufeff"
_WITHIN = re.compile(rf"(?<=[\r\n]){_MARK}+")


def decode(data: bytes, name: str, *, note: Callable[[str], object] | None = None) -> str:
    """The characters of a file in UTF-8, or in UTF-16 with a byte order mark, without the mark; line ends as they are.

    Files that were joined each bring a mark: those that begin a later line are taken off, too, and ``note`` is told.

    Raises:
        ValueError: it holds nothing but white space, holds NUL bytes, or is neither; names the file ``name``, and the
            byte (counted from 0) and line (counted from 1) where it goes wrong.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _from_utf16(data, name)
    else:
        text = _from_utf8(data, name)
    text = text.lstrip(_MARK)  # a byte order mark more than one, of programs that each put one in front
    if _MARK in text and (within := _WITHIN.search(text)):
        line = same_line_ends(text[: within.start()]).count("\n") + 1
        text, count = _WITHIN.subn("", text)
        if note:
            marks = "a byte order mark" if count == 1 else f"{count} byte order marks"
            note(f"{name} has {marks} within, the first in line {line}, as files have that were joined: passed over")
    if not text or text.isspace():
        raise ValueError(f"{name} is empty; a text must hold more than white space")
    return text


def same_line_ends(text: str) -> str:
    r"""The text with ``\n`` for ``\r\n`` and ``\r``. Nothing else ends a line: no form feed, no U+0085, no U+2028."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _from_utf8(data: bytes, name: str) -> str:
    if (at := data.find(b"\0")) >= 0:
        raise ValueError(f"{name} holds a NUL byte, {_place(data, at)}; it is no text file, or not UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Without its byte order mark the decoder counts from the first byte after it.
        at = error.start + len(data) - len(error.object)
        raise ValueError(
            f"{name} is not UTF-8: 0x{data[at]:02x}, {_place(data, at)}; save it as UTF-8 (it may be Latin-1, or no "
            "text at all)"
        ) from error


def _from_utf16(data: bytes, name: str) -> str:
    """What spreadsheets call Unicode text; without the byte order mark it could be anything."""
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        line = same_line_ends(data[: error.start].decode("utf-16", "ignore")).count("\n") + 1
        raise ValueError(
            f"{name} begins as UTF-16, but is damaged: byte {error.start} in line {line}; save it as UTF-8"
        ) from error
    if (at := text.find("\0")) >= 0:
        line = same_line_ends(text[:at]).count("\n") + 1
        raise ValueError(
            f"{name} holds a NUL character in line {line}; it is no text file, or UTF-32: save it as UTF-8"
        )
    return text


def _place(data: bytes, at: int) -> str:
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return f"byte {at} in line {before.count(10) + 1}"
