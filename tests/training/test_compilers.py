import sysconfig

import pytest

from deepdive.training.compilers import compiler_obstacle


@pytest.mark.parametrize(
    ("compiler", "obstacle"),
    [("/nonexistent/c++", "there is no C++ compiler /nonexistent/c++"), ("false", "the C++ compiler false fails")],
)
def test_a_compiler_that_is_missing_or_fails_is_named(compiler, obstacle, monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", compiler)
    monkeypatch.setattr(
        sysconfig, "get_paths", lambda: {"include": str(tmp_path)}
    )  # told of first, without headers too
    assert compiler_obstacle().startswith(obstacle)


def test_without_pythons_headers_nothing_is_compiled(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", "true")  # compiles whatever it is given
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    assert compiler_obstacle() == f"there is no {tmp_path / 'Python.h'}"
    (tmp_path / "Python.h").touch()
    assert compiler_obstacle() is None
