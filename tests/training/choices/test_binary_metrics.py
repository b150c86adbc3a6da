"""Metrics of two classes divide outputs where the loss does, however they are asked for."""

from functools import partial

import pytest
import torch
from sklearn import metrics as sk
from torch import nn
from torch.nn import functional as F

from deepdive.training import Accuracy, BinaryAccuracy, Classification, MultiOutput, Output
from deepdive.training.scores import F1, Precision, Recall

LOGITS = torch.tensor([[2.0], [-1.0], [0.3], [-0.2], [-3.0], [0.1], [0.7]])
LABELS = torch.tensor([1, 0, 0, 1, 0, 0, 1])
GUESSES = (LOGITS[:, 0] > 0).long()
ACCURACY = sk.accuracy_score(LABELS, GUESSES)  # 4 of 7
LOSSES = {
    "bce_with_logits": LOGITS,
    nn.BCEWithLogitsLoss: LOGITS,
    partial(F.binary_cross_entropy_with_logits, pos_weight=torch.tensor(3.0)): LOGITS,
    "bce": LOGITS.sigmoid(),
    F.binary_cross_entropy: LOGITS.sigmoid(),
}
TARGETS = [LABELS, LABELS.float(), LABELS[:, None].float(), LABELS[:, None], LABELS.bool()]


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


def measured(loss, choice, outputs, targets):
    task = Classification(nn.Identity(), loss=loss, metrics=choice)
    task.validation_step((outputs, targets))
    return {name: float(metric.compute()) for name, metric in task.metrics.items()}


@pytest.mark.parametrize("loss", LOSSES, ids=["logits", "class", "partial", "bce", "function"])
@pytest.mark.parametrize(
    "choice",
    ["accuracy", ["Accuracy"], {"accuracy": "accuracy"}, None, [Accuracy], {"accuracy": BinaryAccuracy()}],
    ids=["name", "list", "dict", "none", "class", "object"],
)
def test_accuracy_is_that_of_two_classes(loss, choice):
    assert pytest.approx(4 / 7) == ACCURACY
    for targets in TARGETS:
        assert measured(loss, choice, LOSSES[loss], targets) == {"accuracy": pytest.approx(ACCURACY)}


@pytest.mark.parametrize("loss", LOSSES, ids=["logits", "class", "partial", "bce", "function"])
@pytest.mark.parametrize(
    "choice", [["f1", "precision", "recall"], [F1, Precision, Recall], [F1(), Precision(), Recall()]]
)
def test_scores_are_those_of_scikit_learn(loss, choice):
    expected = {
        "f1": sk.f1_score(LABELS, GUESSES),
        "precision": sk.precision_score(LABELS, GUESSES),
        "recall": sk.recall_score(LABELS, GUESSES),
    }
    for targets in TARGETS[:4]:
        assert measured(loss, choice, LOSSES[loss], targets) == pytest.approx(expected)


def test_a_threshold_of_ones_own_stays():
    high = (LOGITS[:, 0].sigmoid() > 0.65).long()
    assert high.tolist() != GUESSES.tolist()
    choice = {"a": BinaryAccuracy(0.65), "f": F1(0.65), "zero": BinaryAccuracy(0)}
    expected = {
        "a": sk.accuracy_score(LABELS, high), "f": sk.f1_score(LABELS, high), "zero": 3 / 7,
    }  # fmt: skip
    assert measured("bce", choice, LOGITS.sigmoid(), LABELS) == pytest.approx(expected)


def test_several_labels_count_each_for_itself():
    logits = torch.tensor([[2.0, -1.0, 0.5], [-0.5, 3.0, -2.0]])
    labels = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    for loss, outputs in (("bce_with_logits", logits), ("bce", logits.sigmoid())):
        assert measured(loss, "accuracy", outputs, labels) == {"accuracy": pytest.approx(4 / 6)}
        with pytest.raises(TypeError, match="targets must be integer, got float32"):
            measured(loss, "f1", outputs, labels)


def test_one_of_several_outputs_may_be_binary():
    class Network(nn.Module):
        def forward(self, x):
            return {"a": x.sigmoid(), "b": x}

    outputs = {
        "a": Output("classification", loss=nn.BCELoss()),
        "b": Output("classification", loss=nn.BCEWithLogitsLoss()),
    }
    task = MultiOutput(Network(), outputs)
    wrong = 1.0 - LABELS[:, None].float()
    task.validation_step((LOGITS, LABELS[:, None].float(), wrong))
    assert float(task.metrics["a_accuracy"].compute()) == pytest.approx(4 / 7)
    assert float(task.metrics["b_accuracy"].compute()) == pytest.approx(3 / 7)


def test_the_most_likely_of_one_class_is_refused():
    with pytest.raises(
        ValueError, match=r"outputs must have shape \(n, classes, ...\) with 2 classes or more, got \(7, 1\)"
    ):
        measured("bce_with_logits", [Accuracy()], LOGITS, LABELS)
