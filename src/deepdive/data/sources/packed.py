"""Compressed files: every byte of one must belong to a stream, and what it may hold is bounded."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from deepdive.data.sources.base import CHUNK

SMALL, RATIO = 64 << 20, 100
"""What a compressed file may hold: so many bytes, or so many times its own length. Texts rarely shrink to a 20th."""


def limit_of(path: Path) -> int:
    """The most bytes that a compressed file may hold."""
    return max(SMALL, RATIO * path.stat().st_size)


def too_much(name: str, limit: int, then: str) -> ValueError:
    """The error of a compressed file that holds more; ``then`` says what to do if it is neither damaged nor a bomb."""
    return ValueError(
        f"{name} must hold at most {limit >> 20} MiB ({SMALL >> 20} MiB, or {RATIO} times its own length), got more: "
        f"it is damaged, or made to exhaust memory (a decompression bomb); if it is neither, {then}"
    )


class _Streams(io.RawIOBase):
    """The content of a file of one or more compressed streams. Python's own readers take damage after one for its end.

    Between streams of xz, and after the last, there may be zero bytes, in multiples of four (its "stream padding").
    """

    def __init__(self, path: Path, *, decoder: Callable[[], Any], padded: bool) -> None:
        super().__init__()
        self._decoder, self._padded = decoder, padded
        self._stream = decoder()
        self._file = path.open("rb")

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Some of the next bytes; none at the end."""
        view = memoryview(buffer).cast("B")
        content = self._some(len(view))
        view[: len(content)] = content
        return len(content)

    def _some(self, most: int) -> bytes:
        while True:
            if self._stream.eof:
                packed = self._following(self._stream.unused_data)
                if not packed:
                    return b""
                self._stream = self._decoder()
            else:
                packed = self._file.read(CHUNK) if self._stream.needs_input else b""
                if self._stream.needs_input and not packed:
                    raise EOFError("it is cut off")
            if content := self._stream.decompress(packed, most):
                return content

    def _following(self, rest: bytes) -> bytes:
        """The beginning of what follows a stream and is no padding."""
        zeros = 0
        while rest := rest or self._file.read(CHUNK):
            kept = rest.lstrip(b"\0") if self._padded else rest
            zeros += len(rest) - len(kept)
            rest = kept
            if kept:
                break
        if zeros % 4:
            raise EOFError(f"padding must be zero bytes in multiples of four, got {zeros}")
        return rest


def _opener(decoder: Callable[[], Any], *, padded: bool) -> Callable[..., Any]:
    return lambda path, _mode="rb": io.BufferedReader(_Streams(Path(path), decoder=decoder, padded=padded), CHUNK)


OPENERS: dict[str, tuple[bytes, Callable[..., Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", _opener(bz2.BZ2Decompressor, padded=False)),
    ".xz": (b"\xfd7zXZ\0", _opener(partial(lzma.LZMADecompressor, lzma.FORMAT_XZ), padded=True)),
}
"""By the ending of its name: how a compressed file begins, and what opens it (``path, "rb"``) as what it holds."""
