import gzip
import os
import subprocess
import sys

import pytest

from deepdive.data.sources import Folders, Installed, SourceError

RIGHT, WRONG = b"right" * 100, b"wrong" * 100


def read_all(source, *files, tmp_path):
    return {file.name: stream.read() for file, stream in source.streams(files, tmp_path)}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    pair = tmp_path / "one", tmp_path / "two"
    for folder in pair:
        folder.mkdir()
    monkeypatch.setenv("DEEPDIVE_DATA", os.pathsep.join(map(str, pair)))
    return pair


def test_searches_every_folder_with_all_below(folders, file_of, tmp_path):
    (folders[1] / "deep" / "er").mkdir(parents=True)
    (folders[1] / "deep" / "er" / "numbers.bin").write_bytes(RIGHT)
    assert Folders().available([file_of(RIGHT)])
    assert read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path) == {"numbers.bin": RIGHT}


def test_the_content_decides_between_files_of_one_name(folders, file_of, tmp_path):
    (folders[0] / "numbers.bin").write_bytes(WRONG)
    (folders[0] / "numbers.bin.gz").write_bytes(gzip.compress(WRONG))
    (folders[1] / "numbers.bin.gz").write_bytes(gzip.compress(RIGHT))
    assert read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path) == {"numbers.bin": RIGHT}


def test_names_alone_make_no_data_set_available(folders, file_of):
    """MNIST and Fashion-MNIST have files of the same names and sizes."""
    (folders[0] / "numbers.bin").write_bytes(WRONG)
    assert not Folders().available([file_of(RIGHT)])
    (folders[1] / "numbers.bin").write_bytes(RIGHT)
    assert Folders().available([file_of(RIGHT)])
    assert not Folders().available([file_of(RIGHT), file_of(RIGHT, "other.bin")])


def test_says_what_is_wrong(folders, file_of, tmp_path, monkeypatch):
    with pytest.raises(SourceError, match=r"^no file named numbers\.bin$"):
        read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path)
    (folders[0] / "numbers.bin").write_bytes(WRONG)
    (folders[1] / "numbers.bin.gz").write_bytes(b"no gzip file")
    with pytest.raises(SourceError, match=r"other content than expected: .*numbers\.bin, .*numbers\.bin\.gz"):
        read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path)
    monkeypatch.setenv("DEEPDIVE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match=r"no such folder: .*nowhere"):
        read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path)
    monkeypatch.delenv("DEEPDIVE_DATA")
    with pytest.raises(SourceError, match="not set"):
        read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path)


def test_a_dangling_link_is_no_file(folders, file_of, tmp_path):
    (folders[0] / "numbers.bin").symlink_to(tmp_path / "gone")
    (folders[1] / "numbers.bin").write_bytes(RIGHT)
    assert read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path) == {"numbers.bin": RIGHT}


def test_a_gzip_bomb_is_not_unpacked_to_its_end(folders, file_of, tmp_path):
    (folders[0] / "numbers.bin.gz").write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(SourceError, match="other content"):
        read_all(Folders(), file_of(RIGHT), tmp_path=tmp_path)


def test_finds_files_inside_an_installed_library(file_of, tmp_path, monkeypatch):
    package = tmp_path / "site" / "toylib" / "data"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "numbers.bin").write_bytes(RIGHT)
    monkeypatch.syspath_prepend(tmp_path / "site")
    source = Installed("toylib", "data")
    assert source.available([file_of(RIGHT)])
    assert not source.available([file_of(RIGHT, "other.bin")])
    assert read_all(source, file_of(RIGHT), tmp_path=tmp_path) == {"numbers.bin": RIGHT}
    with pytest.raises(SourceError, match=r"other\.bin: No such file"):
        read_all(source, file_of(RIGHT, "other.bin"), tmp_path=tmp_path)


def test_an_absent_library_is_told(file_of, tmp_path):
    assert not Installed("no_such_library", "data").available([file_of(RIGHT)])
    with pytest.raises(SourceError, match="not installed"):
        read_all(Installed("no_such_library", "data"), file_of(RIGHT), tmp_path=tmp_path)


def test_the_digits_are_found_without_importing_their_library():
    code = (
        "import sys; from deepdive.data.registry import find; d = find('digits');"
        "print(d.sources[0].available(d.files), 'sklearn' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["True", "False"]
