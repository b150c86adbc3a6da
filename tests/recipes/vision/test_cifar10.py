"""The recipe for small photographs, on made-up ones: both toolkits learn, and new files are labelled."""

import pytest
import torch
from PIL import Image

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("cifar10")


@pytest.fixture
def photographs(tmp_path):
    """Two classes of noise, told apart by their colour."""
    generator = torch.Generator().manual_seed(0)
    for label, place in (("bluish", 2), ("reddish", 0)):
        (tmp_path / "images" / label).mkdir(parents=True)
        for i in range(40):
            pixels = torch.randint(0, 150, (16, 16, 3), generator=generator, dtype=torch.uint8)
            pixels[..., place] += 100
            Image.fromarray(pixels.numpy()).save(tmp_path / "images" / label / f"{i}.png")
    return tmp_path / "images"


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_it_learns_and_labels(toolkit, photographs, tmp_path):
    changes = {"data": str(photographs), "epochs": 6, "batch_size": 16, "widths": (4, 8), "residuals": (False, True)}
    changes |= {"toolkit": toolkit, "optimizer": {"lr": 0.05}}
    outcome = runner.start(
        RECIPE, with_preset(RECIPE.settings_type, changes), preset="quick", root=tmp_path / "runs", console=False
    )
    assert outcome.metrics["test_accuracy"] >= 0.9
    assert outcome.target is None
    [prediction] = runner.predict(outcome.run.folder, [photographs / "reddish" / "0.png"])
    assert prediction.label == "reddish"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"augment": {"crop": -1}}, r"augment\.crop must be from 0 to 1024, got -1"),
        ({"label_smoothing": 2.0}, "label_smoothing must be from 0 to 1, got 2.0"),
    ],
)
def test_settings_out_of_range_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(with_preset(RECIPE.settings_type, changes))


def test_damaged_images_are_skipped_if_asked(photographs, tmp_path):
    (photographs / "reddish" / "0.png").write_text("no image")
    changes = {"data": str(photographs), "steps": 2, "batch_size": 16, "widths": (4, 8), "residuals": (False, False)}
    with pytest.raises(ValueError, match=r"1 of 80 images cannot be used; .*skip_damaged"):
        RECIPE.build(with_preset(RECIPE.settings_type, changes)).prepare()
    experiment = RECIPE.build(with_preset(RECIPE.settings_type, changes | {"skip_damaged": True}))
    experiment.prepare()
    assert any("1 of 80 images were skipped" in note for note in experiment.data.notes)
