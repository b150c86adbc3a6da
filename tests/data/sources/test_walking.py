import os

import pytest

from deepdive.data.images.folders.loose import find_images
from deepdive.data.parts import part_files
from deepdive.data.sources.walking import walk


@pytest.fixture
def deep(tmp_path, monkeypatch):
    """Folders so deep that os.walk of older Pythons runs out of stack."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1100):
        os.mkdir("a")
        os.chdir("a")
    with open("x.png", "wb") as file:
        file.write(b"x")
    yield tmp_path
    for _ in range(1100):  # pytest would remove them recursively
        os.chdir("..")
    os.chdir(tmp_path)
    names = []
    while os.path.isdir("a"):
        os.chdir("a")
        names.append("a")
    os.remove("x.png")
    for _ in names:
        os.chdir("..")
        os.rmdir("a")


def test_folders_that_lie_too_deep_are_refused(deep):
    with pytest.raises(ValueError, match=r"must hold folders at most 100 deep, got more below .*/a/a/a/a$"):
        list(walk(deep))
    with pytest.raises(ValueError, match="must hold folders at most 100 deep"):
        find_images(deep)
    with pytest.raises(ValueError, match="must hold its files at most 100 folders deep"):
        part_files(deep)


def test_folders_are_those_of_os_walk(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x").write_text("x")
    assert list(walk(tmp_path)) == [
        (tmp_path, ["a"], []), (tmp_path / "a", ["b"], ["x"]), (tmp_path / "a" / "b", [], [])
    ]  # fmt: skip
