import io
from pathlib import Path

import platformdirs
import pytest

from deepdive.data.cache import CacheError, cache_folder, locked, store, writing
from deepdive.data.sources import SourceError


def test_the_folder_is_the_users_or_the_one_named(cache, monkeypatch):
    assert cache_folder() == cache
    monkeypatch.setenv("DEEPDIVE_CACHE", "~/elsewhere")
    assert cache_folder() == Path.home() / "elsewhere"
    monkeypatch.delenv("DEEPDIVE_CACHE")
    assert cache_folder() == Path(platformdirs.user_cache_dir("deepdive", appauthor=False))


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "a"
    with writing(target) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    with pytest.raises(KeyboardInterrupt):
        write_half(target)
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def write_half(target):
    with writing(target) as part:
        part.write_text("half")
        raise KeyboardInterrupt


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match=r"cannot write .*file/a: File exists\. Free some space, or set DEEPDIVE"):
        with writing(tmp_path / "file" / "a") as part:
            part.touch()
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
