"""How the program speaks: plain text for a person, whatever is in the names in it, and for a program byte by byte."""

import contextlib
import sys
from typing import TYPE_CHECKING

from deepdive.names import printable

if TYPE_CHECKING:
    from rich.console import Console


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
