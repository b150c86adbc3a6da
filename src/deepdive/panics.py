"""Errors of libraries written in Rust that are no exceptions of Python's."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def panics_told() -> Iterator[None]:
    """Raise a ``ValueError`` where such a library panics on damaged input.

    A panic is a ``BaseException`` of a class that each library has for itself, and passes whatever catches errors.

    Raises:
        ValueError: the library panicked; says why.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(f"its reader stopped at it: {error}") from error
