"""How the program speaks: plain text for a person, whatever is in the names in it, and for a program byte by byte."""

import contextlib
import sys
from typing import TYPE_CHECKING

from deepdive.names import printable

if TYPE_CHECKING:
    from rich.console import Console

_LONGEST = 2000
"""Characters of a message; it may list all columns of a table, but not a text that lost its line ends."""


def say(text: str, *, error: bool = False) -> None:
    """A line on standard output, or on standard error; what cannot be shown of it is ``?`` on a terminal.

    A terminal that has been closed does not hear it, and that is no error.
    """
    stream = sys.stderr if error else sys.stdout
    shown = printable(text, keep="\n\t") if error or stream.isatty() else text
    if not error:
        stream.write(f"{shown}\n")
        return
    with contextlib.suppress(OSError):
        stream.write(f"{shown}\n")
        stream.flush()


def plain_console() -> "Console":
    """A console that takes no name for markup, an emoji or a number to be coloured."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def message_of(error: BaseException) -> str:
    """The error and the notes added to it on its way, whatever of people's data it holds."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror and error.filename:
        text = f"{error.filename}: {error.strerror}"
    return _readable("; ".join([text, *getattr(error, "__notes__", ())]))


def _readable(text: str) -> str:
    """Without what moves the cursor, and without the middle of what fills the screen."""
    shown = "".join(letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text)
    if len(shown) <= _LONGEST:
        return shown
    return f"{shown[: _LONGEST // 2]} ... {shown[-_LONGEST // 2 :]}"  # what to do stands at the end
