"""The stream a run talks to: what it can show, and what happens when nobody reads it any more."""

import os
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class TextStream(Protocol):
    """Something that takes text, like standard output."""

    def write(self, text: str, /) -> object:
        """Take some text."""
        ...

    def flush(self) -> object:
        """Pass it on."""
        ...

    def isatty(self) -> bool:
        """Whether a person sits before it."""
        ...


def is_live(stream: TextStream) -> bool:
    """Whether ``stream`` is a terminal on which a line can be redrawn: no file, pipe or CI log."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown") and not in_ci


class ForgivingStream:
    """A text stream that goes quiet, instead of raising, when its reader is gone.

    ``deepdive run lenet | head`` closes the pipe; the training behind it goes on. Characters that the
    stream's encoding does not know become ``?``.
    """

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        """Write what can be written; the length of ``text`` in any case."""
        self._attempt(lambda: self._write(text))
        return len(text)

    def flush(self) -> None:
        """Flush, if anybody listens."""
        self._attempt(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)  # isatty, encoding, fileno

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError as error:
            self._stream.write(text.encode(error.encoding, "replace").decode(error.encoding))

    def _attempt(self, action: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            action()
        except (OSError, ValueError):  # a ValueError says that the stream is closed
            self._gone = True
