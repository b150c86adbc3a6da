import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from deepdive.data.images.folders import scan_folder, trees


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def packed(folder, kind, **place):
    """An archive of what a folder holds."""
    return Path(shutil.make_archive(str(folder), kind, **({"root_dir": folder} | place)))


def names_of(found, part, root):
    paths = [str(file.path.relative_to(root)) for file in found.parts[part]]
    return list(zip(paths, found.numbers[part], strict=True))


def test_one_folder_per_class(tmp_path):
    touch(tmp_path, "dog/2.JPG", "dog/1.png", "cat/deep/er/3.gif", "cat/a.webp")
    found = scan_folder(tmp_path)
    assert found.labels == ("cat", "dog")
    assert names_of(found, "train", tmp_path) == [
        ("cat/a.webp", 0),
        ("cat/deep/er/3.gif", 0),
        ("dog/1.png", 1),
        ("dog/2.JPG", 1),
    ]
    assert list(found.parts) == ["train"]


@pytest.mark.parametrize("val", ["val", "valid", "validation", "Val"])
def test_parts_above_the_classes(val, tmp_path):
    touch(tmp_path, "Train/a/1.png", "Train/b/2.png", f"{val}/b/3.png", "test/a/4.png", "notes/x.png")
    found = scan_folder(tmp_path)
    assert {part: names_of(found, part, tmp_path) for part in found.parts} == {
        "train": [("Train/a/1.png", 0), ("Train/b/2.png", 1)],
        "val": [(f"{val}/b/3.png", 1)],
        "test": [("test/a/4.png", 0)],
    }


