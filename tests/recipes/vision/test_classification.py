"""The recipes that label images, on real data: smoke presets with both toolkits, and what one can do afterwards."""

import json
from itertools import islice

import pytest
import torch
from PIL import Image

from deepdive.data.images import load_images
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError, load_checkpoint
from deepdive.training.listeners import read_metrics
from deepdive.training.loop.session import Session

CLASSIFIERS = ("softmax-regression", "mlp", "lenet")
pytestmark = pytest.mark.usefixtures("without_shape_checks")


def smoke(name, tmp_path, **changes):
    recipe = load_recipe(name)
    settings = with_preset(recipe.settings_type, recipe.presets["smoke"] | changes)
    return runner.start(recipe, settings, preset="smoke", root=tmp_path, console=False)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_smoke_preset_reaches_its_target(name, toolkit, tmp_path):
    outcome = smoke(name, tmp_path, toolkit=toolkit)
    assert outcome.passed, outcome.verdict
    folder = outcome.run.folder
    records = read_metrics(folder / "metrics.jsonl")
    assert records[-1].metrics["test_accuracy"] == outcome.metrics["test_accuracy"]
    assert load_checkpoint(folder / "checkpoints" / "last.safetensors")["progress"]["step"] == 100
    assert {"report.html", "curves.svg", "curves.png", "predictions.png", "result.json", "inputs.json"} <= {
        path.name for path in folder.iterdir()
    }
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert outcome.verdict.replace("≥", "&ge;") in report or outcome.verdict in report
    result = json.loads((folder / "result.json").read_text())
    assert "learning_rate" not in result["metrics"]
    assert result["computed"]["precision"] == "fp32"
    assert result["computed"].get("layout") == ("channels-last" if (name, toolkit) == ("lenet", "torch") else None)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_twenty_steps_are_the_same_with_either_toolkit(name, monkeypatch):
    """From the same weights: both toolkits draw them from the same seed, which the first assertion checks.

    In double precision: in single, rounding decides on which side of a kink of ReLU one input in a million falls.
    """
    runs = {}
    for toolkit in ("torch", "scratch"):
        recipe = load_recipe(name)
        settings = with_preset(recipe.settings_type, {"toolkit": toolkit, "steps": 20, "log_every": 1})
        experiment = recipe.build(settings)
        experiment.prepare()
        start = {key: value.clone() for key, value in experiment.task.network.state_dict().items()}
        step = experiment.task.double().training_step
        monkeypatch.setattr(
            experiment.task, "training_step", lambda batch, step=step: step((batch[0].double(), batch[1]))
        )
        session = experiment.trainer.session(experiment.task, experiment.data)
        losses = [record.metrics["train_loss"] for record in islice(session, 20)]
        runs[toolkit] = start, losses, experiment.task.network.state_dict()
    (start, losses, end), (own_start, own_losses, own_end) = runs["torch"], runs["scratch"]
    for key in start:
        torch.testing.assert_close(own_start[key], start[key], rtol=0, atol=0)
        torch.testing.assert_close(own_end[key], end[key], rtol=0, atol=1e-9)
    assert own_losses == pytest.approx(losses, abs=1e-6)  # which are recorded in single precision


@pytest.fixture(scope="module")
def trained(tmp_path_factory, without_shape_checks):
    recipe = load_recipe("mlp")
    settings = with_preset(recipe.settings_type, {"data": "digits", "epochs": 5})
    return runner.start(recipe, settings, preset="quick", root=tmp_path_factory.mktemp("runs"), console=False)


def test_the_report_shows_how_gradients_flow(trained):
    report = (trained.run.folder / "report.html").read_text(encoding="utf-8")
    assert "Gradient flow" in report
    assert "<td>net.1.weight</td>" in report
    assert "<td>net.2 (ReLU)</td>" in report


def test_other_data_has_no_target(trained):
    assert trained.target is None
    assert trained.passed
    assert "no target for these settings" in trained.verdict


