"""Precision, recall, F1, AUROC, mean absolute error and R² against scikit-learn, batch by batch."""

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs

from deepdive.training.scores import AUROC, F1, R2, MeanAbsoluteError, Precision, Recall

PAIRS = [(F1, theirs.f1_score), (Precision, theirs.precision_score), (Recall, theirs.recall_score)]


@pytest.mark.parametrize(("metric", "reference"), PAIRS)
@pytest.mark.parametrize("average", [None, "macro", "weighted", "micro"])
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_of_several_classes(metric, reference, average, classes):
    draw = np.random.default_rng(classes)
    logits, y = draw.normal(size=(101, classes)), draw.integers(classes - (classes > 3), size=101) ** 2 % classes
    ours = metric(average=average)
    for part in np.array_split(np.arange(101), 4):
        ours.update(torch.from_numpy(logits[part]), torch.from_numpy(y[part]))
    asked = {"average": average or "macro", "zero_division": 0}
    assert ours.compute().item() == pytest.approx(reference(y, logits.argmax(1), **asked))
    ours.reset()
    ours.update(torch.from_numpy(logits[:50]), torch.from_numpy(y[:50]))
    assert ours.compute().item() == pytest.approx(reference(y[:50], logits[:50].argmax(1), **asked))


@pytest.mark.parametrize(("metric", "reference"), PAIRS)
@pytest.mark.parametrize("average", [None, "positive", "macro"])
def test_of_one_output(metric, reference, average):
    draw = np.random.default_rng(1)
    logit, y = draw.normal(size=60), draw.integers(2, size=60)
    expected = reference(y, logit > 0, average="macro" if average == "macro" else "binary")
    for outputs, targets in ((logit, y), (logit[:, None], y), (logit[:, None], y[:, None].astype(float))):
        ours = metric(average=average)
        ours.update(torch.from_numpy(outputs), torch.from_numpy(targets))
        assert ours.compute().item() == pytest.approx(expected)
    two = metric(average="positive")
    two.update(torch.from_numpy(np.stack([-logit, logit], 1)), torch.from_numpy(y))
    assert two.compute().item() == pytest.approx(reference(y, logit > 0))


@pytest.mark.parametrize(("metric", "reference"), PAIRS)
def test_of_ignored_targets(metric, reference):
    draw = np.random.default_rng(1)
    logits, ignored = draw.normal(size=(60, 3)), draw.integers(3, size=60)
    ignored[::4] = -100
    kept = ignored >= 0
    ours = metric()
    ours.update(torch.from_numpy(logits), torch.from_numpy(ignored))
    expected = reference(ignored[kept], logits.argmax(1)[kept], average="macro")
    assert ours.compute().item() == pytest.approx(expected)
    one = metric()
    truths = np.where(ignored == 2, 0, ignored)
    one.update(torch.from_numpy(logits[:, 0]), torch.from_numpy(truths.astype(float)))
    assert one.compute().item() == pytest.approx(reference(truths[kept], logits[kept, 0] > 0))


def test_nothing_has_no_score():
    for metric in (F1(), F1(average="positive"), F1(average="micro"), Precision(average="weighted"), AUROC()):
        metric.update(torch.zeros(0, 2), torch.zeros(0).long())
        assert metric.compute().isnan()
    assert AUROC().compute().isnan()


def test_auroc_of_one_output_two_and_more():
    draw = np.random.default_rng(3)
    logits, y = draw.normal(size=(80, 5)).round(1), draw.integers(4, size=80)
    y[::9] = -100
    kept = y >= 0
    softmax = torch.from_numpy(logits).softmax(1).numpy()

    def ours(outputs, targets):
        metric = AUROC()
        for part in np.array_split(np.arange(80), 3):
            metric.update(torch.from_numpy(outputs[part]), torch.from_numpy(targets[part]))
        return metric.compute().item()

    binary = np.where(kept, y % 2, y)
    expected = theirs.roc_auc_score(binary[kept], logits[kept, 0])
    assert ours(logits[:, 0], binary) == ours(logits[:, :1], binary) == pytest.approx(expected)
    difference = (logits[:, 1] - logits[:, 0])[kept]
    assert ours(logits[:, :2], binary) == pytest.approx(theirs.roc_auc_score(binary[kept], difference))
    each = [theirs.roc_auc_score(y[kept] == c, softmax[kept, c]) for c in range(4)]  # none is of class 4
    assert ours(logits, y) == pytest.approx(np.mean(each))


