import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.folders import decoding, read_folder, reading


def count_decodes(monkeypatch):
    calls = []
    real = decoding.decode_image
    monkeypatch.setattr(decoding, "decode_image", lambda path, **k: (calls.append(path), real(path, **k))[1])
    return calls


def test_pixels_are_those_of_the_files(pets):
    splits = read_folder(pets, test=0)
    paths = sorted(pets.rglob("*.png"))
    expected = np.stack([np.array(Image.open(path)).transpose(2, 0, 1) for path in paths])
    assert torch.equal(splits.train.images, torch.from_numpy(expected))
    assert splits.train.labels.tolist() == [0] * 10 + [1] * 10
    assert splits.labels == ("cat", "dog")
    assert splits.test is None


def test_without_a_test_folder_some_are_held_out_and_it_is_told(pets):
    splits = read_folder(pets)
    assert len(splits.train.labels) == 16
    assert splits.test.labels.tolist() == [0, 0, 1, 1]
    assert splits.notes == (
        "2 classes, cat, dog: 20 train images",
        "no test folder: 4 of 20 images held out for testing",
    )


def test_parts_of_the_folder_are_kept_apart(paint, tmp_path):
    for part, n in (("train", 3), ("valid", 2), ("test", 1)):
        for i in range(n):
            paint(f"pets/{part}/cat/{i}.png")
            paint(f"pets/{part}/dog/{i}.png")
    splits = read_folder(tmp_path / "pets")
    assert [len(part.labels) for part in (splits.train, splits.val, splits.test)] == [6, 4, 2]
    assert splits.notes == ("2 classes, cat, dog: 6 train images, 4 val images from valid, 2 test images",)


def test_they_are_decoded_once(pets, monkeypatch):
    calls = count_decodes(monkeypatch)
    first, second = read_folder(pets), read_folder(pets)
    assert len(calls) == 20
    assert torch.equal(first.train.images, second.train.images)
    assert first.notes == second.notes
    read_folder(pets, image_size=(4, 4))
    assert len(calls) == 40


@pytest.mark.parametrize("change", ["new file", "new content", "new time", "new name"])
def test_a_change_in_the_folder_is_noticed(change, pets, paint, monkeypatch):
    read_folder(pets)
    calls, path = count_decodes(monkeypatch), pets / "cat" / "0.png"
    if change == "new file":
        paint("pets/cat/new.png")
    elif change == "new content":
        paint("pets/cat/0.png", (8, 8), "L")
    elif change == "new time":
        os.utime(path, (1, 1))
    else:
        path.rename(pets / "cat" / "renamed.png")
    read_folder(pets)
    assert len(calls) >= 20
    kept = list(Path(os.environ["DEEPDIVE_CACHE"], "images").glob("*.safetensors"))
    assert len(kept) == 1, "old tensors pile up"


def test_a_damaged_tensor_file_is_made_again(pets, cache):
    first = read_folder(pets)
    (kept,) = (cache / "images").glob("*.safetensors")
    for damage in (kept.read_bytes()[:100], b"", kept.read_bytes()[:-1]):
        kept.write_bytes(damage)
        assert torch.equal(read_folder(pets).train.images, first.train.images)


def test_a_cache_that_cannot_be_written_is_no_obstacle(pets, cache):
    cache.write_text("a file where a folder should be")
    seen = []
    assert len(read_folder(pets, report=seen.append).train.labels) == 16
    assert "decoded images are not kept: cannot write" in seen[-1].what


def test_progress_is_told(pets):
    seen = []
    read_folder(pets, image_size=(4, 4), channels=1, report=seen.append)
    done = [p.done for p in seen]
    assert done == sorted(set(done))
    assert (len(done) > 1, done[-1]) == (True, 20)
    assert {(p.total, p.unit) for p in seen} == {(20, "images")}
    assert {p.what for p in seen} == {"decoding pets"}


