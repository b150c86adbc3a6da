"""Fine-tuning on made-up images, from weights that nobody trained: what is written, predicted, resumed, refused."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from tests.recipes.vision.transfer.conftest import narrow
from tests.training.examples import KilledError, killed_at

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run, load_checkpoint, save_weights
from deepdive.training.listeners import read_metrics

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("fine-tune")


@pytest.fixture
def settings(photographs, weights):
    small = {"data": str(photographs), "weights": str(weights), "image_size": 32, "epochs": 2, "batch_size": 16}
    return with_preset(RECIPE.settings_type, small | {"frozen": 6, "log_every": 1, "penalty": 0.01, "mirrored": True})


def started(settings, root):
    return runner.start(RECIPE, settings, preset="quick", root=root, console=False)


def test_three_trainings_side_by_side(settings, photographs, tmp_path, capsys):
    outcome = started(replace(settings, weight_interpolation=0.25, from_scratch=True), tmp_path)
    folder, names = outcome.run.folder, ("features", "fine-tuned", "averaged", "from-scratch")
    assert outcome.target is None
    others = ("features", "fine_tuned", "from_scratch")
    assert {"test_accuracy", *(f"test_accuracy_{name}" for name in others)} <= outcome.metrics.keys()
    assert outcome.metrics["test_accuracy_features"] >= 0.6, "colours are not lost in random layers"
    tested = [r.metrics["test_accuracy"] for r in read_metrics(folder / "metrics.jsonl") if r.kind == "test"]
    assert tested == [outcome.metrics[f"test_accuracy_{name}"] for name in others[1:]]
    report = (folder / "report.html").read_text(encoding="utf-8")
    for words in ("<h2>Training runs</h2>", "<h2>Confusion</h2>", "the last 4 of 10 groups of layers", *names):
        assert words in report
    assert "<h2>Confusion</h2>" in report
    seconds = json.loads((folder / "training_runs" / "seconds.json").read_text())
    assert all(seconds[name] > 0 for name in ("preparing", "fine-tuned", "from-scratch"))
    told = capsys.readouterr().err
    assert all(f"{name}: accuracy on the test set " in told for name in names)

    start = load_checkpoint(Path(settings.weights))["model"]
    learnt = load_checkpoint(folder / "checkpoints" / "fine-tuned" / "last.safetensors")["model"]
    moved = {name for name, value in learnt.items() if not torch.equal(value, start[name.removeprefix("network.")])}
    frozen = {
        name for name in learnt if name.startswith(("network._conv_stem", *(f"network._blocks.{i}." for i in range(7))))
    }
    assert frozen, "of the first six groups"
    assert not moved & frozen
    assert {"network._fc.weight", "network._conv_head.weight"} <= moved
    assert not any("running" in name for name in moved), "statistics are those of the pretrained network"

    before, mean = (
        load_checkpoint(folder / "checkpoints" / name / "last.safetensors")["model"]
        for name in ("features", "averaged")
    )
    for name in moved:
        torch.testing.assert_close(mean[name], 0.75 * before[name] + 0.25 * learnt[name])

    files = sorted(photographs.glob("*/0*.png"))
    predictions = runner.predict(folder, files)
    assert len(predictions) == len(files)
    assert all(abs(p.probability + sum(p.others.values()) - 1) < 1e-4 for p in predictions)


def test_features_alone_are_classified_as_scikit_learn_would(settings, tmp_path):
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is missing")
    outcome = started(replace(settings, mode="feature-extraction", class_prior=False, penalty=0.1), tmp_path)
    [record] = read_metrics(outcome.run.folder / "metrics.jsonl")
    assert record.metrics["test_accuracy"] == outcome.metrics["test_accuracy"]
    assert "test_accuracy_from_scratch" not in outcome.metrics

    experiment = RECIPE.build(settings)
    experiment.prepare()
    network = narrow(7).eval()
    network.load_state_dict(load_checkpoint(Path(settings.weights))["model"])
    found = {}
    for part in ("train", "test"):
        images, labels = experiment._rows[part]
        with torch.inference_mode():
            found[part] = network.between(experiment.images.spec.to_float(images), 0, 9).numpy(), labels.numpy()
    features, labels = found["train"]
    other = linear_model.LogisticRegression(C=1 / (0.1 * len(labels)), max_iter=500).fit(features, labels)
    assert outcome.metrics["train_accuracy"] == pytest.approx(other.score(features, labels), abs=0.02)
    assert outcome.metrics["test_accuracy"] == pytest.approx(other.score(*found["test"]), abs=1e-6)


@pytest.mark.parametrize("frozen", [0, 9])
def test_everything_may_learn_or_nothing_but_the_head(frozen, settings, tmp_path):
    outcome = started(replace(settings, frozen=frozen, steps=1, unfreeze_every=None), tmp_path)
    start = load_checkpoint(Path(settings.weights))["model"]
    learnt = load_checkpoint(outcome.run.folder / "checkpoints" / "last.safetensors")["model"]
    assert torch.equal(learnt["network._conv_stem.weight"], start["_conv_stem.weight"]) == (frozen == 9)


def test_without_a_mean_the_fine_tuned_weights_are_kept(settings, photographs, tmp_path):
    outcome = started(replace(settings, weight_interpolation=1.0), tmp_path)
    assert not (outcome.run.folder / "checkpoints" / "averaged").exists()
    assert "test_accuracy_fine_tuned" not in outcome.metrics
    [prediction] = runner.predict(outcome.run.folder, [photographs / "reddish" / "00.png"])
    assert prediction.label in ("bluish", "greenish", "reddish")


def test_held_out_images_choose_the_epoch(settings, tmp_path):
    outcome = started(replace(settings, validation=0.25, weight_interpolation=1.0), tmp_path)
    assert "val_accuracy" in outcome.metrics
    assert (outcome.run.folder / "checkpoints" / "best.safetensors").is_file()


@pytest.mark.parametrize("at", [3, 11])
def test_a_run_that_was_stopped_goes_on_exactly(at, settings, tmp_path):
    """Within the fine-tuning, and within the training from scratch."""
    from deepdive.training.listeners import MetricsFile

    chosen, found = replace(settings, checkpoint_every=2, validation=6, from_scratch=True), []
    for name, step in (("whole", 10**9), ("killed", at)):
        experiment = RECIPE.build(chosen)
        experiment.prepare()
        run = Run.create("fine-tune", to_plain(chosen), root=tmp_path / name)
        try:
            metrics = experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(step)], resume=False)
        except KilledError:
            metrics = runner.resume(run.folder, console=False).metrics
        found.append((metrics, run.metrics_file.read_bytes()))
    assert found[0] == found[1]


PROGRAM = """
import sys
from functools import partial
from unittest.mock import patch
from deepdive.cli import main
from deepdive.models.vision import EfficientNetLite
narrow = partial(EfficientNetLite, width=0.25, depth=0.4)
place = "deepdive.recipes.vision.transfer"
with patch(f"{place}.experiment.EfficientNetLite", narrow), patch(f"{place}.networks.EfficientNetLite", narrow):
    main(sys.argv[1:])
