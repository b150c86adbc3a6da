import io
import os

import pytest

from deepdive.training.listeners._terminal import ForgivingStream, is_live


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "live"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({}, True),
        ({"CI": "false", "TERM": "xterm"}, True),
        ({"CI": "true", "TERM": "xterm"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "unknown"}, False),
    ],
)
def test_is_live(monkeypatch, environment, live):
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_live(Terminal()) is live
    assert is_live(io.StringIO()) is False


def test_a_closed_pipe_is_silence():
    read, write = os.pipe()
    os.close(read)
    stream = ForgivingStream(io.TextIOWrapper(io.FileIO(write, "w"), write_through=True))
    assert stream.write("hello") == 5
    stream.flush()
    assert stream.write("again") == 5
    os.close(write)
    with pytest.raises(OSError, match="Bad file descriptor"):
        stream.close()


def test_a_closed_stream_is_silence():
    inner = io.StringIO()
    inner.close()
    assert ForgivingStream(inner).write("hello") == 5


def test_characters_the_encoding_lacks_become_question_marks():
    bytes_written = io.BytesIO()
    inner = io.TextIOWrapper(bytes_written, encoding="ascii")
    stream = ForgivingStream(inner)
    stream.write("größe 1\n")
    stream.flush()
    assert bytes_written.getvalue() == b"gr??e 1\n"
    assert stream.encoding == "ascii"
