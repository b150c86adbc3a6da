import time

import pytest

from deepdive.data.parts import (
    is_hidden,
    only_one_each,
    part_column,
    part_files,
    part_of,
    parts_of,
    says_nothing,
    shared_note,
)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (
            "train",
            "train Training TRAIN trn train_set training-set trainSet Train2017 images_train train.txt X_train seen",
        ),
        ("val", "val VALID validation dev devel dev_set valid.tsv.gz validation-split dev-v1.1.json"),
        ("test", "test Testing TEST.tsv tst test1 test_images eval evaluation hold-out held_out unseen testset.v2"),
        (
            None,
            "latest protest setting trainer valley devil invalid data images 7 .. test_tube steam-train untrained tr",
        ),
    ],
)
def test_a_name_tells_its_part_or_none(part, names):
    assert {name: part_of(name) for name in names.split()} == dict.fromkeys(names.split(), part)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["mri_train", "mri_test", "notes"], ["train", "test", None]),
        (["eng.train", "eng.testa", "eng.testb"], ["train", "val", "test"]),
        (["wiki.train.tokens", "wiki.valid.tokens"], ["train", "val"]),
        (["steam train", "car", "plane"], [None, None, None]),
        (["wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"], ["train", "val", "test"]),
        (["esp.train", "esp.testa", "esp.testb"], ["train", "val", "test"]),
        (["nertrain", "nerdev", "nertest", "notes"], ["train", "val", "test", None]),
        (["latest", "contest", "protest"], [None, None, None]),
        (["latrain", "contest"], [None, None]),
        (["latrain", "latest", "contrain", "contest"], [None, None, None, None]),
        (["test_tube", "flask"], [None, None]),
        (["train", "eval", "test"], ["train", "val", "test"]),
        (["train", "eval", "val"], ["train", "test", "val"]),
        (["Training", "PublicTest", "PrivateTest"], ["train", "test", "test"]),
        (["train_or_test", "train"], [None, "train"]),
        (["Train_A", "Test_A"], ["train", "test"]),
        (["train", "Test_A", "Test_B"], ["train", "test", "test"]),
        (["trainA", "testA", "valA"], ["train", "test", "val"]),
        (["Test A", "Test B"], [None, None]),
    ],
)
def test_names_side_by_side_are_understood_together(names, found):
    parts = parts_of(names)
    assert [parts.get(name) for name in names] == found


def test_two_of_the_same_part_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"/Dev and .*/valid are the same part of the data.* validated on; keep one"):
        only_one_each({tmp_path / "valid": "val", tmp_path / "Dev": "val", tmp_path / "train": "train"})


def test_what_systems_add_is_hidden():
    names = ".git ._x.png __MACOSX Thumbs.db @eaDir desktop.ini images train".split()
    assert [is_hidden(name) for name in names] == [True] * 6 + [False] * 2
    assert [says_nothing(name) for name in ("images", "data_set", "", "cats", "images of cats")] == [True] * 3 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"id": "1 2 3", "split": "Train dev TEST"}, ("split", ["train", "val", "test"])),
        ({"id": "1 2 3", "Usage": "Training PublicTest PrivateTest"}, ("Usage", ["train", "test", "test"])),
        ({"id": "1 2 3", "is_valid": "False True 0"}, ("is_valid", ["train", "val", "train"])),
        ({"id": "1 2 3", "is_train": "1 0 1"}, ("is_train", ["train", "test", "train"])),
        ({"id": "1 2 3", "is_valid": "0 0 0"}, None),
        ({"id": "1 2 3", "split": "a b c"}, None),
        ({"id": "1 2 3", "split": "test test val"}, None),
        ({"id": "1 2 3", "vehicle": "car train bus"}, None),
        ({"id": "1 2 3", "product": "seen unseen seen"}, None),
        ({"id": "1 2 3", "Activity": "learning tested learning"}, None),
        ({"id": "1 2 3", "split": "seen unseen seen"}, ("split", ["train", "test", "train"])),
        ({"visited": "seen unseen seen", "kind": "train val test"}, ("kind", ["train", "val", "test"])),
        ({"id": "1 2 3", "fold": "learning validate tested"}, ("fold", ["train", "val", "test"])),
    ],
)
def test_a_column_may_tell_the_parts(columns, found):
    assert part_column({name: values.split() for name, values in columns.items()}) == found


