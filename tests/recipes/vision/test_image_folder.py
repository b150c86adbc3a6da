"""From a folder to a submission, on made-up images: both forms of a competition, refit, resume, what can go wrong."""

import csv
import os
from pathlib import Path

import pytest
import torch
from PIL import Image

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run
from deepdive.training.listeners import read_metrics

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("image-folder")
SHADES = {"dark": 30, "light": 200}


def draw(path, label, generator):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = (torch.randn(16, 16, 3, generator=generator) * 12 + SHADES[label]).clamp(0, 255)
    Image.fromarray(pixels.to(torch.uint8).numpy()).save(path)


@pytest.fixture(scope="module")
def contest(tmp_path_factory):
    """The competition's form, and the truth about its test images."""
    root, generator, rows, truth = tmp_path_factory.mktemp("contest"), torch.Generator().manual_seed(0), [], {}
    for i in range(1, 61):
        label = [*SHADES][i % 2]
        if i <= 48:
            draw(root / "table" / "train" / f"{i}.png", label, generator)
            draw(root / "folders" / "train" / label / f"{i}.png", label, generator)
            rows.append(f"{i},{label}")
        else:
            for form in ("table", "folders"):
                draw(root / form / "test" / f"{i - 40}.png", label, generator)
            truth[str(i - 40)] = label
    (root / "table" / "labels.csv").write_text("\n".join(["id,breed", *rows, "999,dark", ""]))
    return root, truth


def settings(data, **changes):
    small = {
        "architecture": "lenet",
        "epochs": 6,
        "batch_size": 8,
        "validation": 8,
        "image_size": 28,
        "augment": {"crop": 1},
    }
    small |= {"data": str(data), "optimizer": {"lr": 0.02}}
    return with_preset(RECIPE.settings_type, small | changes)


def started(root, data, **changes):
    return runner.start(RECIPE, settings(data, **changes), preset="quick", root=root, console=False)


def submission(run):
    with open(run.folder / "submission.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("form", ["table", "folders"])
@pytest.mark.parametrize("refit", [False, True])
def test_from_a_folder_to_a_submission(form, refit, contest, tmp_path):
    root, truth = contest
    outcome = started(tmp_path, root / form, refit=refit)
    rows = submission(outcome.run)
    column = "breed" if form == "table" else "label"
    assert [row["id"] for row in rows] == [str(i) for i in range(9, 21)], "numbers are sorted as numbers"
    assert [*rows[0]] == ["id", column]
    assert sum(row[column] == truth[row["id"]] for row in rows) >= 11
    assert outcome.metrics["val_accuracy"] >= 0.8
    if refit:
        *_, last = [r for r in read_metrics(outcome.run.metrics_file) if "train_loss" in r.metrics]
        assert outcome.metrics["train_loss"] == last.metrics["train_loss"], "of the training whose weights are kept"
    assert "<h2>Submission</h2>" in (outcome.run.folder / "report.html").read_text(encoding="utf-8")
    predictions = runner.predict(outcome.run.folder, [root / form / "test" / f"{row['id']}.png" for row in rows])
    assert [p.label for p in predictions] == [row[column] for row in rows]


def test_probabilities_instead_of_labels(contest, tmp_path):
    root, _ = contest
    outcome = started(tmp_path, root / "table", submission="probabilities", steps=2)
    rows = submission(outcome.run)
    assert [*rows[0]] == ["id", "dark", "light"]
    assert all(abs(float(row["dark"]) + float(row["light"]) - 1) < 1e-5 for row in rows)


def test_new_images_are_cut_as_those_of_the_training_were(contest, tmp_path):
    outcome = started(tmp_path, contest[0] / "table", fit="crop", steps=2)
    wide = torch.zeros(20, 60, 3, dtype=torch.uint8)
    Image.fromarray(wide.numpy()).save(tmp_path / "wide.png")
    [prediction] = runner.predict(outcome.run.folder, [tmp_path / "wide.png"])
    assert prediction.notes[0] == "resized 60x20 to 84x28, cropped to 28x28"


def test_known_test_labels_are_measured_and_numbered(tmp_path):
    outcome = started(tmp_path, "digits", image_size=12, steps=3)
    assert [row["id"] for row in submission(outcome.run)] == [str(i) for i in range(1, 360)]
    assert "test_accuracy" in outcome.metrics


def test_without_test_images_there_is_no_submission(contest, tmp_path, capsys):
    root, _ = contest
    outcome = started(tmp_path, root / "folders" / "train", steps=2)
    assert not (outcome.run.folder / "submission.csv").exists()
    assert "no submission is written; name some with --test" in capsys.readouterr().err
    assert "test_accuracy" in outcome.metrics, "some of the images are held out"


def test_a_run_that_was_stopped_in_its_refit_goes_on_exactly(contest, tmp_path):
    from tests.training.examples import KilledError, killed_at

    from deepdive.training.listeners import MetricsFile

    found, rows = [], []
    for name, at in (("whole", 10**9), ("killed", 14)):
        chosen = settings(contest[0] / "table", refit=True, epochs=2, checkpoint_every=2, log_every=2)
        experiment = RECIPE.build(chosen)
        experiment.prepare()
        run = Run.create("image-folder", to_plain(chosen), root=tmp_path / name)
        try:
            found.append(experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(at)], resume=False))
            experiment.sections(run)  # which writes the submission
        except KilledError:
            found.append(runner.resume(run.folder, console=False).metrics)
        rows.append(submission(run))
    assert found[0] == found[1]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"test": "nowhere"}, FileNotFoundError, "test is nowhere, but there is no such file or folder"),
        ({"labels": "no.csv"}, FileNotFoundError, r"table is no\.csv, but there is no such file"),
        ({"validation": 47}, ValueError, "holding out 47 validation images leaves none to learn from"),
        ({"augment": {"cutmix": -1}}, ValueError, r"augment\.cutmix must be from 0 to 1000, got -1"),
        ({"data": "digits", "labels": "x.csv"}, ValueError, "the classes of the data set digits are known"),
    ],
)
def test_what_is_wrong_is_told_before_the_training(changes, error, message, contest):
    with pytest.raises(error, match=message):
        RECIPE.build(settings(**({"data": contest[0] / "table"} | changes))).prepare()


@pytest.mark.parametrize("architecture", ["resnet9", "resnet18", "resnet34", "lenet"])
def test_every_network_takes_the_images(architecture, contest):
    experiment = RECIPE.build(settings(contest[0] / "folders", architecture=architecture))
    experiment.prepare()
    assert experiment.network(experiment.data.spec)(torch.zeros(2, 3, 28, 28)).shape == (2, 2)


def test_the_real_sample_of_a_competition(tmp_path):
    folders = [Path(name) / "cifar10_tiny" for name in os.environ.get("DEEPDIVE_DATA", "").split(os.pathsep) if name]
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        pytest.skip("there is no cifar10_tiny in a folder that DEEPDIVE_DATA names")
    outcome = started(tmp_path, folder, image_size=None, steps=3)
    [row] = submission(outcome.run)
    assert row["id"] == "1"
    assert row["label"] in ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@pytest.mark.parametrize("form", ["table", "folders"])
def test_training_images_are_changed_if_asked(form, contest):
    found = []
    for augment in ({"flip": False}, {"flip": True}):
        experiment = RECIPE.build(settings(contest[0] / form, augment=augment))
        experiment.prepare()
        found.append(next(experiment.data.train_loader().batches())[0])
    assert found[0].shape == found[1].shape
    assert not torch.equal(*found)
