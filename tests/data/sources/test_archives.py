import shutil
import subprocess
import tarfile
import zipfile

import pytest

from deepdive.data.sources.archives import ArchiveError, is_archive, plain_files, read_members, unpack

from .making import CONTENTS, everything_in, make_tar, make_zip, member, tar_bytes


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "below" / "target"
    folder.mkdir(parents=True)
    return folder


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


UNSAFE = {
    "parent": (member("../evil"), "'../evil' would lie outside"),
    "deep parent": (member("a/b/../../../evil"), "would lie outside"),
    "absolute": (member("/etc/evil"), "'/etc/evil' would lie outside"),
    "backslash": (member("..\\evil"), "would lie outside"),
    "drive": (member("C:evil"), "would lie outside"),
    "symbolic link": (member("evil", kind=tarfile.SYMTYPE, link="/etc/passwd"), "'evil' is a link"),
    "hard link": (member("evil", kind=tarfile.LNKTYPE, link="good"), "'evil' is a link"),
    "device": (member("evil", kind=tarfile.CHRTYPE), "'evil' is a device"),
    "pipe": (member("evil", kind=tarfile.FIFOTYPE), "'evil' is a device"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_unpack_refuses_what_leaves_the_folder(case, tmp_path, target):
    bad, reason = UNSAFE[case]
    archive = make_tar(tmp_path / "toy.tar.gz", member("good"), bad)
    before = everything(tmp_path)
    with pytest.raises(ArchiveError, match=r"^toy\.tar\.gz: member .*" + reason.replace("\\", "\\\\")):
        unpack(archive, target)
    assert set(everything(tmp_path)) - set(before) <= {"below/target/good"}


@pytest.mark.parametrize("name", ["../evil", "/evil"])
def test_unpack_refuses_such_zips_too(name, tmp_path, target):
    archive = make_zip(tmp_path / "toy.zip", {name: b"x"})
    with pytest.raises(ArchiveError, match="would lie outside"):
        unpack(archive, target)
    assert everything(target) == []


def test_unpack_refuses_links_in_zips(tmp_path, target):
    info = zipfile.ZipInfo("evil")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "toy.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveError, match="'evil' is a link"):
        unpack(tmp_path / "toy.zip", target)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_unpack_is_what_the_standard_library_unpacks(kind, tmp_path, target):
    contents = {"a.txt": b"1", "b/c.txt": b"22", "b/d/e.txt": b""}
    if kind == "zip":
        archive = make_zip(tmp_path / "toy.zip", contents)
    else:
        archive = make_tar(tmp_path / "toy.tar.gz", *(member(n, c) for n, c in contents.items()))
    unpack(archive, target)
    shutil.unpack_archive(archive, tmp_path / "peer")
    assert everything(target) == everything(tmp_path / "peer")
    assert {name: (target / name).read_bytes() for name in contents} == contents


def test_unpack_stops_at_its_limit(tmp_path, target):
    archive = make_tar(tmp_path / "toy.tar", member("a", b"x" * 60), member("b", b"x" * 60))
    with pytest.raises(ArchiveError, match="larger than allowed"):
        unpack(archive, target, max_bytes=100)
    assert everything(target) == ["a"]


@pytest.mark.parametrize("suffix", ["zip", "whl", "tar", "tar.gz"])
def test_read_members_reads_the_wanted_only(suffix, tmp_path):
    path, contents = tmp_path / f"toy.{suffix}", {"p/a": b"aaa", "p/b": b"bb", "q": b"c", "../evil": b"e"}
    if suffix in {"zip", "whl"}:
        make_zip(path, contents)
    else:
        make_tar(path, *(member(n, c) for n, c in contents.items()))
    assert {name: stream.read() for name, stream in read_members(path, ["q", "p/a"])} == {"p/a": b"aaa", "q": b"c"}


def test_read_members_names_what_is_missing(tmp_path):
    archive = make_tar(tmp_path / "toy.tgz", member("a"))
    with pytest.raises(ArchiveError, match=r"toy\.tgz has no member c, d"):
        list(read_members(archive, ["a", "d", "c"]))


def test_read_members_refuses_a_link_in_place_of_a_file(tmp_path):
    archive = make_tar(tmp_path / "toy.tgz", member("data", kind=tarfile.SYMTYPE, link="/etc/passwd"))
    with pytest.raises(ArchiveError, match="'data' is a link, not a file"):
        list(read_members(archive, ["data"]))


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="this machine has no dpkg-deb")
def test_reads_a_debian_package_that_dpkg_made(tmp_path):
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: toy\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: toy\n"
    )
    (tree / "usr/share/toy").mkdir(parents=True)
    (tree / "usr/share/toy/a.bin").write_bytes(b"abc")
    (tree / "usr/share/toy/z.bin").write_bytes(bytes(1_000_000))
    subprocess.run(["dpkg-deb", "--build", tree, tmp_path / "toy.deb"], check=True, capture_output=True)
    found = {name: stream.read() for name, stream in read_members(tmp_path / "toy.deb", ["usr/share/toy/a.bin"])}
    assert found == {"usr/share/toy/a.bin": b"abc"}


