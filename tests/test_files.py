import errno
import os
import re
import signal
import socket
import stat
import subprocess
import sys

import pytest

from deepdive import files
from deepdive.files import (
    check_replaceable,
    make_folder,
    parse_json,
    read_json,
    remove_stale,
    write_atomically,
    writing,
)


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


def a_socket(path, other):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


IN_THE_WAY = {
    "link": (lambda path, other: path.symlink_to(other), "a symbolic link"),
    "link to nowhere": (lambda path, other: path.symlink_to(other.parent / "nowhere"), "a symbolic link"),
    "link to a device": (lambda path, other: path.symlink_to("/dev/null"), "a symbolic link"),
    "link to a folder": (lambda path, other: path.symlink_to(other.parent), "a symbolic link"),
    "folder": (lambda path, other: path.mkdir(), "a folder"),
    "pipe": (lambda path, other: os.mkfifo(path), "a pipe"),
    "socket": (a_socket, "a socket"),
}


@pytest.mark.parametrize("make", IN_THE_WAY)
def test_what_is_no_plain_file_is_left_as_it_is(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)  # the address of a socket must be short
    path, other = tmp_path / "a", tmp_path / "other"
    other.write_text("not ours")
    IN_THE_WAY[make][0](path.relative_to(tmp_path), other)
    before, found = sorted(tmp_path.iterdir()), os.lstat(path)
    for replace in (True, False):
        with pytest.raises(FileExistsError, match=rf"must be a plain file, got {IN_THE_WAY[make][1]}: .*/a'"):
            write_atomically(path, "new", replace=replace)
    assert sorted(tmp_path.iterdir()) == before
    assert (os.lstat(path).st_ino, os.lstat(path).st_mode) == (found.st_ino, found.st_mode)
    assert other.read_text() == "not ours"


def test_devices_stay_devices():
    with pytest.raises(FileExistsError, match="must be a plain file, got a device: '/dev/null'"):
        check_replaceable(files.Path("/dev/null"))


def test_a_link_that_appears_during_the_work_is_left_as_it_is(tmp_path):
    path, other = tmp_path / "a", tmp_path / "other"
    other.write_text("not ours")
    with pytest.raises(FileExistsError, match="must be a plain file, got a symbolic link"), writing(path):
        path.symlink_to(other)
    assert other.read_text() == "not ours"
    assert sorted(tmp_path.iterdir()) == [path, other]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_new_file_replaces_none(tmp_path, when):
    path = tmp_path / "a"
    if when == "before":
        path.write_text("old")
    words = r"must be a new file, got one that exists: .*/a'"
    with pytest.raises(FileExistsError, match=words), writing(path, replace=False):
        path.write_text("old")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    write_atomically(tmp_path / "b", "new", replace=False)
    assert (tmp_path / "b").read_text() == "new"


def test_a_link_at_a_name_that_can_be_foreseen_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("not ours")
    for name in (".a.part", "a.part", "a.tmp", "a~"):
        (tmp_path / name).symlink_to(other)
    write_atomically(tmp_path / "a", "new")
    assert other.read_text() == "not ours"


def test_temporary_files_are_exclusive_and_random(tmp_path, monkeypatch):
    names = set()
    for _ in range(2):
        with writing(tmp_path / ("a" * 255)) as file:  # a name as long as may be
            file.write(b"x")
            [path] = [path for path in tmp_path.iterdir() if path.suffix == ".part"]
            names.add(path.name)
    assert len(names) == 2
    monkeypatch.setattr(files.secrets, "token_hex", lambda n: "0" * (2 * n))
    path = tmp_path / f".deepdive-{'0' * 16}.part"
    for make in (lambda: path.write_text("not ours"), lambda: path.symlink_to(tmp_path / "nowhere")):
        make()
        with pytest.raises(FileExistsError):
            write_atomically(tmp_path / "a", "new")
        assert path.is_symlink() or path.read_text() == "not ours"
        path.unlink()
    assert not (tmp_path / "nowhere").exists()


