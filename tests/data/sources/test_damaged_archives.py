"""Archives that are damaged, cut off or locked: told as that, and never taken for whole."""

import random
import tarfile
import zipfile

import pytest

from deepdive.data.sources.archives import ArchiveError, plain_files, read_members

from .making import CONTENTS, everything_in, make_zip, tar_bytes


@pytest.mark.parametrize("suffix", ["zip", "tgz"])
def test_a_damaged_archive_is_named(suffix, tmp_path):
    path = tmp_path / f"toy.{suffix}"
    path.write_bytes(b"no archive at all" * 100)
    with pytest.raises(ArchiveError, match=rf"toy\.{suffix} is damaged"):
        list(read_members(path, ["a"]))


@pytest.mark.parametrize("kind", ["", "gz", "bz2", "xz"])
def test_an_archive_that_is_cut_off_anywhere_is_never_taken_for_whole(kind, tmp_path):
    """The standard library's own streams take one cut between two members for complete."""
    whole, path = tar_bytes(kind), tmp_path / f"toy.tar.{kind}".rstrip(".")
    # Behind the two blocks of zeros at its end, a tar file is filled up with more of them.
    end = len(whole) if kind else len(whole.rstrip(b"\0")) + 512
    for length in sorted({1, 5, *range(0, end, max(1, end // 40)), *range(512, end, 512), end - 1}):
        path.write_bytes(whole[:length])
        with pytest.raises(ArchiveError, match=r"toy\.tar.* is damaged: \w"):
            everything_in(path)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_changed_byte_in_a_compressed_archive_is_found(kind, tmp_path):
    whole, path, found = tar_bytes(kind), tmp_path / f"toy.tar.{kind}", 0
    contents = [*CONTENTS.items(), ("p/link", CONTENTS["p/a"])]
    expected = [("p", 0, None), *((name, len(content), content) for name, content in contents)]
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert everything_in(path) == expected
        except ArchiveError:
            found += 1
    assert found >= 0.8 * (len(whole) // 97)


def test_an_encrypted_zip_is_named(tmp_path):
    path = make_zip(tmp_path / "toy.zip", {"a": b"x"})
    content = bytearray(path.read_bytes())
    for place in (6, content.index(b"PK\1\2") + 8):
        content[place] |= 1  # The flag that says: encrypted.
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"toy\.zip cannot be read: members must not be encrypted, got 'a'$"):
        everything_in(path)


def test_headers_that_each_announce_another_one_are_damage(tmp_path):
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2
    (tmp_path / "long.tar").write_bytes((info.tobuf(tarfile.GNU_FORMAT) + b"a\0".ljust(512, b"\0")) * 3000)
    with pytest.raises(ArchiveError, match=r"long.tar is damaged: its headers are nested too deep"):
        list(plain_files(tmp_path / "long.tar"))


def test_a_place_before_the_beginning_of_a_zip_is_damage(tmp_path):
    path = make_zip(tmp_path / "a.zip", {"x": b"content"})
    data = bytearray(path.read_bytes())
    data[-10:-6] = b"\xff\xff\xff\x7f"  # how long the list of members is
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"a.zip is damaged"):
        list(plain_files(path))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_is_damaged_in_a_zip_is_told_as_that(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("x.csv", b"a,b\n1,2\n" * 50)
        archive.writestr("b/y.csv", b"a,b\n1,2\n" * 50)
    whole, draw = (tmp_path / "a.zip").read_bytes(), random.Random(1)
    told: list[str] = []
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 4))):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "a.zip").write_bytes(data)
        try:
            for _, _, read in plain_files(tmp_path / "a.zip"):
                if read is not None:
                    read()
        except ArchiveError as error:
            told.append(str(error))
    assert len(told) > 150
    assert all(each.startswith("a.zip") for each in told)
