import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images.folders import decoding, read_folder


@pytest.fixture
def pets(paint, tmp_path):
    for i in range(10):
        paint(f"pets/cat/{i}.png")
        paint(f"pets/dog/{i}.png")
    return tmp_path / "pets"


def count_decodes(monkeypatch):
    calls = []
    real = decoding.decode_picture
    monkeypatch.setattr(decoding, "decode_picture", lambda path, **k: (calls.append(path), real(path, **k))[1])
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
    assert splits.notes == ("no test folder: 4 of 20 pictures held out for testing",)


def test_parts_of_the_folder_are_kept_apart(paint, tmp_path):
    for part, n in (("train", 3), ("valid", 2), ("test", 1)):
        for i in range(n):
            paint(f"pets/{part}/cat/{i}.png")
            paint(f"pets/{part}/dog/{i}.png")
    splits = read_folder(tmp_path / "pets")
    assert [len(part.labels) for part in (splits.train, splits.val, splits.test)] == [6, 4, 2]
    assert splits.notes == ()


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
    kept = list(Path(os.environ["DEEPDIVE_CACHE"], "pictures").glob("*.safetensors"))
    assert len(kept) == 1, "old tensors pile up"


def test_a_damaged_tensor_file_is_made_again(pets, cache):
    first = read_folder(pets)
    (kept,) = (cache / "pictures").glob("*.safetensors")
    for damage in (kept.read_bytes()[:100], b"", kept.read_bytes()[:-1]):
        kept.write_bytes(damage)
        assert torch.equal(read_folder(pets).train.images, first.train.images)


def test_a_cache_that_cannot_be_written_is_no_obstacle(pets, cache):
    cache.write_text("a file where a folder should be")
    seen = []
    assert len(read_folder(pets, report=seen.append).train.labels) == 16
    assert "decoded pictures are not kept: cannot write" in seen[-1].what


def test_progress_is_told(pets):
    seen = []
    read_folder(pets, image_size=(4, 4), channels=1, report=seen.append)
    assert [(p.done, p.total, p.unit) for p in seen] == [(i, 20, "pictures") for i in range(1, 21)]
    assert {p.what for p in seen} == {"decoding pets"}


def test_an_interruption_is_not_kept_waiting(pets, monkeypatch):
    calls = count_decodes(monkeypatch)
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
        "6 pictures converted from colour to grey",
        "4 pictures resized to 8x8",
        "1 files that are no pictures by their suffix were left aside",
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
    with pytest.raises(ValueError, match="strict: 2 of 4 pictures have not 3 channels, height 8") as caught:
        read_folder(tmp_path / "pets", strict=True, test=0, **options)
    assert "odd.png: 3 x 8 x 9" in str(caught.value)
    assert "grey.png: 1 x 8 x 8" in str(caught.value)


@pytest.mark.parametrize("image_size", [None, (8, 8)])
def test_files_that_are_no_pictures_are_counted_and_named(image_size, pets):
    (pets / "cat" / "empty.png").touch()
    for i in range(6):
        (pets / "dog" / f"text{i}.png").write_text("no picture")
    with pytest.raises(ValueError, match="7 of 27 pictures cannot be used; mend, remove or skip them") as caught:
        read_folder(pets, image_size=image_size, channels=3)
    text = str(caught.value)
    assert "empty.png" in text
    assert "text0.png cannot be read: not a picture in a known format" in text
    assert text.endswith("and 2 more")
    assert not list(pets.parent.rglob("*.safetensors"))
