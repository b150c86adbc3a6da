import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.registry import Dataset
from deepdive.data.sources import File, Source

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A loopback web server whose pages are functions; it counts the requests."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.release = threading.Event()  # Set at the end of a test: stalled answers wait for it.
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                server.requests.append(self.path)
                try:
                    server.pages[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # The client has left, as it should in some tests.

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}/"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def serve(self, path: str, content: bytes, *, status: int = 200, length: int | None = None, kind: str = "") -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            request.send_header("Content-Length", str(len(content) if length is None else length))
            request.send_header("Content-Type", kind or "application/octet-stream")
            request.end_headers()
            request.wfile.write(content)

        self.pages["/" + path] = answer

    def drip(self, path: str, content: bytes, *, pieces: int, pause: float) -> None:
        """Serve ``content`` in pieces, with a pause before each."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            step = -(-len(content) // pieces)
            for i in range(0, len(content), step):
                self.release.wait(pause)
                request.wfile.write(content[i : i + step])
                request.wfile.flush()

        self.pages["/" + path] = answer

    def close(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the test's own, and no folders of the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DEEPDIVE_CACHE", str(folder))
    monkeypatch.delenv("DEEPDIVE_DATA", raising=False)
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of text or bytes."""

    def write(content: str | bytes, name: str = "f.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(scope="session")
def fashion_mnist_files() -> dict[str, Path]:
    """The real files, from this machine's cache or wherever they can be had."""
    try:
        return fetch("fashion-mnist")
    except DataUnavailableError as error:
        pytest.skip(f"Fashion-MNIST is out of reach: {error}")


def a_file(content: bytes, name: str = "numbers.bin") -> File:
    return File(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def file_of() -> Callable[..., File]:
    return a_file


@pytest.fixture
def dataset_of() -> Callable[..., Dataset]:
    """A data set made of ``(name, content)`` pairs."""

    def make(contents: dict[str, bytes], *sources: Source, name: str = "toy") -> Dataset:
        files = tuple(a_file(content, file_name) for file_name, content in contents.items())
        return Dataset(name, "A toy", "none", "https://example.org/toy", files, tuple(sources))

    return make


@pytest.fixture
def python() -> Callable[..., subprocess.Popen[str]]:
    """Start another Python process on some code, with arguments."""

    def start(code: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start
