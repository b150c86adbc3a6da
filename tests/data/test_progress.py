import subprocess
import sys

import pytest

from deepdive.data.progress import Progress, _count, progress_bars


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress("a"), ""),
        (Progress("a", 1_500_000, 3_000_000), "1.5 of 3.0 MB"),
        (Progress("a", 1_500_000), "1.5 MB"),
        (Progress("a", 12, 1_200, "images"), "12 of 1,200 images"),
    ],
)
def test_counts_are_readable(progress, text):
    assert _count(progress) == text


def test_without_a_terminal_each_work_is_one_plain_line_on_stderr():
    code = """
from deepdive.data.progress import Progress, progress_bars
with progress_bars() as report:
    for done in (0, 50, 100):
        report(Progress("file [a]", done, 100))
    report(Progress("waiting"))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "file [a]\nwaiting\n")


def test_the_bars_go_away_with_an_error():
    def work():
        with progress_bars() as report:
            report(Progress("file", 1, 2))
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        work()
