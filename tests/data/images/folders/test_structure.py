"""Which folders are parts and which are classes, for folders and archives alike."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from deepdive.data.images.folders import scan_folder

CLASSES = ("glioma", "notumor", "pituitary")


def lay(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def parts(train, test, *, val=None, classes=CLASSES):
    """Two images of each class to learn from, one in every other part."""
    names = [f"{train}/{label}/{i}.png" for label in classes for i in (1, 2)]
    return names + [f"{part}/{label}/3.png" for part in (val, test) if part for label in classes]


def scanned(folder, kind, **options):
    return scan_folder(folder if kind == "folder" else Path(shutil.make_archive(str(folder), kind, folder)), **options)


def counts(found):
    return {part: [found.numbers[part].count(i) for i in range(len(found.labels))] for part in found.parts}


@pytest.fixture(params=["folder", "zip"])
def kind(request):
    return request.param


TRAIN = "train training Training TRAIN trn train_set training_set train-images TrainImages trainset train2017 Seen"
TEST = "test testing Testing TEST tst test_set testing_set test-images TestImages testset test2017 Unseen"


@pytest.mark.parametrize(
    ("train", "test"),
    [
        *zip(TRAIN.split(), TEST.split(), strict=True),
        ("train", "eval"),
        ("train", "Evaluation"),
        ("train", "hold_out"),
        ("mri_train", "mri_test"),
        ("mri train 1", "test"),
        ("learn", "unseen"),
    ],
)
def test_parts_of_any_usual_spelling_are_no_classes(train, test, tmp_path):
    lay(tmp_path, *parts(train, test))
    found = scan_folder(tmp_path)
    assert found.labels == CLASSES
    assert counts(found) == {"train": [2, 2, 2], "test": [1, 1, 1]}
    assert {file.path.parent.parent.name for file in found.parts["train"]} == {train}


@pytest.mark.parametrize("val", ["val", "VALID", "Validation", "validation_set", "dev", "development", "eval"])
def test_what_is_validated_on_has_many_names(val, tmp_path):
    lay(tmp_path, *parts("Training", "Testing", val=val))
    assert counts(scan_folder(tmp_path)) == {"train": [2, 2, 2], "val": [1, 1, 1], "test": [1, 1, 1]}


NOISE = ["README.md", "labels.txt", ".DS_Store", "Thumbs.db", "__MACOSX/mri/._1.png", ".git/x.png"]


@pytest.mark.parametrize(
    "names",
    [
        [f"mri/{name}" for name in parts("Training", "Testing")],
        [f"archive/mri/{name}" for name in parts("Training", "Testing")],
        [f"test_data/{name}" for name in parts("Training", "Testing")],
        [f"images/{name}" for name in parts("train", "test")] + ["labels/train/1.txt", "labels/test/1.txt"],
        parts("train/train", "test/test"),
        parts("train/images", "test/images"),
        [f"{label}/{name}" for label in CLASSES for name in ("Train/1.png", "Train/2.png", "test/3.png")],
        [f"mri/{label}/{name}" for label in CLASSES for name in ("trn/a/1.png", "trn/b/2.png", "tst/3.png")],
        [*(f"{label}/{i}.png" for label in CLASSES for i in (1, 2)), *(f"test/{label}/3.png" for label in CLASSES)],
        [*parts("Training", "Testing"), *(f"Training/{label}/Thumbs.db" for label in CLASSES)],
    ],
    ids="wrapped|twice|in-test|images|double|images-within|below|below-wrapped|test-beside-classes|thumbs".split("|"),
)
def test_parts_may_stand_some_levels_down_or_up(names, kind, tmp_path):
    lay(tmp_path / "t", *names, *NOISE)
    found = scanned(tmp_path / "t", kind)
    assert found.labels == CLASSES
    assert counts(found) == {"train": [2, 2, 2], "test": [1, 1, 1]}


def test_of_training_images_alone_the_classes_are_found(kind, tmp_path):
    lay(tmp_path / "t", *parts("Training", None))
    found = scanned(tmp_path / "t", kind)
    assert (found.labels, counts(found)) == (CLASSES, {"train": [2, 2, 2]})


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["hit/1.png", "miss/1.png", "test/1.png"], r"test in .* may be a class, or .* beside are hit, miss.*/train"),
        (parts("one", "two"), r"one, two in .* all hold the folders glioma, notumor, pituitary: .* cannot be told"),
        (parts("entrenamiento", "prueba"), "cannot be told; if the upper ones are parts, call them train, val and"),
        (parts("train", "prueba"), r"prueba holds the classes glioma, notumor, pituitary, but its name tells no part"),
        (parts("train", "train_2"), r"train and .*train_2 are the same part of the data, .* learnt from; keep one"),
        (parts("val", "test"), r"test, val in .* there is no folder to learn from beside; .* expected is one folder"),
        (["test/a/1.png", "test/b/1.png"], "test in .* there is no folder to learn from beside"),
        (["train/1.png", "test/2.png"], "test, train in .* parts by their names without a folder per class; expected"),
        (["a/train/1.png", "b/2.png"], r"b must hold the parts of its class, train among them, as .*a holds train"),
        (["a/train/1.png", "b/train/1.png", "b/2.png"], r"b holds train and 1 images beside"),
        (["a/train/1.png", "b/test/1.png"], r"b must hold the parts of its class, train among them"),
        ([*parts("train/train", "train/val"), *parts("test", None)], "train is a part .* holds the parts train, val"),
        (["train/Cat/1.png", "train/dog/1.png", "test/cat/1.png"], r"test/cat is no class .* 'Cat' is the same but"),
        (["Cat/1.png", "cat/1.png", "dog/1.png"], r"Cat and .*cat are two classes but for their spelling"),
        (["train/a b/1.png", "train/c/1.png", "test/A_b/1.png"], r"of which 'a b' is the same but for its spelling"),
        (["train/a/1.png", "train/b/1.png", "test/c/1.png"], r"test/c is no class of the training part, .* are a, b$"),
        (["train/a/1.png", "test/a/1.png"], r"train should hold .* at least two; it holds only one, a$"),
        (["train/a/1.png", "train/b/1.png", "test/notes.txt"], r"test holds no class folder"),
        (["train/a/1.png", "train/b/1.png", "test/1.png"], r"test holds no class folder; .* but holds 1 images;"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_was_found(names, message, kind, tmp_path):
    lay(tmp_path / "t", *names)
    with pytest.raises(ValueError, match=message):
        scanned(tmp_path / "t", kind)


@pytest.mark.parametrize(
    ("names", "labels", "note"),
    [
        (["train/test/1.png", "train/hit/1.png", "test/test/1.png"], ("hit", "test"), "1 of 2 classes have no test"),
        (["car/1.png", "plane/1.png", "train/1.png"], ("car", "plane", "train"), "train is taken for a class and no"),
        (["invalid/1.png", "valid/1.png"], ("invalid", "valid"), "valid is taken for a class and no part"),
        (["pets/a/1.png", "pets/b/1.png", "x.png"], ("a", "b"), "1 images directly in .*t are of no class"),
        (["train/a/1.png", "train/b/1.png", "train/x.png"], ("a", "b"), "1 images directly in .*train are of no"),
        (["train/a/1.png", "train/b/1.png", "extra/1.png"], ("a", "b"), r"left aside, .*: extra \(1 images\)"),
        (["animals/cat/1.png", "tools/saw/1.png"], ("animals", "tools"), "2 folders inside of .* animals/cat, tools/s"),
        (["a/x/1.png", "a/2.png", "b/y/3.png"], ("a", "b"), "2 folders inside of class folders are no classes"),
    ],
)
def test_what_was_decided_is_told(names, labels, note, tmp_path):
    lay(tmp_path / "t", *names)
    found = scan_folder(tmp_path / "t")
    assert found.labels == labels
    assert re.search(note, "\n".join(found.notes))


def test_parts_and_classes_are_told_in_one_line(tmp_path):
    lay(tmp_path, *(f"mri/{name}" for name in parts("Training", "test")))
    (note,) = scan_folder(tmp_path).notes
    told = "6 train images from mri/Training, 3 test images from mri/test"
    assert note == f"3 classes, glioma, notumor, pituitary: {told}"


@pytest.mark.parametrize("names", [["cat/1.png", "dog/1.png", "test/1.png"], parts("Training", None)])
def test_images_to_be_labelled_are_no_class(names, tmp_path):
    lay(tmp_path, *names, "test/9.png")
    found = scan_folder(tmp_path, unlabelled_test=True)
    assert "test" not in found.labels
    assert list(found.parts) == ["train"]
    assert f"{tmp_path / 'test'} holds none of the classes; its images are not tested on" in found.notes


def test_names_of_windows_in_a_zip_are_folders(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for name in parts("Training", "Testing"):
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            archive.writestr(info, name)
    assert counts(scan_folder(tmp_path / "t.zip")) == {"train": [2, 2, 2], "test": [1, 1, 1]}
