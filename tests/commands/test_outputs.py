"""Where predictions may be written: never over what is read, or what is no file."""

import os
import time

import pytest

from deepdive.commands.terminal.outputs import check_outputs
from deepdive.training import Run


def aged(path, seconds):
    then = time.time() + seconds
    os.utime(path, (then, then))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run that learnt from a file, a folder and names that are none, in a folder with what it read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEEPDIVE_CACHE", str(tmp_path / "cache"))
    settings = {
        "data": str(tmp_path / "train.csv"),
        "others": ["auto", {"deep": str(tmp_path / "images")}],
        "lr": 0.1,
    }
    for name in ("train.csv", "input.csv", "images/1.png", "images/labels.csv", "cache/datasets/a.csv", "mine.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
        aged(path, -100)
    return Run.create("mlp", settings, root=tmp_path / "runs")


def check(run, paths=None, /, *, output=None, image=None, inputs=("input.csv", "a text", "x" * 5000, "\0"), force=True):
    given = {"output": output, "image": image} | (paths or {})
    places = {name: None if path is None else run.folder.parents[2] / path for name, path in given.items()}
    check_outputs(output=places["output"], image=places["image"], inputs=inputs, run=run, force=force)


def put(path, kind):
    if kind == "link":
        path.symlink_to("mine.csv")
    elif kind == "link to nowhere":
        path.symlink_to("nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.parametrize("name", ["output", "image"])
@pytest.mark.parametrize("kind", ["link", "link to nowhere", "pipe", "folder"])
def test_what_is_no_plain_file_is_refused(run, tmp_path, name, kind):
    put(tmp_path / "there", kind)
    with pytest.raises(ValueError, match=rf"{name} must be a new file or a plain one, got .*there, which is a "):
        check(run, {name: "there"})


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/fd/1", "/"])
def test_devices_are_refused(run, path):
    with pytest.raises(ValueError, match="output must be a new file or a plain one, got /"):
        check(run, output=path)


@pytest.mark.parametrize("name", ["output", "image"])
def test_an_existing_file_needs_force(run, name):
    check(run, {name: "new.csv"}, force=False)
    with pytest.raises(
        ValueError, match=rf"{name} must be a new file, got .*mine\.csv, which exists; --force replaces"
    ):
        check(run, {name: "mine.csv"}, force=False)
    check(run, {name: "mine.csv"})


@pytest.mark.parametrize("name", ["output", "image"])
def test_what_is_read_is_refused_under_any_name(run, tmp_path, name):
    (tmp_path / "hard.csv").hardlink_to("input.csv")
    (tmp_path / "here").symlink_to(".")
    for path in ("input.csv", "./images/../input.csv", "hard.csv", "here/input.csv"):
        with pytest.raises(ValueError, match=f"{name} must not be an input, got .*{path}"):
            check(run, {name: path})
    for path in ("train.csv", "here/train.csv", "images/1.png", "images/labels.csv"):
        with pytest.raises(ValueError, match=f"{name} must not be data that .* learnt from, got .*{path}"):
            check(run, {name: path})
    with pytest.raises(ValueError, match=f"{name} must not be an input, got .*images/1.png"):
        check(run, {name: "images/1.png"}, inputs=["images"])


def test_a_table_of_predictions_beside_the_data_may_be_replaced_by_force(run, tmp_path):
    check(run, output="images/new.csv", force=False)
    (tmp_path / "images" / "new.csv").write_text("predictions")
    aged(tmp_path / "images" / "new.csv", 2)
    check(run, output="images/new.csv", inputs=["images"])


@pytest.mark.parametrize("force", [True, False])
def test_folders_of_the_program_are_refused(run, tmp_path, force):
    other = Run.create("lenet", {}, root=tmp_path / "runs")
    (tmp_path / "latest").symlink_to(run.folder)
    (other.folder / "checkpoints").mkdir()
    for folder in (run.folder, other.folder, other.folder / "checkpoints", tmp_path / "latest"):
        for name in ("run.json", "result.json", "new.csv"):
            with pytest.raises(ValueError, match=f"output must lie outside of run folders, got .*{name}, which is in"):
                check(run, output=folder / name, force=force)
    for name in ("a.csv", "new.csv"):
        with pytest.raises(ValueError, match=f"output must lie outside of the cache, got .*{name}"):
            check(run, output=f"cache/datasets/{name}", force=force)


def test_images_that_will_be_numbered_are_looked_at_too(run, tmp_path):
    (tmp_path / "a-2.png").write_text("texts to translate")
    check(run, image="a.png", inputs=["input.csv"], force=False)
    with pytest.raises(ValueError, match=r"image must not be an input, got .*a-2\.png"):
        check(run, image="a.png", inputs=["a-2.png"])
    for output in ("b.png", "b-12.png", "images/../b.png"):
        with pytest.raises(ValueError, match=r"output and image must be two files, got .* and .*b\.png"):
            check(run, output=output, image="b.png")
    check(run, output="b-x.png", image="b.png")


def test_a_missing_folder_is_named(run):
    with pytest.raises(FileNotFoundError, match=r"image is .*gone/a\.png, but there is no folder .*gone"):
        check(run, image="gone/a.png")
