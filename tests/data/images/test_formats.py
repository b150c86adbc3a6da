"""Which formats of pictures are read, and that no other one reaches what Pillow knows besides."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from deepdive.data.images import picture
from deepdive.data.images.folders import SUFFIXES
from deepdive.data.images.picture import FORMATS, PictureError, decode_picture, picture_form


@pytest.mark.parametrize("name", ["a.eps", "a.png", "a.jpg"])
def test_no_file_reaches_another_program(name, tmp_path, monkeypatch):
    """Pillow gives PostScript to an interpreter that is installed, whatever the file is called."""
    path = tmp_path / name
    Image.new("RGB", (8, 8), "red").save(path, "EPS")
    assert path.read_bytes().startswith(b"%!PS")
    with Image.open(path) as image:
        assert image.format == "EPS"  # Pillow alone would take it
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))
    for read in (decode_picture, picture_form):
        with pytest.raises(
            PictureError, match=r"not a picture in a known format \(BMP, GIF, JPEG, PNG, PPM, TIFF, WEBP\)"
        ):
            read(path)
    with pytest.raises(PictureError, match="not a picture in a known format"):
        decode_picture(path, content=path.read_bytes())


def test_every_suffix_that_is_looked_for_has_its_format():
    extensions = Image.registered_extensions()
    assert {suffix: extensions[suffix] for suffix in SUFFIXES} == {
        suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes
    }


def test_pictures_are_opened_in_one_place():
    """Anywhere else, the list of formats might be missing."""
    source = Path(picture.__file__).parents[2]
    found = [
        path.name
        for path in source.rglob("*.py")
        if re.search(r"Image\.open\(|imread\(|read_image\(", path.read_text())
    ]
    assert found == ["picture.py"]
