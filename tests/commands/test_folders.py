"""``deepdive predict RUN FOLDER``: all files in it that a recipe reads, or one clear line."""

import re

import numpy as np
import pytest
from PIL import Image

from deepdive import cli
from deepdive.recipes import recipes

from .fuzz.recipes import make_data, words_of

IMAGES = {
    each.name for each in recipes().values() if re.search(r"\.recipes\.(vision|shift)\.", each.settings_type.__module__)
}
NOTHING = {"airfoil", "polynomial", "weight-decay", "bptt", "sequence-costs", "landscape", "optimizers"}
"""What compares, and keeps no network to predict with."""
OF_TABLES = {
    "forecast", "house-prices", "kernel-regression", "linear-regression", "multi-output", "table"
}  # fmt: skip
TABLES = ".csv, .dat, .parquet, .tab, .tsv, .txt"
QUICK = ("edge-kernel", "polynomial")
"""In every run of the tests."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    make_data(folder)
    return folder


@pytest.fixture
def given(made, tmp_path):
    """A folder with something of everything in it."""
    folder = tmp_path / "given"
    (folder / "deep").mkdir(parents=True)
    for name in ("table.csv", "series.csv", "story.txt", "pairs.tsv", "tags.conll", "questions.json"):
        (folder / name).write_bytes((made / name).read_bytes())
    for place, name in enumerate(("a.png", "deep/b.png")):
        pixels = np.random.default_rng(place).integers(0, 255, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("recipe", [pytest.param(r, marks=() if r in QUICK else pytest.mark.slow) for r in recipes()])
def test_a_folder_is_all_its_images_or_refused(recipe, made, given, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", recipe, *words_of(recipe, made), "--quiet"]) in (0, 1)
    [run] = (tmp_path / "runs" / recipe).iterdir()
    capsys.readouterr()
    (tmp_path / "empty").mkdir()
    for folder in ("given", str(given), "empty"):
        status = cli.main(["predict", str(run), folder])
        out, err = capsys.readouterr()
        if recipe in IMAGES and folder != "empty":
            assert status == 0, err
            assert all(line.startswith("note: ") for line in err.splitlines())
            assert {*re.findall(r"given/([\w/]+\.png)", out)} == {"a.png", "deep/b.png"}
            continue
        assert status == 2
        if recipe in OF_TABLES and folder != "empty":  # what has the columns learnt from is predicted
            note, *more = err.splitlines()
            assert note == f"note: 4 other files in {folder} are left aside"
            lines = [line for line in more if not line.startswith("note: ")]  # on what was predicted
            assert re.match(
                rf"deepdive: {folder}/pairs\.tsv: .*the table has no column '\w+'; there are i see", lines[0]
            )
            assert all(line.startswith("deepdive: ") and f"{folder}/" in line for line in lines)
            continue
        assert out == ""
        *notes, line = err.splitlines()
        if recipe in IMAGES:
            assert line.startswith("deepdive: empty holds no image (.bmp, .gif, ")
        elif recipe in NOTHING:
            assert "; there is nothing to predict" in line
        elif folder == "empty":
            assert line in ("deepdive: empty holds no files", f"deepdive: empty holds no table ({TABLES})")
        else:
            assert line.startswith(f"deepdive: {folder}/a.png holds a NUL byte, byte 8 in line 3; it is no text file")
        assert notes == []
