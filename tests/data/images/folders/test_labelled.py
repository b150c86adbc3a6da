import csv
import gzip
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.folders.decoding import ImageOptions
from deepdive.data.images.folders.labelled import read_labelled, read_labels
from deepdive.data.images.folders.loose import read_loose

ROWS = "id,label\n1,dog\n2,cat\n10,dog\n"


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_table_is_read_as_the_standard_library_reads_it(tmp_path):
    content = '\ufeffbreed,"id"\r\n"große, Dogge","a b"\r\ncat,"x""y"\r\n\r\n'
    table = read_labels(written(tmp_path / "labels.csv", content))
    rows = list(csv.DictReader(content.lstrip("\ufeff").splitlines()))
    assert table.labels == {row["id"]: row["breed"] for row in rows}
    assert (table.id_column, table.label_column) == ("id", "breed")


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_the_table_may_be_packed(packing, tmp_path):
    path = tmp_path / f"labels.csv.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(ROWS.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("labels.csv", ROWS)
            archive.writestr("__MACOSX/._labels.csv", "x")
    assert read_labels(path).labels == {"1": "dog", "2": "cat", "10": "dog"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty; a text must hold more than white space"),
        ("id,label\n", ":1: rows must follow the header, got none"),
        ("id\n1\n", "the header must name images and their classes, got .'id'."),
        (
            "id,x,y\n1,2,3\n",
            r"none of the columns id, x, y is known to hold the classes; call it one of label,",
        ),
        ("x,y,label\n1,2,3\n", "none of the columns x, y, label is known to hold the names of the images"),
        ("id,label\n1,dog\n2\n", ":3: row must have 2 fields as the header, got 1"),
        ("id,label\n1,dog\n,cat\n", ":3: column 'id' must not be empty"),
        ("id,label\n1, \n", ":2: column 'label' must not be empty"),
        ("id,label\n1,dog\n2,cat\n1,dog\n", ":4: id must be unique, got '1' as in .*:2"),
        (b"id,label\n1,dog\n2,\xff\n", "is not UTF-8: 0xff, byte 17 in line 3"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_the_line(content, message, tmp_path):
    with pytest.raises(ValueError, match=r"labels\.csv.*" + message):
        read_labels(written(tmp_path / "labels.csv", content))


def test_a_table_that_is_missing_or_damaged_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*labels\.csv"):
        read_labels(tmp_path / "labels.csv")
    for name in ("labels.csv.zip", "labels.csv.gz"):
        with pytest.raises(ValueError, match=rf"{name} cannot be read"):
            read_labels(written(tmp_path / name, "text"))
    with zipfile.ZipFile(tmp_path / "two.csv.zip", "w") as archive:
        archive.writestr("a.csv", ROWS)
        archive.writestr("b.csv", ROWS)
    with pytest.raises(ValueError, match=r"two\.csv\.zip must hold one text file .*, got 2: a.csv, b.csv"):
        read_labels(tmp_path / "two.csv.zip")


@pytest.fixture
def contest(paint, tmp_path):
    for name in ("1", "2", "10"):
        paint(f"contest/train/{name}.png")
    return tmp_path / "contest"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", ["", ".png"])
def test_images_get_the_classes_of_their_rows(packed, suffix, contest):
    ids = ["2", "1", "10", "77"]
    table = written(
        contest / "labels.csv",
        "".join(f"{i}{suffix},{k}\n" for i, k in zip(["id", *ids], ["label", *"abac"], strict=True)).replace(
            f"id{suffix},", "id,"
        ),
    )
    root = contest / "train"
    if packed:
        root = Path(shutil.make_archive(str(root), "zip", contest, "train"))
    for _ in range(2):  # the second time from the cache
        splits, labels = read_labelled(root, table, ImageOptions())
        assert splits.labels == ("a", "b")
        assert splits.train.labels.tolist() == [1, 0, 0]
        for row, name in enumerate(("1", "2", "10")):
            pixels = np.array(Image.open(contest / "train" / f"{name}.png")).transpose(2, 0, 1)
            assert np.array_equal(splits.train.images[row], pixels)
        assert splits.notes == (
            "2 classes of labels.csv, a, b: 3 train images",
            f"1 of 4 rows of labels.csv have no image in {root.name}",
            "1 classes of labels.csv have no image: c",
        )
        assert labels.id_column == "id"


def test_another_table_counts_at_once_though_the_pixels_are_kept(contest):
    first, _ = read_labelled(contest / "train", written(contest / "labels.csv", ROWS), ImageOptions())
    second, _ = read_labelled(
        contest / "train", written(contest / "labels.csv", ROWS.replace("2,cat", "2,emu")), ImageOptions()
    )
    assert (first.labels, second.labels) == (("cat", "dog"), ("dog", "emu"))
    assert torch.equal(first.train.images, second.train.images)


def test_images_without_a_row_are_named(contest, paint):
    paint("contest/train/3.png")
    with pytest.raises(ValueError, match=r"1 of 4 images have no row in .*labels\.csv, .* column id: .*train/3\.png"):
        read_labelled(contest / "train", written(contest / "labels.csv", ROWS), ImageOptions())


def test_one_class_is_not_enough(contest):
    table = written(contest / "labels.csv", ROWS.replace("cat", "dog"))
    with pytest.raises(ValueError, match="are all of one class, dog; there must be at least two"):
        read_labelled(contest / "train", table, ImageOptions())


def test_skipped_images_leave_their_class_with_the_others(contest):
    (contest / "train" / "1.png").write_text("no image")
    table = written(contest / "labels.csv", ROWS)
    splits, _ = read_labelled(contest / "train", table, ImageOptions(skip_damaged=True))
    assert splits.train.labels.tolist() == [0, 1]
    assert "1 of 3 images were skipped" in splits.notes[1]


def test_loose_images_are_in_the_order_of_their_numbers(contest, paint):
    assert read_loose(contest / "train", ImageOptions()).ids == ("1", "2", "10")
    paint("contest/train/deep/1.jpg")
    assert read_loose(contest / "train", ImageOptions()).ids == ("1", "2", "10", "deep/1")
    paint("contest/train/1.bmp")
    assert read_loose(contest / "train", ImageOptions()).ids == ("1.bmp", "1.png", "2.png", "10.png", "deep/1.jpg")


def test_a_folder_without_images_is_named(tmp_path):
    with pytest.raises(ValueError, match=f"{tmp_path} holds no image"):
        read_loose(tmp_path, ImageOptions())


@pytest.mark.parametrize(
    ("column", "values"),
    [("split", "Training valid TEST train".split()), ("Usage", "train dev PublicTest train".split())],
)
def test_a_column_may_tell_the_part_of_each_image(column, values, paint, tmp_path):
    for i in range(len(values)):
        paint(f"pets/{i}.png", pixels=np.full((4, 4, 3), i, dtype=np.uint8))
    rows = "".join(f"{i}.png,{part},{label}\n" for i, (part, label) in enumerate(zip(values, "abba", strict=True)))
    table = written(tmp_path / "labels.csv", f"image,{column},label\n{rows}".replace("3.png,train,a", "3.png,train,b"))
    splits, labels = read_labelled(tmp_path / "pets", table, ImageOptions())
    assert [part.images[:, 0, 0, 0].tolist() for part in (splits.train, splits.val, splits.test)] == [[0, 3], [1], [2]]
    assert [part.labels.tolist() for part in (splits.train, splits.val, splits.test)] == [[0, 1], [1], [1]]
    told = f"2 train images, 1 val images, 1 test images by the column {column}"
    assert splits.notes == (f"2 classes of labels.csv, a, b: {told}",)
    assert labels.part_column == column


def test_a_column_of_parts_must_be_whole_and_leave_every_class(paint, tmp_path):
    for i in range(3):
        paint(f"pets/{i}.png")
    table = written(tmp_path / "labels.csv", "id,split,label\n0,train,a\n1,test,b\n2,train,a\n")
    with pytest.raises(ValueError, match=r"column split of .* leaves no image to learn from of the classes b$"):
        read_labelled(tmp_path / "pets", table, ImageOptions())
    written(table, "id,split,label\n0,train,a\n1,,b\n2,train,a\n")
    with pytest.raises(
        ValueError, match=r"labels\.csv: column 'split' tells the part of a row, but row 2 has '' there"
    ):
        read_labels(table)