def test_predictions_of_test_images_are_mostly_right(trained, tmp_path):
    from PIL import Image

    data = load_images("digits", normalize=True)
    images = data.image_set("test")
    files, truth = [], []
    for i in range(40):
        files.append(tmp_path / f"{i}.png")
        Image.fromarray(images.images[i, 0].numpy()).save(files[-1])
        truth.append(data.labels[int(images.labels[i])])
    predictions = runner.predict(trained.run.folder, files)
    assert sum(p.label == t for p, t in zip(predictions, truth, strict=True)) >= 34
    for prediction, file in zip(predictions, files, strict=True):
        assert prediction.file == file
        assert 0 < prediction.probability <= 1
        assert len(prediction.others) == 9
        assert all(share <= prediction.probability for share in prediction.others.values())


def test_one_image_is_predicted_as_among_many(trained, tmp_path):
    from PIL import Image

    for i in range(3):
        Image.new("L", (8, 8), 80 * i).save(tmp_path / f"{i}.png")
    files = sorted(tmp_path.glob("*.png"))
    together = runner.predict(trained.run.folder, files, invert="no")
    alone = [runner.predict(trained.run.folder, [file], invert="no")[0] for file in files]
    assert [p.label for p in together] == [p.label for p in alone]
    assert [p.probability for p in together] == pytest.approx([p.probability for p in alone], abs=1e-5)


def test_an_image_that_is_none_is_named(trained, tmp_path):
    (tmp_path / "x.png").write_text("hello")
    with pytest.raises(ValueError, match=r"x\.png"):
        runner.predict(trained.run.folder, [tmp_path / "x.png"])
    with pytest.raises(FileNotFoundError, match=r"gone\.png"):
        runner.predict(trained.run.folder, [tmp_path / "gone.png"])


def test_a_run_without_a_checkpoint_cannot_predict(trained, tmp_path):
    from deepdive.training import Run

    run = Run.create("mlp", trained.run.settings, root=tmp_path)
    with pytest.raises(RunError, match="has no checkpoint yet; go on with: deepdive resume"):
        runner.predict(run.folder, [tmp_path / "x.png"])


def test_settings_of_another_version_are_refused(trained, tmp_path):
    from deepdive.training import Run

    run = Run.create("mlp", trained.run.settings | {"gone": 1}, root=tmp_path)
    with pytest.raises(
        RunError, match="was made by another version of the recipe mlp: MLPSettings has no setting gone"
    ):
        runner.resume(run.folder)


def test_own_images_train_and_predict(tmp_path):
    from PIL import Image

    shades = {"dark": 30, "light": 220}
    for label, shade in shades.items():
        (tmp_path / "own" / label).mkdir(parents=True)
        for i in range(20):
            noise = (torch.randn(28, 28) * 10 + shade).clamp(0, 255).to(torch.uint8)
            Image.fromarray(noise.numpy()).save(tmp_path / "own" / label / f"{i}.png")
    recipe = load_recipe("lenet")
    settings = with_preset(recipe.settings_type, {"data": str(tmp_path / "own"), "epochs": 20, "batch_size": 8})
    outcome = runner.start(recipe, settings, preset="quick", root=tmp_path / "runs", console=False)
    assert outcome.metrics["test_accuracy"] == 1.0
    [prediction] = runner.predict(outcome.run.folder, [tmp_path / "own" / "light" / "0.png"], invert="no")
    assert prediction.label == "light"


def folder_of_images(root):
    from PIL import Image

    for label in ("a", "b"):
        (root / label).mkdir(parents=True)
        for i in range(12):
            Image.new("L", (12, 12), 20 * i + (5 if label == "a" else 0)).save(root / label / f"{i}.png")
    return root


