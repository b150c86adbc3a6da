"""The recipe for pairs of images: both toolkits, report, exact resume, predictions for two files."""

import pytest
import torch
from PIL import Image
from tests.training.examples import KilledError, killed_at

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run
from deepdive.training.listeners import MetricsFile

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("siamese")


def settings(**changes):
    return with_preset(RECIPE.settings_type, {"data": "digits", "image_size": 12, "epochs": 5, **changes})


def started(root, **changes):
    return runner.start(RECIPE, settings(**changes), preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, without_shape_checks):
    return started(tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_pairs_are_told_apart_by_either_toolkit(toolkit, tmp_path, trained):
    metrics = trained.metrics
    if toolkit == "scratch":
        experiment = RECIPE.build(settings(toolkit="scratch"))
        experiment.prepare()
        metrics = experiment.fit(Run.create("siamese", {}, root=tmp_path), [], resume=False)
    assert metrics["test_accuracy"] > 0.8
    assert 0.5 < metrics["test_unseen_accuracy"] < metrics["test_accuracy"]
    assert metrics["test_accuracy"] == pytest.approx(trained.metrics["test_accuracy"], abs=0.02)


def test_the_report_shows_pairs_distances_and_classes(trained):
    folder = trained.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert {"pairs-learnt.png", "pairs-unseen.png"} <= {path.name for path in folder.iterdir()}
    for title in ("Pairs", "Distances", "Accuracy by class", "Network"):
        assert f"<h2>{title}</h2>" in report
    assert "Linear (again)" in report


def test_a_killed_run_goes_on_exactly(tmp_path):
    found = []
    for name, at in (("whole", 10**9), ("killed", 14)):
        experiment = RECIPE.build(settings(epochs=2, checkpoint_every=3, log_every=2, unseen=0))
        experiment.prepare()
        run = Run.create("siamese", to_plain(experiment.settings), root=tmp_path / name)
        try:
            found.append(experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(at)], resume=False))
        except KilledError:
            found.append(runner.resume(run.folder, console=False).metrics)
    assert found[0] == found[1]
    assert "test_unseen_accuracy" not in found[0]


def test_two_files_are_the_same_or_different(trained, tmp_path):
    from deepdive.data.images import load_images

    test = load_images("digits").image_set("test")
    files = {}
    for digit in (0, 1):
        rows = (test.labels == digit).nonzero().flatten()[:2].tolist()
        for i, row in enumerate(rows):
            files[digit, i] = tmp_path / f"{digit}-{i}.png"
            Image.fromarray(test.images[row, 0].numpy()).resize((12, 12)).save(files[digit, i])
    pairs = [files[0, 0], files[0, 1], files[1, 0], files[1, 1], files[0, 0], files[1, 0]]
    predictions = runner.predict(trained.run.folder, pairs)
    assert [p.label for p in predictions] == ["same", "same", "different"]
    assert predictions[0].other == files[0, 1]
    [line] = predictions[2].lines()
    assert "0-0.png" in line
    assert "1-0.png: different (distance" in line
    [record] = predictions[2].records()
    assert record["distance"] > record["threshold"] == 0.5
    [content] = predictions[2].objects()
    assert content["input"] == [str(files[0, 0]), str(files[1, 0])]


def test_a_file_without_a_partner_is_refused(trained, tmp_path):
    with pytest.raises(ValueError, match="there are 3 files; images are compared in pairs, so name an even number"):
        runner.predict(trained.run.folder, [tmp_path / "a.png"] * 3)


@pytest.mark.parametrize(("name", "value"), [("margin", 0.0), ("embedding_size", 0)])
def test_settings_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be (above 0|from 1) .*, got {value}"):
        settings(**{name: value})


def test_the_first_losses_are_the_same_with_either_toolkit():
    losses = []
    for toolkit in ("torch", "scratch"):
        experiment = RECIPE.build(settings(toolkit=toolkit))
        experiment.prepare()
        batch = next(experiment.data.train_loader().batches())
        losses.append(experiment.task.training_step(batch).detach())
    torch.testing.assert_close(*losses, rtol=0, atol=1e-5)