def test_hidden_and_other_files_are_left_aside(tmp_path):
    touch(tmp_path, "a/1.png", "a/.DS_Store", "a/._1.png", "a/.thumbs/2.png", "a/notes.txt", "b/1.png", "b/x.csv")
    touch(tmp_path, ".git/x.png", "__MACOSX/a/1.png", "readme.md")
    found = scan_folder(tmp_path)
    assert found.labels == ("a", "b")
    assert len(found.parts["train"]) == 2
    assert found.notes == (
        "2 classes, a, b: 2 train images",
        "2 files that are no images by their suffix were left aside",
    )


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/1.png", "b/notes.txt"], r"the class folder .*b holds no image \(\.bmp, "),
        (["a/1.png"], "at least two; it holds only one, a$"),
        (["1.png", "2.png"], "at least two; it holds images, but no folder$"),
        (["readme.md"], "at least two; it holds none$"),
        (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "test/c is no class of the training part, .* a, b$"),
        (["train/a/1.png", "train/b/1.png", "test/1.png"], "test holds no class folder"),
        (["train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/a/1.png"], "val and .*valid are the same part"),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_what_is_wrong_is_named(kind, names, message, tmp_path):
    touch(tmp_path / "pets", *names)
    root = tmp_path / "pets" if kind == "folder" else packed(tmp_path / "pets", kind)
    with pytest.raises(ValueError, match=message):
        scan_folder(root)


def test_an_empty_class_folder_is_named(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"the class folder .*empty holds no image"):
        scan_folder(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder: .*nowhere"):
        scan_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar", "bztar", "xztar"])
@pytest.mark.parametrize("layout", ["classes", "parts", "one folder above the classes", "one folder above the parts"])
def test_an_archive_is_read_as_the_folder_it_was_made_of(kind, layout, tmp_path):
    folder = tmp_path / "pets"
    parts = ("train/", "test/") if "parts" in layout else ("",)
    names = ["a/1.png", "a/deep/2.jpg", "b/3.PNG", "b/notes.txt", "b/.hidden.png", "a/__MACOSX/4.png"]
    touch(folder, *(part + name for part in parts for name in names))
    above = {"root_dir": tmp_path, "base_dir": "pets"} if "above" in layout else {}
    archive = packed(folder, kind, **above)
    found, expected = scan_folder(archive), scan_folder(folder)
    inner = archive / "pets" if above else archive
    assert found.labels == expected.labels == ("a", "b")
    for part in expected.parts:
        assert names_of(found, part, inner) == names_of(expected, part, folder)
        assert [file.content for file in found.parts[part]] == [b"x"] * 3
    told = (f"{len(parts)} files that are no images by their suffix were left aside",)
    deeper = "1 folders inside of class folders are no classes of their own: a/deep"
    assert found.notes[1:] == expected.notes[1:] == (deeper, *told)


def test_a_class_of_an_archive_may_be_empty_only_where_the_archive_says_so(tmp_path):
    touch(tmp_path / "pets", "a/1.png", "b/1.png")
    (tmp_path / "pets" / "empty").mkdir()
    with pytest.raises(ValueError, match=r"the class folder .*pets\.zip/empty holds no image"):
        scan_folder(packed(tmp_path / "pets", "zip"))


def test_a_damaged_archive_is_named_with_its_reason(tmp_path):
    touch(tmp_path / "pets", "a/1.png", "b/1.png")
    archive = packed(tmp_path / "pets", "gztar")
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(ValueError, match=rf"{tmp_path}/pets\.tar\.gz is damaged: Compressed file ended"):
        scan_folder(archive)


def test_an_archive_may_not_exhaust_the_memory(tmp_path, monkeypatch):
    touch(tmp_path / "pets", "a/1.png", "b/1.png", "b/2.txt")
    archive = packed(tmp_path / "pets", "zip")
    monkeypatch.setattr(trees, "_ARCHIVE_LIMIT", 2)
    assert len(scan_folder(archive).parts["train"]) == 2
    monkeypatch.setattr(trees, "_ARCHIVE_LIMIT", 1)
    with pytest.raises(ValueError, match=r"pets\.zip holds more than 0 GiB of images; unpack it and name the folder"):
        scan_folder(archive)


def test_names_in_archives_cannot_lead_out_of_them(tmp_path):
    """Nothing is written, and hidden names, of which .. is one, are left aside."""
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for name in ("a/1.png", "./b/./2.png", "../c/3.png", "a/../../d/4.png", "/etc/5.png"):
            archive.writestr(name, "x")
    found = scan_folder(tmp_path / "pets.zip")
    assert names_of(found, "train", tmp_path / "pets.zip")[:2] == [("a/1.png", 0), ("b/2.png", 1)]
    assert all(tmp_path / "pets.zip" in file.path.parents for file in found.parts["train"])


def test_links_to_folders_are_classes_but_lead_no_deeper(tmp_path):
    touch(tmp_path / "elsewhere", "1.png", "2.png")
    touch(tmp_path / "pets", "a/1.png")
    (tmp_path / "pets" / "b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "pets" / "a" / "round").symlink_to(tmp_path / "pets")
    (tmp_path / "elsewhere" / "self").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "pets" / "a" / "linked.png").symlink_to(tmp_path / "elsewhere" / "1.png")
    found = scan_folder(tmp_path / "pets")
    assert names_of(found, "train", tmp_path / "pets") == [
        ("a/1.png", 0),
        ("a/linked.png", 0),
        ("b/1.png", 1),
        ("b/2.png", 1),
    ]
    assert found.notes[1:] == ("2 links to folders inside of folders were not followed; their images are not there",)


def test_a_link_that_is_a_circle_of_its_own_is_no_folder(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "c").symlink_to(tmp_path / "c")
    assert scan_folder(tmp_path).labels == ("a", "b")


@pytest.mark.parametrize("target", [".", "..", "../pets", "../..", "cat", "../pets/cat", "cat/deep", "elsewhere"])
@pytest.mark.parametrize("name", ["alias", "zebra"])
def test_a_class_that_links_to_what_is_there_is_left_aside_and_told(target, name, tmp_path):
    touch(tmp_path / "pets", "cat/1.png", "cat/deep/2.png", "dog/3.png")
    touch(tmp_path / "elsewhere", "4.png")
    if target == "elsewhere":
        (tmp_path / "pets" / "aardvark").symlink_to(tmp_path / "elsewhere")
        target = "../elsewhere"
    (tmp_path / "pets" / name).symlink_to(target)
    found = scan_folder(tmp_path / "pets")
    extra = ("aardvark",) if target == "../elsewhere" else ()
    assert found.labels == (*extra, "cat", "dog")
    assert len(found.parts["train"]) == 3 + len(extra)
    place = (tmp_path / "pets" / target).resolve()
    assert (
        found.notes[-1]
        == f"{tmp_path / 'pets' / name} is a link to {place}, whose images are there already; it was left aside"
    )


def test_links_that_share_no_image_are_classes(tmp_path):
    touch(tmp_path, "store/cats/1.png", "store/dogs/2.png", "pets/cat and dog/3.png", "pets/.hidden/4.png")
    for name, target in (("cat", "../store/cats"), ("dog", "../store/dogs"), ("owl", ".hidden")):
        (tmp_path / "pets" / name).symlink_to(target)
    found = scan_folder(tmp_path / "pets")
    assert found.labels == ("cat", "cat and dog", "dog", "owl")
    assert len(found.parts["train"]) == 4
    assert len(found.notes) == 1


@pytest.mark.parametrize("target", [".", "..", "train"])
def test_links_among_parts(target, tmp_path):
    """A part may be a link to another; that they share images is told by their content. A circle is no part."""
    touch(tmp_path / "pets", "train/a/1.png", "train/b/2.png")
    (tmp_path / "pets" / "test").symlink_to(target)
    (tmp_path / "pets" / "train" / "c").symlink_to("..")
    found = scan_folder(tmp_path / "pets")
    assert found.labels == ("a", "b")
    assert [*found.parts] == (["train", "test"] if target == "train" else ["train"])


def test_a_folder_of_nothing_but_itself_holds_nothing(tmp_path):
    (tmp_path / "self").symlink_to(".")
    with pytest.raises(ValueError, match="should hold one folder of images per class, and at least two; it holds none"):
        scan_folder(tmp_path)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_linked_images_of_an_archive_are_there_as_in_its_folder(kind, tmp_path):
    touch(tmp_path / "pets", "a/1.png", "b/2.png")
    (tmp_path / "pets" / "a" / "hard.png").hardlink_to(tmp_path / "pets" / "b" / "2.png")
    (tmp_path / "pets" / "b" / "soft.png").symlink_to("../a/1.png")
    if kind == "tar":
        with tarfile.open(tmp_path / "pets.tar", "w") as archive:
            archive.add(tmp_path / "pets", "pets")
    else:
        with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
            for name in ("a/1.png", "b/2.png", "a/hard.png", "b/soft.png"):
                path, info = tmp_path / "pets" / name, zipfile.ZipInfo(f"pets/{name}")
                info.external_attr = path.lstat().st_mode << 16
                archive.writestr(info, os.readlink(path) if path.is_symlink() else path.read_bytes())
    found = scan_folder(tmp_path / f"pets.{kind}")
    names = names_of(scan_folder(tmp_path / "pets"), "train", tmp_path / "pets")
    assert [(name.removeprefix("pets/"), label) for name, label in names_of(found, "train", found.root)] == names
    contents = {file.path.name: file.content for file in found.parts["train"]}
    assert contents["hard.png"] == contents["2.png"]
    assert contents["soft.png"] == contents["1.png"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_image_that_is_twice_in_an_archive_counts_once(tmp_path):
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for name, content in (("a/1.png", b"old"), ("b/2.png", b"b"), ("b\\n.txt", b""), ("a/1.png", b"new")):
            archive.writestr(name, content)
        archive.writestr("b/n.txt", b"")
    with tarfile.open(tmp_path / "pets.tar", "w") as archive, zipfile.ZipFile(tmp_path / "pets.zip") as source:
        for info in source.infolist():
            member = tarfile.TarInfo(info.filename.replace("\\", "/"))
            member.size = info.file_size
            archive.addfile(member, io.BytesIO(source.open(info).read()))
    for kind in ("zip", "tar"):
        found = scan_folder(tmp_path / f"pets.{kind}")
        assert [file.content for file in found.parts["train"]] == [b"new", b"b"]
        assert found.notes[-1] == "1 files that are no images by their suffix were left aside"


def test_names_may_hold_spaces_letters_of_any_script_and_line_breaks(tmp_path):
    names = ["großer Hund/ein Bild.png", "два кота/кот 1.png", "line\nbreak/1\n2.png", "a,b;'c'/\".png"]
    touch(tmp_path / "pets", *names)
    found = scan_folder(tmp_path / "pets")
    assert set(found.labels) == {name.split("/")[0] for name in names}
    assert {name for name, _ in names_of(found, "train", tmp_path / "pets")} == set(names)
    with tarfile.open(tmp_path / "pets.tar", "w") as archive:
        archive.add(tmp_path / "pets", "pets")
    assert scan_folder(tmp_path / "pets.tar").labels == found.labels


def test_a_class_whose_name_is_no_text_is_named(tmp_path):
    touch(tmp_path, "a/1.png")
    os.makedirs(os.fsencode(tmp_path) + b"/\xff")
    with open(os.fsencode(tmp_path) + b"/\xff/1.png", "wb"):
        pass
    with pytest.raises(ValueError, match=r"the class folder '\\udcff' in .* no valid UTF-8; rename it"):
        scan_folder(tmp_path)


@pytest.mark.parametrize("names", [["1.png", "2.png"], ["unknown/1.png"]])
def test_test_images_without_classes_can_be_left_out(names, tmp_path):
    touch(tmp_path, "train/a/1.png", "train/b/1.png", *(f"test/{name}" for name in names))
    assert list(scan_folder(tmp_path, unlabelled_test=True).parts) == ["train"]
    with pytest.raises(ValueError, match="test"):
        scan_folder(tmp_path)


def test_test_images_of_which_some_have_classes_are_still_checked(tmp_path):
    touch(tmp_path, "train/a/1.png", "train/b/1.png", "test/a/1.png", "test/c/1.png")
    with pytest.raises(ValueError, match=r"test/c is no class of the training part"):
        scan_folder(tmp_path, unlabelled_test=True)
