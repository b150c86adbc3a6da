"""Several processes at one cache, killed ones, and disks that are full or read-only: what cannot be played in one."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.data.given import CONTENTS, Given, contents_of, in_cache

from deepdive.data import fetching
from deepdive.data.cache import CacheError
from deepdive.data.fetching import fetch, folder_of
from deepdive.data.sources import Https

FETCH = """
import json, sys
from deepdive.data.fetching import fetch
from deepdive.data.registry import Dataset
from deepdive.data.sources import File, Https
address, files = sys.argv[1], [File(*values) for values in json.loads(sys.argv[2])]
data = Dataset("toy", "A toy", "none", "https://example.org", tuple(files), (Https(address),))
print(fetch(data))
"""


def files_of(dataset):
    return json.dumps([(file.name, file.size, file.sha256) for file in dataset.files])


def test_two_processes_at_once_download_once(server, dataset_of, python, cache):
    for name, content in CONTENTS.items():
        server.drip(name, content, pieces=5, pause=0.2)
    dataset = dataset_of(CONTENTS)
    processes = [python(FETCH, server.address, files_of(dataset)) for _ in range(2)]
    for process in processes:
        _, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
    assert sorted(server.requests) == ["/a.bin", "/b.bin"]
    assert contents_of(fetch(dataset)) == CONTENTS


def test_a_killed_download_leaves_nothing_wrong(server, dataset_of, python, cache):
    contents = {"a.bin": os.urandom(500_000)}
    server.drip("a.bin", contents["a.bin"], pieces=100, pause=0.1)
    dataset = dataset_of(contents, Https(server.address))
    for _ in range(2):
        before = set(cache.rglob("*.part"))
        process = python(FETCH, server.address, files_of(dataset))
        deadline = time.monotonic() + 30
        while not set(cache.rglob("*.part")) - before and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        part, lock = in_cache(cache)  # one, as what the process before left has been removed
        assert re.fullmatch(r"\.deepdive-[0-9a-f]{16}\.part", part)
        assert lock == "toy.lock"
    server.serve("a.bin", contents["a.bin"])
    assert contents_of(fetch(dataset)) == contents
    assert in_cache(cache) == ["a.bin", "toy.lock"]


def test_a_full_disk_is_told_with_its_place(server, dataset_of, python, cache):
    server.serve("a.bin", CONTENTS["a.bin"])
    dataset = dataset_of({"a.bin": CONTENTS["a.bin"]})
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (99_000, 99_000))\n"
    _, error = python(limit + FETCH, server.address, files_of(dataset)).communicate(timeout=60)
    assert f"CacheError: cannot write {cache / 'datasets' / 'toy' / 'a.bin'}: File too large. Free some space" in error
    assert in_cache(cache) == ["toy.lock"]


def test_a_read_only_cache_is_told_and_a_full_one_still_serves(dataset_of, monkeypatch):
    with tempfile.TemporaryDirectory() as name:
        monkeypatch.setenv("DEEPDIVE_CACHE", name)
        dataset = dataset_of(CONTENTS, Given(CONTENTS))
        fetch(dataset)
        with read_only(Path(name)):
            assert contents_of(fetch(dataset)) == CONTENTS
            other = dataset_of(CONTENTS, Given(CONTENTS), name="other")
            with pytest.raises(CacheError, match=r"cannot write .*other: Permission denied.*DEEPDIVE_CACHE"):
                fetch(other)


@contextmanager
def read_only(folder):
    """Take away the right to write, and from root the power to write all the same."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in paths:
            path.chmod(0o755)


def test_waiting_for_a_lock_is_announced_and_bounded(dataset_of, monkeypatch):
    seen, dataset = [], dataset_of(CONTENTS, Given(CONTENTS))
    with fetching.locked(folder_of(dataset)):
        hold = "import sys, pathlib; from deepdive.data.cache import locked\n"
        hold += "with locked(pathlib.Path(sys.argv[1]), lambda p: print(p.what, flush=True), limit=1.5): pass"
        run = [sys.executable, "-c", hold, str(folder_of(dataset))]
        process = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert "waiting for another process that works on" in process.stdout
    assert "CacheError: waited 2 s for another process" in process.stderr
    assert not seen