def test_a_run_is_not_resumed_on_other_images(tmp_path, monkeypatch):
    from PIL import Image

    own = folder_of_images(tmp_path / "own")
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe("lenet")
    settings = with_preset(recipe.settings_type, {"data": "own", "epochs": 2, "batch_size": 8, "seed": 1})
    assert settings.data == str(own), "a folder is kept by its whole path"
    outcome = runner.start(recipe, settings, preset="quick", root=tmp_path / "runs", console=False)
    (outcome.run.folder / "result.json").unlink()
    inputs = (outcome.run.folder / "inputs.json").read_text()
    monkeypatch.chdir("/")
    again = runner.resume(outcome.run.folder, console=False)
    assert again.metrics == outcome.metrics
    assert "since the resume" in again.verdict
    (outcome.run.folder / "result.json").unlink()
    Image.new("L", (12, 12), 77).save(own / "a" / "new.png")
    with pytest.raises(RunError, match=r"the images of .*own have changed since .* began; start a new run"):
        runner.resume(outcome.run.folder, console=False)
    assert (outcome.run.folder / "inputs.json").read_text() == inputs


@pytest.mark.parametrize("content", ["{}", "[]", '{"metadata": {"channels": "q"}}'])
def test_damaged_inputs_are_named(trained, tmp_path, content):
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(trained.run.folder, folder)
    (folder / "inputs.json").write_text(content)
    with pytest.raises(RunError, match=r"inputs\.json is damaged"):
        runner.predict(folder, [tmp_path / "x.png"])


def test_a_run_of_another_device_predicts_here(trained, tmp_path):
    import shutil

    from PIL import Image

    folder = tmp_path / "run"
    shutil.copytree(trained.run.folder, folder)
    run = json.loads((folder / "run.json").read_text())
    run["settings"]["device"] = "cuda"
    (folder / "run.json").write_text(json.dumps(run))
    Image.new("L", (8, 8), 0).save(tmp_path / "x.png")
    assert len(runner.predict(folder, [tmp_path / "x.png"])) == 1


@pytest.mark.slow
def test_a_run_that_was_killed_before_its_first_checkpoint_goes_on_in_its_precision(trained, tmp_path, monkeypatch):
    """What was left open is in the run folder before the first step, and no machine decides it a second time."""
    from deepdive.training.formats import rule

    recipe = load_recipe("resnet")
    settings = with_preset(recipe.settings_type, recipe.presets["smoke"] | {"steps": 2, "widths": (8, 16, 32)})

    class Killed(BaseException):
        pass

    def killed(self):
        raise Killed

    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: True)
    with monkeypatch.context() as patch:
        patch.setattr(Session, "__iter__", killed)
        with pytest.raises(Killed):
            runner.start(recipe, settings, preset="smoke", root=tmp_path, console=False)
    [folder] = (tmp_path / "resnet").iterdir()
    computed = {"precision": "bf16", "layout": "channels-last"}
    assert json.loads((folder / "run.json").read_text())["computed"] == computed
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: False)
    assert runner.resume(folder, console=False).computed == computed


def test_a_disk_that_fills_up_says_how_to_go_on(tmp_path, monkeypatch):
    import errno

    from deepdive.training import FolderCheckpoints

    def full(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(self.path(name)))

    monkeypatch.setattr(FolderCheckpoints, "save", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        smoke("mlp", tmp_path, data="digits", batch_size=512)
    assert caught.value.__notes__[0].startswith("go on with: deepdive resume ")


def test_gradients_are_those_of_all_classes_where_files_come_class_by_class(tmp_path):
    for i, label in enumerate("abc"):
        (tmp_path / label).mkdir()
        for j in range(40):
            Image.new("L", (28, 28), 80 * i + j).save(tmp_path / label / f"{j}.png")
    recipe = load_recipe("softmax-regression")
    experiment = recipe.build(with_preset(recipe.settings_type, {"data": str(tmp_path)}))
    experiment.prepare()
    losses = []
    experiment.task.loss.register_forward_hook(lambda _, given, out: losses.append(given[1]))
    experiment._gradients()
    counts = losses[0].bincount(minlength=3)
    assert counts.min() >= len(losses[0]) // 3 - 1
