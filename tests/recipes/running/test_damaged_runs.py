"""Runs that are unfinished, damaged, of another version or none: one clear error each."""

import json
import re
import shutil
from pathlib import Path

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.running.loading import load
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError
from deepdive.training.runs.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.fixture
def copied(run_of, tmp_path):
    return Path(shutil.copytree(run_of("images"), tmp_path / "copy"))


def test_an_unfinished_run_says_how_to_go_on(copied, capsys):
    (copied / "result.json").unlink()
    model = load(copied)
    assert (
        f"note: {copied} has not ended; this is the best model so far; go on with: deepdive resume"
        in capsys.readouterr().err
    )
    assert model.metrics == {}
    shutil.rmtree(copied / "checkpoints")
    with pytest.raises(RunError, match="has no checkpoint yet; go on with: deepdive resume"):
        load(copied)


def test_a_damaged_or_foreign_run_is_said_to_be_one(copied, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no run folder"):
        load(tmp_path / "gone")
    with pytest.raises(RunError, match="is no run folder"):
        load(tmp_path)
    kept = (copied / "inputs.json").read_text()
    (copied / "inputs.json").write_text(kept[:30])
    with pytest.raises(RunError, match=r"inputs\.json is damaged"):
        load(copied)
    (copied / "inputs.json").write_text('{"metadata": {}}')
    with pytest.raises(RunError, match=r"inputs\.json is damaged"):
        load(copied)
    (copied / "inputs.json").write_text(kept)
    run = json.loads((copied / "run.json").read_text())
    (copied / "run.json").write_text(json.dumps(run | {"format": 1}))
    with pytest.raises(RunError, match="was written by another version of deepdive"):
        load(copied)
    (copied / "run.json").write_text(json.dumps(run | {"settings": run["settings"] | {"older": 1}}))
    with pytest.raises(RunError, match="was made by another version of the recipe mlp"):
        load(copied)
    (copied / "run.json").write_text(json.dumps(run | {"recipe": "gone"}))
    with pytest.raises(ValueError, match="gone"):
        load(copied)


def test_weights_of_another_network_are_no_traceback(copied):
    run = json.loads((copied / "run.json").read_text())
    (copied / "run.json").write_text(json.dumps(run | {"settings": run["settings"] | {"hidden": [17]}}))
    with pytest.raises(CheckpointError, match="fit no network of its settings: size mismatch"):
        load(copied)
    path = copied / "checkpoints" / "best.safetensors"
    content = load_checkpoint(path)
    del content["model"]
    save_checkpoint(path, content)
    with pytest.raises(CheckpointError, match="hold no model"):
        load(copied)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CheckpointError, match=re.escape("best.safetensors is damaged")):
        load(copied)


def test_a_recipe_that_keeps_nothing_is_said_to(tmp_path):
    recipe = load_recipe("polynomial")
    settings = with_preset(recipe.settings_type, {"epochs": 1, "max_degree": 1})
    folder = runner.start(recipe, settings, preset="quick", root=tmp_path, console=False).run.folder
    with pytest.raises(ValueError, match="the recipe polynomial learns from made-up data; there is no model to load"):
        load(folder)


@pytest.mark.parametrize("given", [None, 5, b"runs/x", ["runs/x"]])
def test_what_is_no_path_is_no_run(given):
    with pytest.raises(TypeError, match=r"^run must be the folder of a run, got "):
        load(given)


@pytest.mark.parametrize("given", ["", "x" * 5000, "a\0b", "~nobody-has-this-name/x"])
def test_what_no_folder_is_called_is_no_run(given):
    with pytest.raises(FileNotFoundError, match=r"^run must be the folder of a run, got '") as caught:
        load(given)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)
