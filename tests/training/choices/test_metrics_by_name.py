"""Metrics by name, function, class or object."""

from pathlib import Path

import pytest
import torch
from torch import nn

from deepdive.training import Accuracy, Classification, MeanSquaredError
from deepdive.training.choices.metrics import NAMES, choose_metrics
from deepdive.training.scores import F1


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


class MeanOutput:
    """In the style of torchmetrics."""

    higher_is_better = True

    def __init__(self):
        self.reset()

    def update(self, outputs, targets):
        self.total += outputs.sum().item()
        self.count += outputs.numel()

    def compute(self):
        return self.total / self.count

    def reset(self):
        self.total, self.count = 0.0, 0


def worst_error(outputs, targets):
    return (outputs - targets).abs().max()


def test_names_under_which_they_are_reported():
    assert list(choose_metrics(NAMES)) == list(NAMES)
    assert list(choose_metrics(["Accuracy", F1(), worst_error, MeanOutput(), MeanSquaredError])) == [
        "accuracy", "f1", "worst_error", "mean_output", "mean_squared_error",
    ]  # fmt: skip
    assert list(choose_metrics({"a": "accuracy", "b": worst_error})) == ["a", "b"]
    assert list(choose_metrics("f1")) == ["f1"]
    assert list(choose_metrics(worst_error)) == ["worst_error"]
    assert list(choose_metrics(MeanOutput())) == ["mean_output"]
    assert choose_metrics(None) == choose_metrics([]) == {}
    assert choose_metrics([mine := Accuracy()])["accuracy"] is mine


def test_the_readme_lists_every_name():
    text = (Path(__file__).parents[3] / "README.md").read_text()
    assert all(f"`{name}`" in text for name in NAMES)


def test_a_function_is_averaged_by_the_sizes_of_batches():
    metric = choose_metrics(worst_error)["worst_error"]
    metric.update(torch.tensor([1.0, 5.0, 2.0]), torch.tensor([1.0, 1.0, 1.0]))
    metric.update(torch.tensor([9.0]), torch.tensor([1.0]))
    assert metric.compute().item() == pytest.approx((3 * 4.0 + 1 * 8.0) / 4)
    metric.reset()
    metric.update(torch.tensor([2.0]), torch.tensor([1.0]))
    assert metric.compute().item() == 1.0


def test_an_object_is_updated_computed_and_reset():
    metric = choose_metrics(MeanOutput())["mean_output"]
    assert metric.higher_is_better
    metric.update(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    metric.update(torch.tensor([6.0]), torch.tensor([0.0]))
    saved = dict(metric.state)
    assert metric.compute().item() == 3.0
    metric.reset()
    metric.load_state(saved)
    assert metric.compute().item() == 3.0


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (["acuracy"], ValueError, r"metrics\[0\] must be the name of a metric, got 'acuracy'; did you mean 'accuracy'"),
        ({"x": 3}, TypeError, r"metrics\['x'\] must be a name, a function of outputs and targets, .* got 3"),
        ({"loss": "accuracy"}, ValueError, "metrics must have a name other than 'loss', got 'loss'"),
        ({"": "f1"}, ValueError, "metrics must have a name other than 'loss', got ''"),
        ({1: "f1", "1": "accuracy"}, ValueError, "metrics must have names of their own, got '1' twice"),
        (["f1", "f1"], ValueError, "metrics must have names of their own, got 'f1' twice; give a dict"),
        ([MeanOutput], TypeError, r"metrics\[0\] must be made, got the class MeanOutput: MeanOutput\(\.\.\.\)"),
    ],
)
def test_what_is_refused(choice, error, message):
    with pytest.raises(error, match=message):
        Classification(nn.Linear(1, 2), metrics=choice)


class Vandal(MeanOutput):
    def update(self, outputs, targets):
        super().update(outputs, targets)
        outputs.zero_()
        targets.fill_(0)


def vandal(outputs, targets):
    return outputs.zero_().sum() + targets.zero_().sum()


@pytest.mark.parametrize("choice", [Vandal(), vandal], ids=["object", "function"])
def test_what_a_metric_writes_into_is_its_own(choice):
    inputs, labels = torch.tensor([[0.5, -2.0], [1.5, 3.0]]), torch.tensor([1, 0])
    task = Classification(nn.Identity(), metrics=[choice, "accuracy"])
    loss = task.validation_step((inputs, labels))
    torch.testing.assert_close(loss, nn.functional.cross_entropy(torch.tensor([[0.5, -2.0], [1.5, 3.0]]), labels))
    assert labels.tolist() == [1, 0]
    assert inputs.tolist() == [[0.5, -2.0], [1.5, 3.0]]
    assert float(task.metrics["accuracy"].compute()) == 0.0


def test_what_a_metric_must_give():
    batch = torch.ones(3, 2), torch.zeros(3).long()
    metric = choose_metrics({"x": lambda outputs, targets: outputs})["x"]
    with pytest.raises(ValueError, match=r"metrics\['x'\] must give one number for a batch, got shape \(3, 2\)"):
        metric.update(*batch)
    metric = choose_metrics({"x": lambda outputs, targets: None})["x"]
    with pytest.raises(ValueError, match=r"metrics\['x'\] must give one number for a batch, got None"):
        metric.update(*batch)

    class PerClass(MeanOutput):
        def compute(self):
            return torch.ones(4)

    with pytest.raises(ValueError, match=r"metrics\['x'\] must compute one number, got shape \(4,\)"):
        choose_metrics({"x": PerClass()})["x"].compute()


@pytest.mark.parametrize(("rank", "right"), [(1, True), (3, True), (4, True), (5, True), (6, False), (7, False)])
def test_the_five_most_likely_classes_count(rank, right):
    """The true class is the ``rank``-th most likely of seven."""
    metric = NAMES["top5_accuracy"]()
    logits = torch.tensor([[0.5, 3.0, -1.0, 2.0, 9.0, 1.0, -4.0]])
    metric.update(logits, logits.argsort(descending=True)[:, rank - 1])
    assert float(metric.compute()) == right