def test_an_interruption_is_not_kept_waiting(pets, monkeypatch):
    calls, real = [], decoding.decode_image

    def slow(path, **options):
        calls.append(path)
        time.sleep(0.1)
        return real(path, **options)

    monkeypatch.setattr(decoding, "decode_image", slow)
    monkeypatch.setattr(decoding.os, "cpu_count", lambda: 1)

    def interrupt(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_folder(pets, image_size=(4, 4), channels=1, report=interrupt)
    assert len(calls) < 20


def test_sizes_and_channels_are_brought_to_one_and_counted(paint, tmp_path):
    for i, size in enumerate([(8, 8), (16, 16), (10, 20)]):
        paint(f"pets/cat/{i}.png", size)
        paint(f"pets/dog/{i}.png", size)
    (tmp_path / "pets" / "dog" / "notes.txt").write_text("x")
    splits = read_folder(tmp_path / "pets", image_size=(8, 8), channels=1, test=0)
    assert splits.train.images.shape == (6, 1, 8, 8)
    assert splits.notes == (
        "2 classes, cat, dog: 6 train images",
        "1 files that are no images by their suffix were left aside",
        "6 images converted from colour to grey",
        "4 images resized to 8x8",
    )


def test_grey_folders_stay_grey(paint, tmp_path):
    for name in ("a/1.png", "b/1.png"):
        paint(f"pets/{name}", (8, 8), "L")
    assert read_folder(tmp_path / "pets", test=0).train.images.shape == (2, 1, 8, 8)
    paint("pets/b/2.png", (8, 8), "RGB")
    assert read_folder(tmp_path / "pets", test=0).train.images.shape == (3, 3, 8, 8)


def test_many_sizes_need_one_to_be_given(paint, tmp_path):
    paint("pets/a/1.png", (8, 8))
    paint("pets/b/1.png", (9, 8))
    with pytest.raises(ValueError, match=r"have 2 sizes \(8x8, 9x8, \.\.\.\); give image_size"):
        read_folder(tmp_path / "pets")


@pytest.mark.parametrize("options", [{"image_size": (8, 8)}, {"channels": 3, "image_size": (8, 8)}])
def test_strictness_refuses_other_forms(options, paint, tmp_path):
    for name in ("a/1.png", "b/1.png"):
        paint(f"pets/{name}")
    read_folder(tmp_path / "pets", strict=True, test=0, **options)
    paint("pets/b/odd.png", (8, 9))
    paint("pets/b/grey.png", (8, 8), "L")
    with pytest.raises(ValueError, match="strict: 2 of 4 images have not 3 channels, height 8") as caught:
        read_folder(tmp_path / "pets", strict=True, test=0, **options)
    assert "odd.png: 3 x 8 x 9" in str(caught.value)
    assert "grey.png: 1 x 8 x 8" in str(caught.value)


def test_one_image_per_class_cannot_be_held_out_and_it_is_told_what_can_be_done(paint, tmp_path):
    for name in ("a/1.png", "b/1.png", "c/1.png"):
        paint(f"pets/{name}")
    with pytest.raises(
        ValueError, match=r"holding out 1 test images leaves none to learn from of 1 of 3 classes \([abc]\)"
    ):
        read_folder(tmp_path / "pets")
    assert read_folder(tmp_path / "pets", test=0).train.labels.tolist() == [0, 1, 2]
    for name in ("train/a/1.png", "train/b/1.png", "test/a/1.png"):
        paint(f"parts/{name}")
    splits = read_folder(tmp_path / "parts")
    assert (len(splits.train.labels), len(splits.test.labels)) == (2, 1)


def test_an_archive_gives_what_its_folder_gives_and_is_read_once(pets, monkeypatch, cache):
    from deepdive.data.images.folders import trees

    expected = read_folder(pets)
    archive = Path(shutil.make_archive(str(pets), "xztar", pets))
    before = sorted(pets.parent.rglob("*"))
    found = read_folder(archive)
    assert torch.equal(found.train.images, expected.train.images)
    assert torch.equal(found.test.labels, expected.test.labels)
    assert (found.labels, found.notes) == (expected.labels, expected.notes)
    assert {p for p in pets.parent.rglob("*") if cache not in p.parents} <= set(before), "nothing is unpacked"
    monkeypatch.setattr(trees, "plain_files", lambda archive: pytest.fail("read twice"))
    assert torch.equal(read_folder(archive).train.images, expected.train.images)
    os.utime(archive, (1, 1))
    with pytest.raises(pytest.fail.Exception, match="read twice"):
        read_folder(archive)


def test_images_are_padded_or_cut(paint, tmp_path):
    for label in "ab":
        paint(f"pets/{label}/1.png", (8, 16))
    padded, cut = (read_folder(tmp_path / "pets", image_size=(8, 8), test=0, fit=fit) for fit in ("pad", "crop"))
    pixels = np.array(Image.open(tmp_path / "pets" / "a" / "1.png"))
    assert np.array_equal(cut.train.images[0].permute(1, 2, 0).numpy(), pixels[:, 4:12])
    assert cut.notes[1:] == ("2 images resized to 8x8 and cut",)
    assert padded.notes[1:] == ("2 images resized to 8x8",)
    assert not torch.equal(cut.train.images, padded.train.images)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_images_that_are_also_learnt_from_are_counted(kind, paint, tmp_path):
    for part, count in (("Training", 4), ("valid", 2), ("Testing", 3)):
        for i in range(count):
            paint(f"pets/{part}/cat/{i}.png")
            paint(f"pets/{part}/dog/{i}.png")
    folder = tmp_path / "pets"
    shutil.copy(folder / "Training/cat/0.png", folder / "Testing/cat/again.png")
    shutil.copy(folder / "Training/cat/0.png", folder / "Testing/cat/and again.png")
    shutil.copy(folder / "Training/dog/3.png", folder / "valid/dog/2.png")
    shutil.copy(folder / "Training/dog/1.png", folder / "Training/dog/copy.png")  # no harm within a part
    black = np.zeros((8, 8, 3), dtype=np.uint8)  # the same pixels in files of two kinds are two files
    paint("pets/Training/cat/black.png", pixels=black)
    paint("pets/Testing/cat/black.bmp", pixels=black)
    root = folder if kind == "folder" else Path(shutil.make_archive(str(folder), "zip", folder))
    splits = read_folder(root)
    assert splits.notes[1:] == (
        "1 images of the validation set are also in the training set",
        "2 images of the test set are also in the training set",
    )
    assert read_folder(root).notes == splits.notes, "told again from the cache"


def test_copies_are_also_told_where_the_test_set_is_held_out_of_them(pets):
    for i in range(10):
        shutil.copy(pets / f"cat/{i}.png", pets / f"cat/{i + 10}.png")
        shutil.copy(pets / f"dog/{i}.png", pets / f"dog/{i + 10}.png")
    splits = read_folder(pets)
    learnt = {image.numpy().tobytes() for image in splits.train.images}
    both = sum(image.numpy().tobytes() in learnt for image in splits.test.images)
    assert 0 < both <= 8
    assert splits.notes[-1] == f"{both} images of the test set are also in the training set"


def test_images_of_several_classes_are_counted(pets):
    shutil.copy(pets / "cat/3.png", pets / "dog/x.png")
    assert read_folder(pets, test=0).notes[-1] == "1 images stand in several classes"


def test_what_is_kept_is_read_again_where_the_same_files_are_other_parts(pets, monkeypatch):
    """As after an update that knows more names of parts."""
    read_folder(pets, test=0)
    calls = count_decodes(monkeypatch)
    real = reading.scan_folder
    monkeypatch.setattr(reading, "scan_folder", lambda *a, **k: replace(real(*a, **k), labels=("x", "y")))
    assert read_folder(pets, test=0).labels == ("x", "y")
    assert len(calls) == 20