def test_of_positions():
    logits, y = torch.randn(5, 3, 7), torch.randint(3, (5, 7))
    ours, flat = F1(), F1()
    ours.update(logits, y)
    flat.update(logits.transpose(1, 2).flatten(0, 1), y.flatten())
    assert ours.compute() == flat.compute()


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_of_numbers(offset):
    draw = np.random.default_rng(2)
    y = offset + draw.normal(size=(97, 2)) * [1.0, 3.0]
    o = y + draw.normal(size=y.shape)
    mae, r2 = MeanAbsoluteError(), R2()
    for part in np.array_split(np.arange(97), 5):
        for ours in (mae, r2):
            ours.update(torch.from_numpy(o[part]), torch.from_numpy(y[part]))
    assert mae.compute().item() == pytest.approx(theirs.mean_absolute_error(y, o))
    assert r2.compute().item() == pytest.approx(theirs.r2_score(y.ravel(), o.ravel()))


def test_r2_of_targets_that_are_all_the_same_is_not_a_number():
    ours = R2()
    ours.update(torch.randn(9), torch.full((9,), 0.1))
    assert ours.compute().isnan()


@pytest.mark.parametrize("kind", [F1, AUROC])
@pytest.mark.parametrize("width", [1, 4])
def test_state_goes_into_a_new_metric(kind, width):
    first, second = kind(), kind()
    first.update(torch.randn(9, width), torch.arange(9) % max(2, width))
    second.load_state({name: value.clone() for name, value in first.state.items()})
    assert first.compute() == second.compute()
    for metric in (first, second):
        metric.update(torch.eye(4)[:, :width], torch.tensor([0, 1, 1, 0]))
    assert first.compute() == second.compute()


@pytest.mark.parametrize(
    ("metric", "outputs", "targets", "error", "message"),
    [
        (F1, torch.ones(3, 2), torch.ones(3), TypeError, "targets must be integer, got float32"),
        (F1, torch.ones(3, 2), torch.ones(4).long(), ValueError, r"targets must have shape \(3,?\), got \(4,?\)"),
        (
            F1,
            torch.ones(3, 2),
            torch.tensor([0, 1, 5]),
            ValueError,
            r"targets must be from 0 to 1 or -100, got 5 at \[2\]",
        ),
        (F1, torch.ones(3, 2), torch.tensor([0, -1, 1]), ValueError, r"targets must be from 0 to 1 or -100, got -1 at"),
        (F1, torch.ones(3), torch.tensor([0.0, 1.0, 7.0]), ValueError, r"targets must be from 0 to 1, got 7 at \[2\]"),
        (AUROC, torch.ones(3, 2), torch.tensor([0, -1, 1]), ValueError, "targets must be from 0 to 1 or -100, got -1"),
        (F1, torch.ones(3, 1), torch.ones(4).long(), ValueError, r"targets must have shape \(3, 1\), got \(4,\)"),
        (R2, torch.ones(3, 1), torch.ones(3), ValueError, r"targets must have the shape of outputs, \(3, 1\), got"),
        (MeanAbsoluteError, torch.ones(3), torch.ones(3, 1), ValueError, "targets must have the shape of outputs"),
    ],
)
def test_what_is_refused(metric, outputs, targets, error, message):
    with pytest.raises(error, match=message):
        metric().update(outputs, targets)


@pytest.mark.usefixtures("without_shape_checks")
def test_averages_that_there_are_not():
    with pytest.raises(ValueError, match="average must be one of macro, weighted, micro, positive, got 'binary'"):
        F1(average="binary")
    metric = F1(average="positive")
    metric.update(torch.eye(3), torch.arange(3))
    with pytest.raises(ValueError, match="average must be macro, weighted or micro of 3 classes, got 'positive'"):
        metric.compute()
