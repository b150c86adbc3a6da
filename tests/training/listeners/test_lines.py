import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deepdive.training.listeners import _lines
from deepdive.training.listeners._lines import LineFile


def test_counts_only_lines_that_end(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\nto")
    assert LineFile(path).count == 2


def test_cuts_a_torn_line_before_appending(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"one\nto")
    lines = LineFile(path)
    lines.append("two")
    lines.close()
    assert path.read_bytes() == b"one\ntwo\n"
    assert lines.count == 2


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_truncate_keeps_the_first_lines_and_appending_goes_on(tmp_path, keep):
    path = tmp_path / "lines"
    path.write_bytes(b"".join(b"%d\n" % number for number in range(3)) + b"torn")
    lines = LineFile(path)
    lines.truncate(keep)
    lines.append("next")
    lines.close()
    assert path.read_text().split() == [*"012"[:keep], "next"]
    assert lines.count == keep + 1


def test_truncate_works_on_the_open_file(tmp_path):
    lines = LineFile(tmp_path / "lines")
    for text in "abc":
        lines.append(text)
    lines.truncate(1)
    lines.append("d")
    lines.close()
    assert lines.path.read_text() == "a\nd\n"


def test_truncate_refuses_what_it_cannot_keep(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntorn")
    with pytest.raises(ValueError, match=r"lines holds 1 whole lines, so it cannot keep the first 2"):
        LineFile(path).truncate(2)
    with pytest.raises(ValueError, match="lines must be 0 or more, got -1"):
        LineFile(path).truncate(-1)
    assert path.read_bytes() == b"one\ntorn"
    with pytest.raises(ValueError, match="holds 0 whole lines"):
        LineFile(tmp_path / "absent").truncate(1)


def test_a_full_disk_names_file_and_line(monkeypatch):
    monkeypatch.setattr(_lines, "plain_only", os.open)  # the one device that is always full is else refused
    full = LineFile("/dev/full")
    with pytest.raises(OSError, match=r"cannot write line 1: No space left.*/dev/full") as caught:
        full.append("x")
    full.close()
    assert caught.value.errno == errno.ENOSPC


def test_a_line_that_fits_only_in_part_leaves_the_file_whole(tmp_path):
    lines = LineFile(tmp_path / "lines")
    lines.append("first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # the file is 6 bytes long: 4 more fit
    try:
        with pytest.raises(OSError, match="cannot write line 2"):
            lines.append("second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert lines.path.read_text() == "first\n"
    lines.append("third")
    lines.close()
    assert lines.path.read_text() == "first\nthird\n"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path, other: path.symlink_to(other), "a symbolic link"),
        (lambda path, other: path.symlink_to(other.parent / "nowhere"), "a symbolic link"),
        (lambda path, other: os.mkfifo(path), "a pipe"),
        (lambda path, other: path.mkdir(), "a folder"),
    ],
)
def test_lines_go_into_plain_files_alone(tmp_path, make, kind):
    path, other = tmp_path / "lines", tmp_path / "other"
    other.write_bytes(b"one\ntwo\n")
    make(path, other)
    with pytest.raises(FileExistsError, match=f"must be a plain file, got {kind}.*lines"):
        LineFile(path).append("x")
    if path.is_file():
        with pytest.raises(FileExistsError, match=f"must be a plain file, got {kind}.*lines"):
            LineFile(path).truncate(1)
    assert other.read_bytes() == b"one\ntwo\n"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_of_two_names_gets_a_copy_of_its_own(tmp_path):
    path, other = tmp_path / "lines", tmp_path / "copy of the run"
    path.write_bytes(b"one\ntwo\nthr")
    other.hardlink_to(path)
    lines = LineFile(path)
    lines.truncate(1)
    lines.append("new")
    lines.close()
    assert path.read_bytes() == b"one\nnew\n"
    assert other.read_bytes() == b"one\ntwo\nthr"
    other.unlink()
    other.hardlink_to(path)
    lines.append("newer")
    lines.close()
    assert (path.read_bytes(), other.read_bytes()) == (b"one\nnew\nnewer\n", b"one\nnew\n")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        LineFile(tmp_path / "absent" / "lines").open()


def test_a_killed_process_loses_no_line_it_has_counted(tmp_path):
    path = tmp_path / "lines"
    script = (
        "import sys; from deepdive.training.listeners._lines import LineFile\n"
        f"lines = LineFile({str(path)!r})\n"
        "while True:\n"
        "    lines.append('x' * 100); sys.stdout.write(f'{lines.count}\\n'); sys.stdout.flush()"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as output:
        for _ in range(20):
            counted = int(output.readline())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    written = Path(path).read_text().splitlines()
    assert len(written) >= counted
    assert set(written) == {"x" * 100}
