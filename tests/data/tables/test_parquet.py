"""Damaged Parquet files are refused, those on which the reader ends its process too."""

import sys
from pathlib import Path

import polars as pl
import pytest

from deepdive.data.tables import parquet_trial, read_table


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"n": [1.5, None, 3.0]}).write_parquet(path)
    return path


def test_a_page_of_fewer_than_no_values_is_refused(path):
    data = path.read_bytes()
    count = data.index(b"\x15\x06", 4, 40) + 1  # 3 and -7, as Parquet writes them in the head of the first page
    path.write_bytes(data[:count] + b"\x0d" + data[count + 1 :])
    with pytest.raises(
        ValueError, match=r"t\.parquet is no whole Parquet file: .*memory allocation of \d+ bytes failed"
    ):
        read_table(path)


def test_a_reader_that_dies_is_told(path, monkeypatch):
    program = path.with_name("dies.py")
    program.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(parquet_trial, "__file__", str(program))
    with pytest.raises(ValueError, match=r"no whole Parquet file: its reader stopped at it: (Segm|status)"):
        read_table(path)


@pytest.mark.parametrize(
    ("raised", "told"),
    [("ValueError('a\\nb')", "file: a$"), ("PanicException('c')", "file: its reader stopped at it: c$")],
)
def test_what_is_refused_once_is_not_tried_again(path, monkeypatch, raised, told):
    program = path.with_name("refuses.py")
    source = Path(parquet_trial.__file__).read_text()
    place = source.index("def main")
    program.write_text(
        f"{source[:place]}class PanicException(BaseException):\n    pass\n\n"
        f"def read(path):\n    raise {raised}\n\n{source[place:]}"
    )
    monkeypatch.setattr(parquet_trial, "__file__", str(program))
    with pytest.raises(ValueError, match=rf"t\.parquet is no whole Parquet {told}"):
        read_table(path)


@pytest.mark.parametrize("executable", [None, "", "/no/such/interpreter"])
def test_where_no_other_process_can_be_started_this_one_reads(path, monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)
    assert read_table(path)["n"].to_list() == [1.5, None, 3.0]


@pytest.mark.skipif(sys.platform != "linux", reason="needs the kernel's table of what a process has")
def test_a_table_too_large_for_this_process_is_refused(path):
    import resource

    pl.DataFrame({"n": pl.repeat(1.0, 1 << 25, eager=True)}).write_parquet(path)
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (taken + (100 << 20), most))
    try:
        with pytest.raises(ValueError, match="or too large for the memory here"):
            read_table(path)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def test_a_name_is_no_pattern(path):
    assert read_table(path.rename(path.with_name("t[1]*.parquet"))).height == 3
