"""The recipe of the vision transformer: training, report, resume, predictions."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image
from tests.training.examples import KilledError, killed_at

from deepdive.algorithms.attention import attention_rollout
from deepdive.data.images import ImageSpec
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.recipes.vision.transformer import experiment as vit_experiment
from deepdive.recipes.vision.transformer.figures import patch_figure, rollout_figure
from deepdive.training import Run
from deepdive.training.listeners import MetricsFile

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("vit")
SMALL = {
    "data": "digits",
    "patch_size": 2,
    "hidden_size": 16,
    "num_layers": 2,
    "num_heads": 2,
    "ffn_size": 32,
    "epochs": 2,
    "batch_size": 64,
    "log_every": 10,
    "dropout": 0.1,
    "augment": {"flip": False, "crop": 1},
}


def settings(**changes):
    return with_preset(RECIPE.settings_type, {**SMALL, **changes})


@pytest.fixture(scope="module")
def trained(tmp_path_factory, without_shape_checks):
    changed = settings(epochs=12, optimizer={"lr": 0.01}, augment={"flip": False}, dropout=0.0)
    return runner.start(RECIPE, changed, preset="smoke", root=tmp_path_factory.mktemp("runs"), console=False)


def test_digits_are_learnt(trained):
    assert trained.metrics["test_accuracy"] > 0.8


def test_the_report_shows_patches_and_rollout_first(trained):
    folder = trained.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert report.index("<h2>Patches and attention</h2>") < report.index("<h2>Predictions</h2>")
    for name in ("patches.png", "rollout.png", "predictions.png"):
        assert (folder / name).stat().st_size > 2000


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.slow
def test_a_killed_run_goes_on_exactly(toolkit, tmp_path):
    found = []
    for name, at in (("whole", 10**9), ("killed", 30)):
        experiment = RECIPE.build(settings(toolkit=toolkit))
        experiment.prepare()
        run = Run.create("vit", to_plain(experiment.settings), root=tmp_path / name)
        try:
            found.append(experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(at)], resume=False))
        except KilledError:
            found.append(runner.resume(run.folder, console=False).metrics)
    assert found[0] == found[1]


def test_image_files_are_labelled(trained, tmp_path):
    pixels = np.zeros((32, 32), np.uint8)
    pixels[4:28, 14:18] = 255
    Image.fromarray(pixels).save(tmp_path / "one.png")
    [prediction] = runner.predict(trained.run.folder, [tmp_path / "one.png"])
    assert prediction.label in {str(digit) for digit in range(10)}
    assert 0 < prediction.probability <= 1


def test_the_rollout_shown_is_that_of_the_class_token(tmp_path):
    experiment = RECIPE.build(settings())
    experiment.prepare()
    images = experiment.data.image_set("test").images[:3]
    network = experiment.model.eval()
    with torch.no_grad():
        weights = network.attention(experiment.data.spec.to_float(images))
    maps = experiment._rollout(images)
    assert maps.shape == (3, 4, 4)
    whole = attention_rollout(weights)[:, 0]
    torch.testing.assert_close(maps.flatten(1), whole[:, 1:])
    assert bool((maps.sum(dim=(1, 2)) < 1).all())  # the rest is the class token's own


def test_a_rollout_is_titled_by_what_is_predicted_and_what_is_true(tmp_path, monkeypatch):
    experiment = RECIPE.build(settings())
    experiment.prepare()
    images, names = experiment.data.image_set("test"), experiment.data.spec.labels
    true = images.rows(vit_experiment._one_of_each(images.labels)).labels
    found = []
    monkeypatch.setattr(vit_experiment, "predict_probabilities", lambda *_, device: torch.eye(10)[(true + 1) % 10])
    monkeypatch.setattr(vit_experiment, "rollout_figure", lambda *given: (found.extend(given[2]), Figure())[1])
    experiment._attention(SimpleNamespace(folder=tmp_path), images)
    assert found == [f"{names[(y + 1) % 10]}\nnot {names[y]}" for y in true.tolist()]


def test_patches_are_drawn_as_they_are_numbered():
    image = torch.rand(3, 4, 6)
    figure = patch_figure(image, 2)
    left, right = figure.subfigs
    assert len(left.axes[0].lines) == 1 + 2
    shown = [ax for ax in right.axes if ax.images]
    assert [ax.get_title() for ax in shown] == [str(n) for n in range(1, 7)]
    for n, ax in enumerate(shown):
        i, j = 2 * (n // 3), 2 * (n % 3)
        patch = image[:, i : i + 2, j : j + 2].permute(1, 2, 0)
        np.testing.assert_allclose(ax.images[0].get_array(), patch.numpy(), rtol=1e-6)


def test_a_rollout_lies_over_its_image():
    images, maps = torch.rand(2, 1, 4, 6), torch.rand(2, 2, 3)
    figure = rollout_figure(images, maps, ["cat", "dog\nnot cow"])
    below = figure.axes[2:]
    for ax, weights in zip(below, maps, strict=True):
        image, over = ax.images
        assert image.get_extent() == list(over.get_extent()) == [-0.5, 5.5, 3.5, -0.5]
        np.testing.assert_allclose(over.get_array(), weights.numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: patch_figure(torch.zeros(1, 6, 8), 4),
            "patch must divide the sides of the image, 6x8 pixels, got 4",
        ),
        (lambda: rollout_figure(torch.zeros(2, 1, 4, 4), torch.zeros(2, 2, 2), ["a"]), "2 images, 2 maps and 1 titles"),
    ],
)
def test_images_that_cannot_be_drawn_are_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def spec_of(side):
    return ImageSpec(channels=1, height=side, width=side, labels=tuple("abcdefghij"), mean=(0.0,), std=(1.0,))


@pytest.mark.parametrize("preset", ["smoke", "quick", "book"])
def test_the_network_of_every_preset_takes_its_images(preset):
    chosen = with_preset(RECIPE.settings_type, RECIPE.presets[preset])
    side = chosen.image_size or 28
    with torch.device("meta"):
        network = RECIPE.build(chosen).network(spec_of(side))
        assert network(torch.empty(2, 1, side, side)).shape == (2, 10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patch_size": 5}, "patches of 5x5 pixels do not fill images of 28x28"),
        ({"num_heads": 3}, "num_heads must divide hidden_size, but 16 is not a multiple of 3"),
        ({"num_layers": 0}, "num_layers must be from 1 to 1000, got 0"),
    ],
)
def test_a_network_that_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(settings(**changes)).network(spec_of(28))
