"""Precision, recall, F1, mean absolute error and R² against scikit-learn, batch by batch."""

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs

from deepdive.training.scores import F1, R2, MeanAbsoluteError, Precision, Recall

PAIRS = [
    (F1, lambda y, p: theirs.f1_score(y, p, average="macro", zero_division=0)),
    (Precision, lambda y, p: theirs.precision_score(y, p, average="macro", zero_division=0)),
    (Recall, lambda y, p: theirs.recall_score(y, p, average="macro", zero_division=0)),
]


@pytest.mark.parametrize(("metric", "reference"), PAIRS)
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_means_over_the_classes(metric, reference, classes):
    draw = np.random.default_rng(classes)
    logits, y = draw.normal(size=(101, classes)), draw.integers(classes - (classes > 3), size=101) ** 2 % classes
    ours = metric()
    for part in np.array_split(np.arange(101), 4):
        ours.update(torch.from_numpy(logits[part]), torch.from_numpy(y[part]))
    assert ours.compute().item() == pytest.approx(reference(y, logits.argmax(1)))
    ours.reset()
    ours.update(torch.from_numpy(logits[:50]), torch.from_numpy(y[:50]))
    assert ours.compute().item() == pytest.approx(reference(y[:50], logits[:50].argmax(1)))


@pytest.mark.parametrize(("metric", "reference"), PAIRS)
def test_of_one_output_and_of_ignored_targets(metric, reference):
    draw = np.random.default_rng(1)
    logit, y = draw.normal(size=60), draw.integers(2, size=60)
    expected = reference(y, logit > 0)
    for outputs, targets in ((logit, y), (logit[:, None], y), (logit[:, None], y[:, None].astype(float))):
        ours = metric()
        ours.update(torch.from_numpy(outputs), torch.from_numpy(targets))
        assert ours.compute().item() == pytest.approx(expected)
    logits, ignored = draw.normal(size=(60, 3)), draw.integers(3, size=60)
    ignored[::4] = -100
    ours = metric()
    ours.update(torch.from_numpy(logits), torch.from_numpy(ignored))
    kept = ignored >= 0
    assert ours.compute().item() == pytest.approx(reference(ignored[kept], logits.argmax(1)[kept]))


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


def test_state_goes_into_a_new_metric():
    first, second = F1(), F1()
    first.update(torch.randn(9, 4), torch.arange(9) % 4)
    second.load_state({name: value.clone() for name, value in first.state.items()})
    for metric in (first, second):
        metric.update(torch.eye(4), torch.tensor([0, 1, 1, 3]))
    assert first.compute() == second.compute()


@pytest.mark.parametrize(
    ("metric", "outputs", "targets", "error", "message"),
    [
        (F1, torch.ones(3, 2), torch.ones(3), TypeError, "targets must be integer, got float32"),
        (F1, torch.ones(3, 2), torch.ones(4).long(), ValueError, r"targets must have shape \(3,?\), got \(4,?\)"),
        (F1, torch.ones(3, 2), torch.tensor([0, 1, 5]), ValueError, "targets must be class numbers below 2, .* got 5"),
        (F1, torch.ones(3, 1), torch.ones(4).long(), ValueError, r"targets must have shape \(3, 1\), got \(4,\)"),
        (R2, torch.ones(3, 1), torch.ones(3), ValueError, r"targets must have the shape of outputs, \(3, 1\), got"),
        (MeanAbsoluteError, torch.ones(3), torch.ones(3, 1), ValueError, "targets must have the shape of outputs"),
    ],
)
def test_what_is_refused(metric, outputs, targets, error, message):
    with pytest.raises(error, match=message):
        metric().update(outputs, targets)
