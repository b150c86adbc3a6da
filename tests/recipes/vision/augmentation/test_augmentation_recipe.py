"""With and without changed images, on made-up ones: both training_runs, report, resume, predictions, bad settings."""

import pytest
import torch
from PIL import Image

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.recipes.vision.augmentation.figures import shown_changes
from deepdive.training import Run

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("augmentation")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Two classes of noise, told apart by their colour."""
    root, generator = tmp_path_factory.mktemp("photographs"), torch.Generator().manual_seed(0)
    for label, place in (("bluish", 2), ("reddish", 0)):
        (root / label).mkdir()
        for i in range(60):
            pixels = torch.randint(0, 150, (16, 16, 3), generator=generator, dtype=torch.uint8)
            pixels[..., place] += 100
            Image.fromarray(pixels.numpy()).save(root / label / f"{i}.png")
    return root


def settings(data, **changes):
    small = {"data": str(data), "epochs": 4, "batch_size": 8, "examples": 40, "validation": 20}
    small |= {"widths": (4, 8), "residuals": (False, True), "optimizer": {"lr": 0.05}, "augment": {"crop": 2}}
    return with_preset(RECIPE.settings_type, small | changes)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_both_learn_and_are_told_side_by_side(toolkit, photographs, tmp_path):
    chosen = settings(photographs, toolkit=toolkit, augment={"crop": 2, "mixup": 0.2})
    outcome = runner.start(RECIPE, chosen, preset="quick", root=tmp_path, console=False)
    metrics, folder = outcome.metrics, outcome.run.folder
    assert metrics["plain_test_accuracy"] >= 0.9
    assert metrics["augmented_test_accuracy"] >= 0.9
    assert metrics["gain"] == metrics["augmented_test_accuracy"] - metrics["plain_test_accuracy"]
    assert (folder / "contact-sheet.png").read_bytes().startswith(b"\x89PNG")
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "With and without" in report
    assert "the same 40 images" in report
    [prediction] = runner.predict(folder, [photographs / "reddish" / "0.png"])
    assert prediction.label == "reddish"


def test_the_two_differ_in_the_changes_alone(photographs):
    experiment = RECIPE.build(settings(photographs))
    experiment.prepare()
    (plain, as_they_are), (augmented, changed) = (experiment.parts(form) for form in ("plain", "augmented"))
    for a, b in zip(plain.network.parameters(), augmented.network.parameters(), strict=True):
        assert torch.equal(a, b)
    for name in ("train", "val", "test"):
        assert torch.equal(as_they_are.image_set(name).images, changed.image_set(name).images)
    assert as_they_are.image_set("train").labels.bincount().tolist() == [20, 20]
    (x, y), (z, same) = (next(data.train_loader().batches(3)) for data in (as_they_are, changed))
    assert torch.equal(y, same)
    assert not torch.equal(x, z)
    tested = [next(data.test_loader().batches())[0] for data in (as_they_are, changed)]
    assert torch.equal(*tested)


@pytest.mark.slow
def test_a_run_that_was_stopped_in_its_second_training_goes_on_exactly(photographs, tmp_path):
    from tests.training.examples import KilledError, killed_at

    from deepdive.training.listeners import MetricsFile

    found = []
    for name, at in (("whole", 10**9), ("killed", 12)):
        chosen = settings(photographs, epochs=2, checkpoint_every=2, log_every=2)
        experiment = RECIPE.build(chosen)
        experiment.prepare()
        run = Run.create("augmentation", to_plain(chosen), root=tmp_path / name)
        try:
            found.append(experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(at)], resume=False))
        except KilledError:
            found.append(runner.resume(run.folder, console=False).metrics)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"augment": {"flip": False, "crop": 0, "cutout": 0}}, "augment asks for no change at all"),
        ({"examples": 0}, "examples must be from 1 to 100000000 or None, got 0"),
        ({"augment": {"rotation": 200.0}}, r"augment\.rotation must be from 0 to 180, got 200"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_read(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(settings("digits", **changes))


@pytest.mark.parametrize("channels", [1, 3])
def test_every_change_is_shown_that_images_can_undergo(channels):
    names = shown_changes(channels, 8, 9)
    assert ("hue" in names) is (channels == 3)
    assert {"rotation", "cutout", "mixup", "cutmix"} <= set(names)
