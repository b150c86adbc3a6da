import pytest

from deepdive.data.images.folders import scan_folder


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


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
    assert found.notes == ("2 files that are no pictures by their suffix were left aside",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/1.png", "b/notes.txt"], r"the class folder .*b holds no picture \(\.bmp, "),
        (["a/1.png"], "at least two; it holds only one, a$"),
        (["1.png", "2.png"], "at least two; it holds pictures, but no folder$"),
        (["readme.md"], "at least two; it holds none$"),
        (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "test/c is no class of the training part, .* a, b$"),
        (["train/a/1.png", "train/b/1.png", "test/1.png"], "test holds no class folder"),
        (["train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/a/1.png"], "val and .*valid are the same part"),
    ],
)
def test_what_is_wrong_is_named(names, message, tmp_path):
    touch(tmp_path, *names)
    with pytest.raises(ValueError, match=message):
        scan_folder(tmp_path)


def test_an_empty_class_folder_is_named(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"the class folder .*empty holds no picture"):
        scan_folder(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder: .*nowhere"):
        scan_folder(tmp_path / "nowhere")
