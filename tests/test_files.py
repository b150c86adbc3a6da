import errno
import os

import pytest

from deepdive.files import parse_json, read_json, write_atomically


def test_text_and_bytes_replace_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    write_atomically(path, "é")
    assert path.read_text(encoding="utf-8") == "é"
    write_atomically(path, b"b")
    assert path.read_bytes() == b"b"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        OSError, match=r"cannot write: No space left on device; the file there before is unchanged.*a\.txt"
    ):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cannot write: No such file.*nowhere"):
        write_atomically(tmp_path / "nowhere" / "a.txt", "x")


@pytest.mark.parametrize("depth", [101, 900, 100_000])
@pytest.mark.parametrize(
    ("left", "right"), [("[", "]"), ('{"a":', "}"), ('[{"a":1},', "]")], ids=["list", "dict", "both"]
)
def test_what_is_nested_too_deep_is_refused(tmp_path, depth, left, right):
    path = tmp_path / "a.json"
    path.write_text(left * depth + "0" + right * depth)
    words = r"a\.json is no JSON that is read here: nesting must be at most 100 levels deep, got more"
    with pytest.raises(ValueError, match=words):
        read_json(path)


def test_json_of_a_hundred_levels_is_read():
    found = parse_json("[1, " * 99 + '{"é": [], "b": 2}'.replace("[]", "3") + "]" * 99)
    for _ in range(99):
        assert found[0] == 1
        found = found[1]
    assert found == {"é": 3, "b": 2}
