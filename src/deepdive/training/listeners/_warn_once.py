"""What to do when something merely nice to have cannot be written."""

import logging
from types import TracebackType

_log = logging.getLogger("deepdive.training")


class WarnOnce:
    """A ``with`` block in which an error becomes a warning line, and only the first time.

    A plot that finds the disk full, or a name that it cannot draw, must not end a run of hours.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._warned = False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        if not self._warned:
            said = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            _log.warning("could not write %s, the run goes on without: %s", self._what, " ".join(said.split()))
            self._warned = True
        return True