def test_a_column_of_parts_has_one_in_every_row():
    with pytest.raises(
        ValueError, match=r"column 'split' tells the part of a row, but row 3 has 'tets' there; it must"
    ):
        part_column({"split": ["train", "test", "tets"]})


def written(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Training.conll", "valid.txt", "TEST.tsv"], ["Training.conll", "valid.txt", "TEST.tsv"]),
        (["eng.train", "eng.testa", "eng.testb", "README"], ["eng.train", "eng.testa", "eng.testb"]),
        (["train-v1.1.json", "dev-v1.1.json"], ["train-v1.1.json", "dev-v1.1.json"]),
        (["a/b/train.txt", "a/b/test.txt", ".hidden/x"], ["a/b/train.txt", "a/b/test.txt"]),
        (["train/data.txt", "test/data.txt", "train/.DS_Store"], ["train/data.txt", "test/data.txt"]),
    ],
)
def test_files_are_parts_by_their_names(names, found, tmp_path):
    written(tmp_path, *names)
    files, notes = part_files(tmp_path)
    assert list(files.values()) == [tmp_path / name for name in found]
    assert list(files) == sorted(files, key=("train", "val", "test").index)
    assert notes[0].startswith(f"{found[0]} is learnt from, {found[1]} is ")
    assert (notes[1:] == (f"left aside in {tmp_path}: README",)) == ("README" in names)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.txt", "test.txt"], r"must hold a file to learn from, called train .*; it holds a\.txt, test\.txt$"),
        (["train.txt", "train.csv"], r"train\.csv and .*train\.txt are the same part of the data"),
        (["dev.txt", "valid.txt", "train.txt"], r"dev\.txt and .*valid\.txt are the same part .* validated on"),
        (["train/a.txt", "train/b.txt"], r"train must hold one file, which is learnt from; it holds a\.txt, b\.txt"),
    ],
)
def test_files_that_are_no_clear_parts_are_named(names, message, tmp_path):
    written(tmp_path, *names)
    with pytest.raises(ValueError, match=message):
        part_files(tmp_path)


def test_examples_that_are_also_learnt_from_are_counted():
    notes = [*shared_note({"train": "abcab", "val": "xyz", "test": "baz"}, "letters")]
    assert notes == ["2 of 3 letters of the test set are also in the training set"]


def test_a_long_name_takes_no_time():
    began = time.process_time()
    assert part_of("dataset" * 36 + "!train?") is None
    assert not says_nothing("dataset" * 36 + "y")
    assert part_column({"text": [f"dataset {i} of words" for i in range(10_000)], "split": ["train"] * 10_000})
    assert time.process_time() - began < 1


def test_a_folder_of_nothing_but_itself_ends(tmp_path):
    (tmp_path / "self").symlink_to(".")
    with pytest.raises(ValueError, match=r"must hold a file to learn from, called train .* it holds nothing"):
        part_files(tmp_path)


def test_of_two_files_to_test_on_that_with_the_answers_counts(tmp_path):
    for name in ("wnut17train.conll", "emerging.dev.conll", "emerging.test", "emerging.test.annotated"):
        (tmp_path / name).write_text(name)
    found, notes = part_files(tmp_path)
    assert {part: path.name for part, path in found.items()} == {
        "train": "wnut17train.conll",
        "val": "emerging.dev.conll",
        "test": "emerging.test.annotated",
    }
    assert notes[1] == f"left aside in {tmp_path}: emerging.test"
    (tmp_path / "emerging.test.gold").write_text("x")
    with pytest.raises(ValueError, match="are the same part of the data"):
        part_files(tmp_path)


def test_a_part_that_is_a_dead_link_is_said_to_be_one(tmp_path):
    (tmp_path / "train.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"train\.csv must be a file, .* a link that leads nowhere"):
        part_files(tmp_path)
