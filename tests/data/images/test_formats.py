"""Which formats of images are read, and that no other one reaches what Pillow knows besides."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from deepdive.data.images import decode
from deepdive.data.images.decode import FORMATS, ImageError, decode_image, image_form
from deepdive.data.images.folders import SUFFIXES


@pytest.mark.parametrize("name", ["a.eps", "a.png", "a.jpg"])
def test_no_file_reaches_another_program(name, tmp_path, monkeypatch):
    """Pillow gives PostScript to an interpreter that is installed, whatever the file is called."""
    path = tmp_path / name
    Image.new("RGB", (8, 8), "red").save(path, "EPS")
    assert path.read_bytes().startswith(b"%!PS")
    with Image.open(path) as image:
        assert image.format == "EPS"  # Pillow alone would take it
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))
    for read in (decode_image, image_form):
        with pytest.raises(
            ImageError, match=r"not an image in a known format \(BMP, GIF, JPEG, PNG, PPM, TIFF, WEBP\)"
        ):
            read(path)
    with pytest.raises(ImageError, match="not an image in a known format"):
        decode_image(path, content=path.read_bytes())


def test_every_suffix_that_is_looked_for_has_its_format():
    extensions = Image.registered_extensions()
    assert {suffix: extensions[suffix] for suffix in SUFFIXES} == {
        suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes
    }


def test_images_are_opened_in_one_place():
    """Anywhere else, the list of formats might be missing."""
    source = Path(decode.__file__).parents[2]
    found = [
        path.name
        for path in source.rglob("*.py")
        if re.search(r"Image\.open\(|imread\(|io\.read_image\(", path.read_text())
    ]
    assert found == ["decode.py"]
