"""Whether operations are recorded: a switch of the running thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Mode(threading.local):
    recording: bool = True


_mode = _Mode()


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require a gradient are recorded, in this thread."""
    return _mode.recording


@contextmanager
def set_grad_enabled(mode: bool) -> Iterator[None]:
    """Record operations, or do not, inside of the block or the decorated function; afterwards it is as before."""
    before, _mode.recording = _mode.recording, mode
    try:
        yield
    finally:
        _mode.recording = before


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside of the block or the decorated function: for updates of parameters, and for predictions."""
    with set_grad_enabled(False):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record again, inside of a ``no_grad`` block."""
    with set_grad_enabled(True):
        yield