def test_permissions_are_kept_and_else_those_of_any_new_file(tmp_path):
    old = os.umask(0o027)
    try:
        for before, after in ((None, 0o640), (0o600, 0o600), (0o444, 0o444)):
            path = tmp_path / str(before)
            if before is not None:
                path.touch(before)
                path.chmod(before)
            with writing(path) as file:
                file.write(b"new")
                [part] = tmp_path.glob("*.part")
                assert stat.S_IMODE(part.stat().st_mode) & ~after in (0, 0o200)
            assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (after, b"new")
    finally:
        os.umask(old)


def test_a_hard_link_keeps_what_it_had(tmp_path):
    path, other = tmp_path / "a", tmp_path / "other"
    path.write_text("old")
    other.hardlink_to(path)
    write_atomically(path, "new")
    assert (path.read_text(), other.read_text()) == ("new", "old")


def test_what_a_killed_process_was_writing_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    script = (
        "import sys; from pathlib import Path; from deepdive.files import writing\n"
        "with writing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print(flush=True); sys.stdin.read()"
    )
    (tmp_path / "deep").mkdir()
    arguments = [sys.executable, "-c", script, str(tmp_path / "deep" / "a")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        [part] = (tmp_path / "deep").iterdir()
        assert re.fullmatch(r"\.deepdive-[0-9a-f]{16}\.part", part.name)
        remove_stale(tmp_path)
        assert part.read_bytes() == b"half"
        process.send_signal(signal.SIGKILL)
    (tmp_path / "link").symlink_to(tmp_path / "deep")
    remove_stale(tmp_path / "link" / "..")
    assert list((tmp_path / "deep").iterdir()) == []


def test_who_first_writes_into_a_folder_clears_it_of_what_killed_processes_have_left(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path; from deepdive.files import writing\n"
        "with writing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "a")], check=False)
    [left] = tmp_path.iterdir()
    (tmp_path / "deep").mkdir()
    theirs = [tmp_path / name for name in (f"deep/{left.name}", ".deepdive-0.part", f"{left.name}~", ".a.part")]
    for path in theirs:
        path.touch()
    pipe, link = (tmp_path / f".deepdive-{letter * 16}.part" for letter in "ab")
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / ".a.part")
    write_atomically(tmp_path / "b", "new")
    assert {*tmp_path.rglob("*")} == {tmp_path / "b", tmp_path / "deep", pipe, link, *theirs}


def test_what_another_process_is_writing_into_the_folder_stays(tmp_path):
    with writing(tmp_path / "a") as file:
        file.write(b"half")
        files._LOOKED_THROUGH.clear()  # as in another process: a lock is of the file that is open, not of the process
        write_atomically(tmp_path / "b", "new")
        assert len(list(tmp_path.glob(".deepdive-*.part"))) == 1
    assert (tmp_path / "a").read_bytes() == b"half"
    (tmp_path / f".deepdive-{'0' * 16}.part").touch()
    write_atomically(tmp_path / "c", "new")  # it looks once
    assert len(list(tmp_path.glob(".deepdive-*.part"))) == 1


def test_folders_are_made_but_links_are_no_folders_of_ours(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    root.symlink_to(tmp_path / "elsewhere")
    assert make_folder(root, "a", "b") == root / "a" / "b"
    assert make_folder(root, "a", "b").is_dir()
    (root / "c").symlink_to(root / "a")
    (root / "d").touch()
    for name, kind in (("c", "a symbolic link"), ("d", "a file")):
        with pytest.raises(FileExistsError, match=f"must be a folder, got {kind}: .*/{name}'"):
            make_folder(root, name, "b")


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


@pytest.mark.parametrize("text", ["%s", '{"a": [1, -%s]}'])
@pytest.mark.parametrize("kind", [str, str.encode])
def test_a_number_that_is_too_long_is_told_as_that(text, kind):
    assert parse_json(kind(text % ("1" * 4300))) != 0
    with pytest.raises(ValueError, match=r"^numbers must have at most 4300 digits, got one of 5000$"):
        parse_json(kind(text % ("1" * 5000)))