"""


@pytest.mark.slow
def test_killed_by_the_system_it_is_resumed(settings, tmp_path):
    words = ["run", "fine-tune", "--quiet", "--mirrored", "--checkpoint-every", "1", "--epochs", "4"]
    for name in ("data", "weights", "image_size", "batch_size", "frozen", "penalty", "log_every"):
        words += [f"--{name.replace('_', '-')}", str(getattr(settings, name))]
    with subprocess.Popen([sys.executable, "-c", PROGRAM, *words], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(tmp_path.glob("runs/*/*/metrics.jsonl")):
            time.sleep(0.002)
        process.kill()
    assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed"
    [folder] = (tmp_path / "runs" / "fine-tune").iterdir()
    resumed = runner.resume(folder, console=False)
    whole = started(replace(settings, checkpoint_every=1, epochs=4), tmp_path / "whole")
    assert resumed.metrics == whole.metrics
    assert (folder / "metrics.jsonl").read_bytes() == (whole.run.folder / "metrics.jsonl").read_bytes()


def test_images_of_every_kind_are_taken(settings, tmp_path):
    pixels = torch.randint(0, 255, (40, 50, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8).numpy()
    colour = Image.fromarray(pixels)
    turned = Image.Exif()
    turned[0x0112] = 6
    for label in ("a", "b"):
        (tmp_path / "odd" / label).mkdir(parents=True)
        colour.convert("L").save(tmp_path / "odd" / label / "grey.png")
        colour.convert("CMYK").save(tmp_path / "odd" / label / "inks.jpg")
        colour.convert("P").save(tmp_path / "odd" / label / "palette.png")
        colour.convert("L").convert("I;16").save(tmp_path / "odd" / label / "deep.png")
        colour.save(tmp_path / "odd" / label / "turned.jpg", exif=turned)
    experiment = RECIPE.build(replace(settings, data=str(tmp_path / "odd")))
    experiment.prepare()
    assert experiment.images.parts["train"].images.shape[1:] == (3, 32, 32)
    assert sum(len(part.labels) for part in experiment.images.parts.values()) == 10
    assert any("turned as its EXIF data says" in note for note in experiment.images.notes)


def test_a_named_set_gives_some_of_its_images(settings):
    experiment = RECIPE.build(replace(settings, data="digits", train_images=50, test_images=20))
    experiment.prepare()
    train, test = (experiment.images.parts[part].labels for part in ("train", "test"))
    assert train.bincount(minlength=10).tolist() == [5] * 10
    assert len(test) == 20
    assert experiment.images.parts["train"].images.shape[1] == 3, "grey becomes colour"
    assert any(note.startswith("50 of 1,438 train images are used") for note in experiment.images.notes)


def copied(photographs, folder, labels, count):
    for label in labels:
        (folder / label).mkdir(parents=True)
        for path in sorted((photographs / label).iterdir())[:count]:
            (folder / label / path.name).write_bytes(path.read_bytes())
    return folder


def test_one_class_or_one_image_per_class_is_too_little(settings, photographs, tmp_path):
    one = copied(photographs, tmp_path / "one", ["bluish"], 5)
    with pytest.raises(ValueError, match="one folder of images per class, and at least two; it holds only one, bluish"):
        RECIPE.build(replace(settings, data=str(one))).prepare()
    few = copied(photographs, tmp_path / "few", ["bluish", "reddish"], 1)
    with pytest.raises(ValueError, match="a class needs at least 2 examples to have one held out"):
        RECIPE.build(replace(settings, data=str(few))).prepare()


def test_a_damaged_image_is_named_and_skipped_if_asked(settings, photographs, tmp_path):
    folder = copied(photographs, tmp_path / "some", ["bluish", "reddish"], 5)
    (folder / "reddish" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no image")
    with pytest.raises(ValueError, match=r"1 of 11 images cannot be used; .*skip_damaged\):\n.*broken\.jpg"):
        RECIPE.build(replace(settings, data=str(folder))).prepare()
    experiment = RECIPE.build(replace(settings, data=str(folder), skip_damaged=True))
    experiment.prepare()
    assert any("1 of 11 images were skipped" in note for note in experiment.images.notes)


def test_weights_of_another_network_are_refused_with_their_names(settings, tmp_path):
    from deepdive.models.vision import LeNet

    save_weights(tmp_path / "lenet.safetensors", LeNet())
    message = (
        r"lenet\.safetensors does not fit EfficientNetLite: it lacks _conv_stem\.weight, .* the network has no net\.0"
    )
    with pytest.raises(ValueError, match=message):
        RECIPE.build(replace(settings, weights=str(tmp_path / "lenet.safetensors"))).prepare()
    with pytest.raises(ValueError, match=r"no pretrained weights are called 'resnet50'; there are efficientnet-lite0"):
        RECIPE.build(replace(settings, weights="resnet50")).prepare()


def test_the_checkpoint_of_a_run_with_other_classes_gives_its_body(settings, tmp_path):
    outcome = started(replace(settings, mode="feature-extraction"), tmp_path)
    path = outcome.run.folder / "checkpoints" / "features" / "last.safetensors"
    again = RECIPE.build(replace(settings, weights=str(path), data="digits"))
    again.prepare()
    assert again._pretrained(10)._fc.out_features == 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frozen": 10}, "frozen must be from 0 to 9, got 10"),
        ({"frozen": -1}, "frozen must be from 0 to 9, got -1"),
        ({"image_size": 0}, "image_size must be from 1 to 8192 or None, got 0"),
        ({"weight_interpolation": 1.5}, "weight_interpolation must be from 0 to 1, got 1.5"),
        ({"penalty": -1.0}, "penalty must be from 0 to 1000, got -1.0"),
        ({"layer_lr_decay": 0.0}, "layer_lr_decay must be above 0 and at most 1, got 0.0"),
        ({"unfreeze_every": 0}, "unfreeze_every must be from 1 to 1000000 or None, got 0"),
        ({"label_smoothing": 2.0}, "label_smoothing must be from 0 to 1, got 2.0"),
    ],
)
def test_settings_out_of_range_are_named(changes, message, settings):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(replace(settings, **changes))


def test_fewer_images_than_classes_are_refused(settings):
    with pytest.raises(ValueError, match="train_images is 2; with 3 classes it must be at least 3, or 0 for all"):
        RECIPE.build(replace(settings, train_images=2)).prepare()
