"""Files behind an HTTPS address, with a limit on every wait."""

import queue
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.progress import Report
from deepdive.data.sources.base import File, SourceError, Streams, decompressed

ANSWER_LIMIT = 5.0
"""Seconds from the first packet (name resolution included) to the status line."""
STALL_LIMIT = 8.0
"""Seconds for the next 16 kB of a transfer that has begun."""
_CHUNK = 1 << 14


@dataclass(frozen=True, slots=True)
class Https:
    """Files below one address: ``address + file.name + suffix``; a ``.gz`` suffix is unpacked on the fly."""

    address: str
    """The folder's address, with the slash at its end."""
    suffix: str = ""
    """What follows the file's name."""

    @property
    def label(self) -> str:
        """The address."""
        return self.address

    def available(self, files: Sequence[File]) -> bool:
        """Always worth a try."""
        return True

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """One request per file; the first that fails ends the source, as the others would; see `Source`."""
        for file in files:
            name = file.name + self.suffix
            with closing(_Body(self.address + name)) as body:
                yield file, decompressed(body, name, file)


class _Body:
    """The body of a web page, read by another thread.

    Neither the resolver nor the socket layer bounds the whole of a wait: a name server may hang, an address
    may have many unreachable hosts, a server may send a byte per second. A queue with a time limit does.
    """

    def __init__(self, url: str) -> None:
        self._chunks: queue.Queue[bytes | Exception | None] = queue.Queue(maxsize=16)
        self._abandoned = threading.Event()
        self._rest = b""
        self._ended = False
        threading.Thread(target=self._pump, args=(url,), daemon=True).start()
        try:
            self._await(ANSWER_LIMIT, f"no answer within {ANSWER_LIMIT:.0f} s")
        except SourceError:
            self.close()
            raise

    def read(self, size: int = -1, /) -> bytes:
        parts, missing = [self._rest], size - len(self._rest)
        while not self._ended and (missing > 0 or size < 0):
            self._await(STALL_LIMIT, f"stalled: less than {_CHUNK:,} bytes in {STALL_LIMIT:.0f} s")
            parts.append(self._rest)
            missing -= len(self._rest)
        content = b"".join(parts)
        size = len(content) if size < 0 else size
        self._rest = content[size:]
        return content[:size]

    def close(self) -> None:
        self._abandoned.set()

    def _await(self, limit: float, reason: str) -> None:
        try:
            item = self._chunks.get(timeout=limit)
        except queue.Empty:
            raise SourceError(reason) from None
        if isinstance(item, Exception):
            raise SourceError(_reason(item)) from item
        self._ended = item is None
        self._rest = item or b""

    def _pump(self, url: str) -> None:
        try:
            import requests

            # The bytes as they lie on the server: a transfer encoding would change their checksum.
            headers = {"Accept-Encoding": "identity", "User-Agent": "deepdive"}
            limits = (ANSWER_LIMIT, STALL_LIMIT)
            with requests.get(url, stream=True, timeout=limits, headers=headers) as response:
                if response.status_code != 200:
                    raise SourceError(f"answered {response.status_code} {response.reason}".rstrip())
                if response.headers.get("Content-Type", "").startswith("text/html"):
                    raise SourceError("sent a web page instead of the file; is there a login page on the way?")
                self._put(b"")
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    self._put(chunk)
                self._put(None)
        except _AbandonedError:
            pass
        except Exception as error:  # Whatever it is, the waiting thread must hear of it.
            try:
                self._put(error)
            except _AbandonedError:
                pass

    def _put(self, item: bytes | Exception | None) -> None:
        while not self._abandoned.is_set():
            try:
                return self._chunks.put(item, timeout=0.5)
            except queue.Full:
                continue
        raise _AbandonedError


class _AbandonedError(Exception):
    """The reader has gone; the thread may end."""


def _reason(error: Exception) -> str:
    """What a person needs to know of a failed request."""
    import requests

    if isinstance(error, SourceError):
        return str(error)
    if isinstance(error, requests.Timeout):
        return f"no answer within {ANSWER_LIMIT:.0f} s"
    cause: object = error
    while inner := getattr(cause, "reason", None) or next(
        (arg for arg in getattr(cause, "args", ()) if isinstance(arg, Exception)), None
    ):
        cause = inner
    text = str(cause) or type(cause).__name__
    kind = "cannot connect" if isinstance(error, requests.ConnectionError) else "cut off"
    return f"{kind}: {text.rsplit(': ', 1)[-1]}"
