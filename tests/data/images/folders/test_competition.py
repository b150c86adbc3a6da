import shutil
from pathlib import Path

import pytest

from deepdive.data.images.folders.competition import find_layout


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


@pytest.mark.parametrize(
    ("names", "train", "table", "test"),
    [
        (
            ["trainLabels.csv.zip", "train_tiny.zip", "test_tiny.zip"],
            "train_tiny.zip",
            "trainLabels.csv.zip",
            "test_tiny.zip",
        ),
        (["labels.csv", "train/1.jpg", "test/2.jpg", "sample_submission.csv"], "train", "labels.csv", "test"),
        (["train.csv", "images.txt", "1.jpg", "2.jpg"], ".", "train.csv", None),
        (["a/1.jpg", "b/1.jpg"], ".", None, None),
        (["train/a/1.jpg", "train/b/1.jpg", "test/1.jpg"], ".", None, "test"),
        (["train/a/1.jpg", "train/b/1.jpg", "test/unknown/1.jpg"], ".", None, "test"),
        (["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg"], ".", None, None),
        (["train.zip", "test.zip"], "train.zip", None, "test.zip"),
        (["Training_set.csv", "training/1.jpg", "testing/2.jpg"], "training", "Training_set.csv", "testing"),
        (["comp/labels.csv", "comp/images/1.jpg", "comp/TEST/2.jpg"], "comp/images", "comp/labels.csv", "comp/TEST"),
        (["comp/Training/a/1.jpg", "comp/Training/b/1.jpg", "comp/Test1/1.jpg"], "comp", None, "comp/Test1"),
        (["mri/Training/a/1.jpg", "mri/Training/b/1.jpg", "mri/Testing/a/1.jpg"], "mri", None, None),
        (["a/1.jpg", "b/1.jpg", "testing/1.jpg"], ".", None, "testing"),
        (["cat/1.jpg", "crash test/1.jpg"], ".", None, None),
    ],
)
def test_everything_is_found_by_its_usual_name(names, train, table, test, tmp_path):
    touch(tmp_path, *names)
    found = find_layout(tmp_path)
    assert found.train == tmp_path / train
    assert found.table == (table and tmp_path / table)
    assert found.test == (test and tmp_path / test)


def test_what_is_named_counts(tmp_path):
    touch(tmp_path, "labels.csv", "train/1.jpg", "test/1.jpg", "other/breeds.csv", "other/new/1.jpg")
    found = find_layout(tmp_path, tmp_path / "other/breeds.csv", tmp_path / "other/new")
    assert (found.table, found.test) == (tmp_path / "other/breeds.csv", tmp_path / "other/new")


def test_an_archive_is_folders_of_classes_or_images_for_a_table(tmp_path):
    touch(tmp_path / "pets", "a/1.jpg", "b/1.jpg")
    archive = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path / "pets"))
    assert find_layout(archive).train == archive


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["labels.csv", "train.csv", "1.jpg"], r"holds 2 tables of classes: labels\.csv, train\.csv; keep one"),
        (
            ["labels.csv", "train/1.jpg", "train.zip"],
            r"train and .*train\.zip are the same part of the data, .* learnt from; keep one",
        ),
        (["labels.csv", "a/1.jpg"], r"holds labels\.csv, but no training images: .* begins with train"),
        (
            ["labels.csv", "train/1.jpg", "val/2.jpg"],
            r"holds labels\.csv and val; .* a column split must say which are",
        ),
        (["labels.csv", "train.7z", "test.7z"], r"test\.7z, train\.7z cannot be read here: unpack it"),
    ],
)
def test_what_is_not_clear_is_told(names, message, tmp_path):
    touch(tmp_path, *names)
    with pytest.raises(ValueError, match=message):
        find_layout(tmp_path)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_layout(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"table is .*no\.csv, but there is no such file"):
        find_layout(tmp_path, tmp_path / "no.csv")
    with pytest.raises(FileNotFoundError, match=r"test is .*gone, but there is no such file or folder"):
        find_layout(tmp_path, None, tmp_path / "gone")
