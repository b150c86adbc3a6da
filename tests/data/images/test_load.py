from pathlib import Path

import pytest
import torch

from deepdive.data.images.load import load_images


def test_nothing_is_read_before_prepare(monkeypatch):
    from deepdive.data.images import load

    monkeypatch.setattr(load, "read_builtin", lambda *args, **options: pytest.fail("read too early"))
    load_images("fashion-mnist")


def test_a_name_or_a_folder(paint, tmp_path, monkeypatch):
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"):
        paint(f"digits/{name}")
    monkeypatch.chdir(tmp_path)
    assert len(load_images("digits").spec.labels) == 10
    assert load_images("./digits").spec.labels == ("cat", "dog")
    assert load_images(Path("digits")).spec.labels == ("cat", "dog")
    assert load_images(tmp_path / "digits", image_size=4).spec.height == 4


def test_names_that_are_neither_are_told():
    with pytest.raises(ValueError, match=r"called 'minst'; did you mean 'mnist'.*; nor is there a folder"):
        load_images("minst")
    for missing in ("some/folder", Path("folder")):
        with pytest.raises(FileNotFoundError, match=f"no such folder: {missing}"):
            load_images(missing)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": 2}, r"channels is 2; it must be 1 \(grey\) or 3 \(colour\)"),
        ({"image_size": 0}, "image_size is 0; it must be at least 1"),
        ({"image_size": (28, -1)}, r"image_size is \(28, -1\)"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_images("digits", **options)


def test_grey_images_as_colour_images():
    grey, colour = load_images("digits"), load_images("digits", channels=3, image_size=16)
    x, y = next(colour.train_loader().batches())
    assert x.shape == (128, 3, 16, 16)
    assert torch.equal(x[:, 0], x[:, 2])
    assert torch.equal(y, next(grey.train_loader().batches())[1])
    assert (colour.spec.channels, colour.spec.background) == (3, None)
    assert grey.spec.background == "dark"
