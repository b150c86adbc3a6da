"""What to do when something merely nice to have cannot be written."""

import logging
from types import TracebackType

_log = logging.getLogger("deepdive.training")


class WarnOnce:
    """A ``with`` block in which an ``OSError`` becomes a warning line, and only the first time.

    A plot that finds the disk full must not end a run of hours.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._warned = False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, OSError):
            return False
        if not self._warned:
            _log.warning("could not write %s, the run goes on without: %s", self._what, error)
            self._warned = True
        return True
