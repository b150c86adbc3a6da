"""Every byte of a compressed file counts: nothing in it may be passed over in silence."""

import bz2
import io
import lzma
import random
import shutil
import subprocess
import tarfile

import pytest

from deepdive.data.delimited import read_delimited
from deepdive.data.images.folders.trees import ArchiveTree
from deepdive.data.sources.archives import ArchiveError, plain_files
from deepdive.data.text.corpora import CORPORA

PACK = {"bz2": bz2.compress, "xz": lzma.compress}
ROWS = ["a,b\n", *(f"{i},{i * i}\n" for i in range(300))]
HALVES = "".join(ROWS[:100]).encode(), "".join(ROWS[100:]).encode()


@pytest.fixture(params=PACK)
def kind(request):
    return request.param


def damaged(kind):
    one, two = map(PACK[kind], HALVES)
    yield one + b"garbage"
    yield one + b"\0"
    yield one + b"?" + two[1:]
    yield from (one + two[:length] for length in (1, 3, len(two) // 2, len(two) - 1))
    yield one + two[:20] + bytes([two[20] ^ 1]) + two[21:]
    if kind == "xz":
        yield one + b"\0" * 4 + two[1:]
        yield one + b"\0" * 3 + two
        yield one + two + b"\0" * 7


def test_a_table_of_several_streams_is_read_whole_or_refused(kind, tmp_path):
    path = tmp_path / f"a.csv.{kind}"
    path.write_bytes(PACK[kind](HALVES[0]) + PACK[kind](HALVES[1]))
    assert len(read_delimited(path)) == 300
    for content in damaged(kind):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=rf"a\.csv\.{kind} cannot be read, it is damaged or no \.{kind} file: \w"):
            read_delimited(path)


def test_a_pack_of_many_chunks_is_what_the_program_makes_of_it(kind, tmp_path):
    program = {"bz2": "bzip2", "xz": "xz"}[kind]
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    path, noise = tmp_path / f"a.csv.{kind}", random.Random(0)
    parts = ["a,b\n", *("".join(f"{noise.random()},{noise.random()}\n" for _ in range(9000)) for _ in range(3))]
    packed = [subprocess.run([program, "-c"], input=p.encode(), capture_output=True, check=True).stdout for p in parts]
    path.write_bytes(b"".join(packed))
    assert read_delimited(path).rows == [line.split(",") for part in parts[1:] for line in part.splitlines()]


def test_streams_of_xz_may_be_padded(tmp_path):
    path, (one, two) = tmp_path / "a.csv.xz", map(lzma.compress, HALVES)
    for padding in (4, 512, (1 << 18) - len(one), 1 << 19):
        padding -= padding % 4
        path.write_bytes(one + b"\0" * padding + two + b"\0" * 8)
        assert len(read_delimited(path)) == 300


def test_an_archive_of_several_streams_is_read_whole_or_refused(kind, tmp_path):
    buffer, path = io.BytesIO(), tmp_path / f"a.tar.{kind}"
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in "abc":
            info = tarfile.TarInfo(name)
            info.size = 1000
            archive.addfile(info, io.BytesIO(name.encode() * 1000))
    whole = PACK[kind](buffer.getvalue())
    path.write_bytes(PACK[kind](buffer.getvalue()[:2000]) + PACK[kind](buffer.getvalue()[2000:]))
    assert [name for name, _, _ in plain_files(path)] == ["a", "b", "c"]
    path.write_bytes(whole + b"garbage")
    with pytest.raises(ArchiveError, match=rf"a\.tar\.{kind} is damaged: \w"):
        list(plain_files(path))


def test_a_corpus_is_not_cut_at_a_damaged_stream(tmp_path):
    (tmp_path / "train.xz").write_bytes(lzma.compress(b"one two\n") + b"garbage")
    for name in ("valid.txt", "test.txt"):
        (tmp_path / name).write_text("one\n")
    files = {"train_decoded.txt.xz": tmp_path / "train.xz"} | {n: tmp_path / n for n in ("valid.txt", "test.txt")}
    with pytest.raises(ValueError, match=r"train\.xz cannot be read, it is damaged"):
        CORPORA["wikitext2-shuffled"].read(files)


@pytest.mark.parametrize("packing", ["", ".gz"])
def test_an_image_that_is_mostly_a_hole_is_refused_before_it_is_read(packing, tmp_path):
    path, size = tmp_path / f"a.tar{packing}", 1 << 31
    with tarfile.open(path, "w:gz" if packing else "w") as archive:
        info = tarfile.TarInfo("a/x.png")
        info.size, info.pax_headers = 1, {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(size)}
        archive.addfile(info, io.BytesIO(b"x"))
    ((_, told, _),) = plain_files(path)
    assert told == size  # in 10 KB
    with pytest.raises(ValueError, match=r"images of .*a\.tar.* must hold at most 64 MiB .*bomb.* unpack it"):
        ArchiveTree(path)
