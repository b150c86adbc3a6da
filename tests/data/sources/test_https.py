import gzip
import socket
import threading
import time

import pytest
import requests

from deepdive.data.sources import Https, SourceError, https

CONTENT = bytes(range(256)) * 400  # 102,400 bytes


def read_all(source, *files, tmp_path):
    return {file.name: stream.read() for file, stream in source.streams(files, tmp_path)}


def test_reads_files_below_an_address(server, file_of, tmp_path):
    server.serve("toy/numbers.bin", CONTENT)
    server.serve("toy/few.bin", b"123")
    source = Https(server.address + "toy/")
    files = (file_of(CONTENT), file_of(b"123", "few.bin"))
    assert read_all(source, *files, tmp_path=tmp_path) == {"numbers.bin": CONTENT, "few.bin": b"123"}


def test_gunzips_on_the_fly(server, file_of, tmp_path):
    server.serve("numbers.bin.gz", gzip.compress(CONTENT))
    source = Https(server.address, ".gz")
    assert read_all(source, file_of(CONTENT), tmp_path=tmp_path) == {"numbers.bin": CONTENT}


def test_keeps_a_file_that_is_gzipped_by_name(server, file_of, tmp_path):
    packed = gzip.compress(CONTENT)
    server.serve("numbers.bin.gz", packed)
    assert read_all(Https(server.address), file_of(packed, "numbers.bin.gz"), tmp_path=tmp_path) == {
        "numbers.bin.gz": packed
    }


def test_status_is_checked(server, file_of, tmp_path):
    server.serve("numbers.bin", b"<html>Forbidden</html>", status=403)
    with pytest.raises(SourceError, match=r"^answered 403 Forbidden$"):
        read_all(Https(server.address), file_of(CONTENT), tmp_path=tmp_path)


def test_a_login_page_is_no_file(server, file_of, tmp_path):
    server.serve("numbers.bin", b"<html>Who are you?</html>", kind="text/html; charset=utf-8")
    with pytest.raises(SourceError, match="sent a web page instead of the file"):
        read_all(Https(server.address), file_of(CONTENT), tmp_path=tmp_path)


def test_a_cut_in_the_middle_is_noticed(server, file_of, tmp_path):
    server.serve("numbers.bin", CONTENT[:50_000], length=len(CONTENT))
    with pytest.raises(SourceError, match="cut off"):
        read_all(Https(server.address), file_of(CONTENT), tmp_path=tmp_path)


def test_a_refused_connection_names_its_reason(file_of, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    with pytest.raises(SourceError, match=r"cannot connect: .*refused"):
        read_all(Https(address), file_of(CONTENT), tmp_path=tmp_path)


@pytest.mark.parametrize("pieces", [2, 100])
def test_a_stalled_or_trickling_server_is_left(pieces, server, file_of, tmp_path, monkeypatch):
    monkeypatch.setattr(https, "STALL_LIMIT", 0.4)
    monkeypatch.setattr(https, "ANSWER_LIMIT", 2.0)
    server.drip("numbers.bin", CONTENT, pieces=pieces, pause=0.3 if pieces > 2 else 30)
    begin = time.monotonic()
    with pytest.raises(SourceError, match=r"stalled|cut off"):
        read_all(Https(server.address), file_of(CONTENT), tmp_path=tmp_path)
    assert time.monotonic() - begin < 10


def test_a_name_server_that_hangs_is_left(file_of, tmp_path, monkeypatch):
    let_go, ended = threading.Event(), threading.Event()

    def hang(*args, **kwargs):
        let_go.wait(60)
        ended.set()
        raise socket.gaierror("too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(https, "ANSWER_LIMIT", 0.5)
    begin = time.monotonic()
    with pytest.raises(SourceError, match="no answer within"):
        read_all(Https("https://data.example.org/"), file_of(CONTENT), tmp_path=tmp_path)
    assert time.monotonic() - begin < 30  # on a busy machine, too
    let_go.set()
    assert ended.wait(30)  # The abandoned thread must end before the resolver is restored.


def test_a_silent_host_is_left(file_of, tmp_path, monkeypatch):
    monkeypatch.setattr(https, "ANSWER_LIMIT", 0.5)
    with socket.socket() as silent:  # Accepts, and never says a word.
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begin = time.monotonic()
        with pytest.raises(SourceError, match="no answer within"):
            read_all(Https(f"http://127.0.0.1:{silent.getsockname()[1]}/"), file_of(CONTENT), tmp_path=tmp_path)
        assert time.monotonic() - begin < 5


def test_an_unknown_name_is_told_in_one_line(file_of, tmp_path, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SourceError, match=r"^cannot connect: [^\n]*Name or service not known\)?$"):
        read_all(Https("https://data.example.org/"), file_of(CONTENT), tmp_path=tmp_path)


def test_the_server_is_asked_for_the_file_as_it_is(server, file_of, tmp_path):
    """A transfer encoding would change the checksum."""
    headers = {}
    server.serve("numbers.bin", CONTENT)
    page = server.pages["/numbers.bin"]
    server.pages["/numbers.bin"] = lambda request: (headers.update(request.headers), page(request))[1]
    read_all(Https(server.address), file_of(CONTENT), tmp_path=tmp_path)
    assert headers["Accept-Encoding"] == "identity"
    assert requests.get(server.address + "numbers.bin", timeout=5).content == CONTENT


def test_an_early_goodbye_leaves_no_thread_behind(server, file_of, tmp_path):

    server.drip("numbers.bin", CONTENT * 20, pieces=40, pause=0.01)
    before = threading.active_count()
    streams = Https(server.address).streams((file_of(CONTENT),), tmp_path)
    _, stream = next(streams)
    stream.read(10)
    streams.close()
    deadline = time.monotonic() + 5
    while threading.active_count() > before + 1 and time.monotonic() < deadline:  # One serves the request.
        time.sleep(0.05)
    assert not [t for t in threading.enumerate() if "_pump" in t.name]
