"""Dropout and early stopping in a run, on scikit-learn's digits."""

import pytest
import torch
from PIL import Image

from deepdive.data.images import load_images
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import Trainer, load_checkpoint
from deepdive.training.listeners import read_metrics

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"data": "digits", "validation": 300, "hidden": [64, 64], "batch_size": 64, "log_every": 20}


def settings(**changes):
    return with_preset(load_recipe("mlp-dropout").settings_type, SMALL | changes)


def start(root, **changes):
    return runner.start(load_recipe("mlp-dropout"), settings(**changes), preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, without_shape_checks):
    """A rate so high that the validation loss soon gets worse."""
    optimizer = {"name": "adam", "lr": 0.03}
    return start(tmp_path_factory.mktemp("runs"), epochs=60, patience=2, schedule="constant", optimizer=optimizer)


def test_a_run_ends_once_patience_is_over(stopped):
    epochs = [r for r in read_metrics(stopped.run.metrics_file) if r.kind == "epoch"]
    losses = [record.metrics["val_loss"] for record in epochs]
    assert 3 <= len(epochs) < 60
    best = losses.index(min(losses))
    assert len(epochs) - 1 - best == 2
    assert all(len(losses[:i]) - 1 - losses[:i].index(min(losses[:i])) < 2 for i in range(1, len(losses)))
    kept = load_checkpoint(stopped.run.checkpoints.path("best"))
    assert kept["progress"]["epoch"] == epochs[best].epoch


def test_the_best_weights_are_tested_without_dropout(stopped):
    experiment = load_recipe("mlp-dropout").build(settings())
    experiment.prepare()
    network = experiment.task.network.eval()
    network.load_state_dict(load_checkpoint(stopped.run.checkpoints.path("best"))["model"])
    [(x, y)] = experiment.data.test_loader().batches()
    with torch.inference_mode():
        accuracy = (network(x).argmax(dim=1) == y).float().mean()
    assert stopped.metrics["test_accuracy"] == pytest.approx(float(accuracy))


def test_predictions_do_not_depend_on_chance(stopped, tmp_path):
    Image.fromarray(load_images("digits").image_set("test").images[0, 0].numpy()).save(tmp_path / "one.png")
    first, second = (runner.predict(stopped.run.folder, [tmp_path / "one.png"])[0] for _ in range(2))
    assert first.probability == second.probability


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_dropout_makes_training_harder_and_testing_no_worse(toolkit):
    """Both see the same images; with dropout, the network learns what it is tested without."""
    found = {}
    for p in (0.0, 0.5):
        experiment = load_recipe("mlp-dropout").build(settings(toolkit=toolkit, dropout=p))
        experiment.prepare()
        found[p] = Trainer(epochs=12, device="cpu").fit(experiment.task, experiment.data)
    assert found[0.5]["train_accuracy"] < found[0.0]["train_accuracy"]
    assert found[0.5]["train_loss"] > found[0.5]["val_loss"]
    assert found[0.5]["test_accuracy"] > found[0.0]["test_accuracy"] - 0.02
