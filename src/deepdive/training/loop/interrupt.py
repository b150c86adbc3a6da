"""Ctrl-C, SIGTERM and SIGHUP as a request: finish the step, save, say how to go on."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class TrainingInterrupted(Exception):
    """A run was asked to stop and has saved itself; ``signal`` is the number of the signal."""

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.signal = signal_number


SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Those that ask to stop: Ctrl-C, a supervisor, a terminal that is closed."""


class SignalInterrupt(KeyboardInterrupt):
    """Raised at once where no step has to be finished first; ``signal`` is the number of the signal."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"stopped by signal {signal_number}")
        self.signal = signal_number


class StopRequest:
    """Remembers the first of the signals; a second Ctrl-C ends the process as usual.

    Other signals may come in twos: from the terminal and from the shell in it.
    """

    def __init__(self) -> None:
        self.signal: int | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.signal is None:
            self.signal = number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Listen for the signals inside a ``with`` block (main thread only; elsewhere never requested)."""
    request = StopRequest()
    with _handled(request):
        yield request


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Inside a ``with`` block each of the signals is a `SignalInterrupt`, as Ctrl-C is a ``KeyboardInterrupt``."""
    with _handled(_interrupt):
        yield


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise SignalInterrupt(number)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """A hang-up that this process was told to ignore (``nohup``), it goes on to ignore."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ignored = [number for number in SIGNALS[2:] if before[number] is signal.SIG_IGN]
    ours = {number: known for number, known in before.items() if known is not None and number not in ignored}
    for number in ours:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, known in ours.items():
            signal.signal(number, known)