@pytest.mark.parametrize("kind", ["", "gz", "bz2", "xz", "zip"])
def test_plain_files_come_in_order_and_links_last(kind, tmp_path):
    path = tmp_path / f"toy.{kind or 'tar'}"
    if kind == "zip":
        make_zip(path, CONTENTS)
    else:
        path.write_bytes(tar_bytes(kind))
    expected = [(name, len(content), content) for name, content in CONTENTS.items()]
    link = ("p/link", len(CONTENTS["p/a"]), CONTENTS["p/a"])
    assert everything_in(path) == (expected if kind == "zip" else [("p", 0, None), *expected, link])


LINKS = {
    "p/hard": (tarfile.LNKTYPE, "p/c/d"),
    "p/c/soft": (tarfile.SYMTYPE, "../a"),
    "chain": (tarfile.SYMTYPE, "./p/../p/c/soft"),
    "hard chain": (tarfile.LNKTYPE, "p/hard"),
    "lost": (tarfile.LNKTYPE, "p/x"),
    "out": (tarfile.SYMTYPE, "/etc/passwd"),
    "up": (tarfile.SYMTYPE, "../p/a"),
    "folder": (tarfile.SYMTYPE, "p"),
    "round": (tarfile.SYMTYPE, "round too"),
    "round too": (tarfile.SYMTYPE, "round"),
}


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_links_are_what_they_lead_to_in_the_archive(kind, tmp_path):
    path = tmp_path / f"toy.{kind}"
    if kind == "tar":
        links = [member(name, b"", kind, target) for name, (kind, target) in LINKS.items()]
        make_tar(path, *(member(name, content) for name, content in CONTENTS.items()), *links)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, (link, target) in LINKS.items():
                if link == tarfile.SYMTYPE:
                    info = zipfile.ZipInfo(name)
                    info.external_attr = 0o120777 << 16
                    archive.writestr(info, target)
            for name, content in CONTENTS.items():
                archive.writestr(name, content)
    wanted = {"p/c/soft": "p/a", "chain": "p/a"} | ({"p/hard": "p/c/d", "hard chain": "p/c/d"} if kind == "tar" else {})
    expected = CONTENTS | {name: CONTENTS[target] for name, target in wanted.items()}
    read, refused = {}, {}
    for name, size, content in plain_files(path):
        try:
            read[name] = content()
            assert size == len(read[name])
        except ArchiveError as error:
            refused[name] = str(error)
    assert read == expected
    assert refused.keys() == {name for name in LINKS if name not in expected and (kind == "tar" or name != "lost")} - (
        set() if kind == "tar" else {"p/hard", "hard chain"}
    )
    assert refused["out"] == f"toy.{kind}: member 'out' is a link to '/etc/passwd', which is no file in the archive"
    assert "'up' is a link to '../p/a'" in refused["up"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_of_one_name_the_last_counts(kind, tmp_path):
    path, members = tmp_path / f"toy.{kind}", [("a", b"old"), ("b", b"b"), ("./a", b"new")]
    if kind == "tar":
        make_tar(path, *(member(*each) for each in members), member("b", b"", tarfile.LNKTYPE, "a"))
        assert {name.removeprefix("./"): content for name, _, content in everything_in(path)} == {
            "a": b"new",
            "b": b"new",
        }
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members:
                archive.writestr(name, content)
        assert everything_in(path) == [("./a", 3, b"new"), ("b", 1, b"b")]


def test_names_of_windows_in_a_zip_are_folders(tmp_path):
    path = tmp_path / "toy.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("p\\", "p\\q\\a", "p/b"):
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"1")
    assert everything_in(path) == [("p/", 0, None), ("p/q/a", 1, b"1"), ("p/b", 1, b"1")]
    assert [name for name, _ in read_members(path, ["p/q/a"])] == ["p/q/a"]


@pytest.mark.parametrize("name", ["a.zip", "a.b.tar", "A.TAR.GZ", "a.tgz", "a.tar.bz2", "a.tbz2", "a.tar.xz", "a.txz"])
def test_archives_are_known_by_their_names(name, tmp_path):
    assert not is_archive(tmp_path / name)
    (tmp_path / name).touch()
    assert is_archive(tmp_path / name)
    (tmp_path / "a.csv").touch()
    assert not is_archive(tmp_path / "a.csv")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_members_that_lie_too_deep_are_refused(tmp_path, kind):
    path, name = tmp_path / f"deep.{kind}", "a/" * 3000 + "x.png"
    make_zip(path, {name: b"x"}) if kind == "zip" else make_tar(path, member(name))
    with pytest.raises(ArchiveError, match=rf"deep.{kind}: members must lie at most 100 folders deep, got 'a/a/"):
        list(plain_files(path))
