"""Files of a folder that are no images, or damaged: named, or skipped if that is asked for."""

import io
import re
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

from deepdive.data.images.folders import read_folder


@pytest.mark.parametrize("image_size", [None, (8, 8)])
def test_files_that_are_no_images_are_counted_and_named(image_size, pets):
    (pets / "cat" / "empty.png").touch()
    for i in range(6):
        (pets / "dog" / f"text{i}.png").write_text("no image")
    with pytest.raises(ValueError, match="7 of 27 images cannot be used; mend, remove or skip them") as caught:
        read_folder(pets, image_size=image_size, channels=3)
    text = str(caught.value)
    assert "empty.png" in text
    assert "text0.png cannot be read: not an image in a known format" in text
    assert text.endswith("and 2 more")
    assert not list(pets.parent.rglob("*.safetensors"))


def test_files_that_are_no_images_are_skipped_only_if_asked_and_then_told(pets):
    whole = read_folder(pets, test=0)
    (pets / "cat" / "3.png").write_bytes((pets / "cat" / "3.png").read_bytes()[:100])
    (pets / "dog" / "0.png").write_text("no image")
    (pets / "dog" / "gone.png").symlink_to(pets / "nowhere.png")
    with pytest.raises(ValueError, match=r"3 of 21 images cannot be used; mend, remove or skip them \(skip_damaged\):"):
        read_folder(pets, test=0)
    keep = [i for i in range(20) if i not in (3, 10)]
    for form in ({}, {"image_size": (8, 8), "channels": 3}):
        splits = read_folder(pets, test=0, skip_damaged=True, **form)
        assert torch.equal(splits.train.images, whole.train.images[keep])
        assert torch.equal(splits.train.labels, whole.train.labels[keep])
        _, note = splits.notes
        assert note.startswith("3 of 21 images were skipped: ")
        assert re.search(r"cat/3\.png cannot be read: .*truncated.*; .*dog/0\.png cannot .*; .*gone\.png", note)
        assert read_folder(pets, test=0, skip_damaged=True, **form).notes == splits.notes, "told again from the cache"


def test_one_damaged_jpeg_among_thousands_is_named(tmp_path):
    """Small ones, so that it takes no time: the chunks in which threads work are what counts."""
    good = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(good, "JPEG")
    for label in ("a", "b"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for i in range(1000):
            (tmp_path / "pets" / label / f"{i:04d}.jpg").write_bytes(good.getvalue())
    (tmp_path / "pets" / "b" / "0777.jpg").write_bytes(good.getvalue()[:-40])
    with pytest.raises(
        ValueError, match=r"^1 of 2000 images cannot be used; .*:\n  - .*b/0777\.jpg cannot .*(?i:truncated)"
    ):
        read_folder(tmp_path / "pets", image_size=(8, 8), channels=3)
    splits = read_folder(tmp_path / "pets", image_size=(8, 8), channels=3, skip_damaged=True)
    assert len(splits.train.labels) + len(splits.test.labels) == 1999


def test_skipping_all_of_a_class_or_of_all_is_an_error(pets):
    for file in (pets / "cat").iterdir():
        file.write_text("no image")
    with pytest.raises(ValueError, match=r"no image of the classes cat in .*pets can be used to learn from"):
        read_folder(pets, skip_damaged=True)
    for file in (pets / "dog").iterdir():
        file.write_text("no image")
    with pytest.raises(ValueError, match="none of 20 images can be used:"):
        read_folder(pets, skip_damaged=True)


def test_skipping_all_of_a_part_is_an_error(paint, tmp_path):
    for name in ("train/a/1.png", "train/b/1.png", "test/a/1.png"):
        paint(f"pets/{name}")
    (tmp_path / "pets" / "test" / "a" / "1.png").write_text("no image")
    with pytest.raises(ValueError, match=r"the test part of .*pets has no image that can be used"):
        read_folder(tmp_path / "pets", skip_damaged=True)


def test_damaged_images_of_an_archive_are_named_by_their_place_in_it(pets):
    (pets / "dog" / "0.png").write_text("no image")
    archive = Path(shutil.make_archive(str(pets), "zip", pets))
    with pytest.raises(ValueError, match=r"1 of 20 images cannot be used.*\n  - .*pets\.zip/dog/0\.png cannot be read"):
        read_folder(archive)
    assert "pets.zip/dog/0.png" in read_folder(archive, skip_damaged=True).notes[1]


def test_a_link_to_nowhere_is_named(pets):
    (pets / "cat" / "gone.png").symlink_to(pets / "nowhere.png")
    with pytest.raises(ValueError, match=r"1 of 21 images cannot be used.*\n  - no such image: .*cat/gone\.png"):
        read_folder(pets)
