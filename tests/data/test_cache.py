import io
from pathlib import Path

import platformdirs
import pytest

from deepdive.data.cache import CacheError, cache_folder, caching, locked, store
from deepdive.data.sources import SourceError


def test_the_folder_is_the_users_or_the_one_named(cache, monkeypatch):
    assert cache_folder() == cache
    monkeypatch.setenv("DEEPDIVE_CACHE", "~/elsewhere")
    assert cache_folder() == Path.home() / "elsewhere"
    monkeypatch.delenv("DEEPDIVE_CACHE")
    assert cache_folder() == Path(platformdirs.user_cache_dir("deepdive", appauthor=False))


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "a"
    with caching(target) as file:
        file.write(b"new")
        assert not target.exists()
    assert target.read_text() == "new"
    with pytest.raises(KeyboardInterrupt):
        write_half(target)
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def write_half(target):
    with caching(target) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match=r"cannot write .*file/a: File exists\. Free some space, or set DEEPDIVE"):
        with caching(tmp_path / "file" / "a"):
            pass
    with pytest.raises(CacheError, match="cannot write"), locked(tmp_path / "file" / "a"):
        pass


def test_an_error_of_the_work_under_a_lock_is_passed_on(tmp_path):
    with pytest.raises(FileNotFoundError, match="mine"), locked(tmp_path / "a"):
        raise FileNotFoundError("mine")
    with locked(tmp_path / "a", limit=0.0):  # It was released.
        pass


def test_no_more_is_read_than_there_should_be(file_of, tmp_path):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1, /):
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(SourceError, match=r"numbers\.bin is longer than the 1,000 bytes it should have"):
        store(stream, file_of(bytes(1000)), tmp_path)
    assert stream.given < 1_000_000
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_through_a_link(file_of, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"not ours")
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "numbers.bin").symlink_to(other)
    (folder / "a.lock").symlink_to(other)
    words = r"cannot write .*numbers\.bin: it must be a plain file, got a symbolic link\. Remove it"
    with pytest.raises(CacheError, match=words):
        store(io.BytesIO(bytes(1000)), file_of(bytes(1000)), folder)
    words = r"cannot write .*a\.lock: it must be a plain file, got a symbolic link\. Remove it"
    with pytest.raises(CacheError, match=words), locked(folder / "a"):
        pass
    assert other.read_bytes() == b"not ours"
    assert sorted(path.name for path in folder.iterdir()) == ["a.lock", "numbers.bin"]


def test_a_link_planted_after_the_look_is_not_followed_by_the_lock_either(tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.write_bytes(b"not ours")
    (tmp_path / "a.lock").symlink_to(other)
    monkeypatch.setattr("deepdive.data.cache.check_replaceable", lambda path: None)
    with pytest.raises(CacheError, match=r"cannot write .*a"), locked(tmp_path / "a"):
        pass
    assert other.read_bytes() == b"not ours"
