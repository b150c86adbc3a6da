"""Metrics of what is not a number, too large for single precision, or of classes in bytes."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_squared_error
from torch import nn
from torch.nn import functional as F

from deepdive.checks import check_labels
from deepdive.training import Accuracy, BinaryAccuracy, Mean, MeanSquaredError
from deepdive.training.losses import MeanLoss
from deepdive.training.metrics import Pearson
from deepdive.training.sequences import IGNORED, EntityF1, Perplexity, TokenAccuracy
from deepdive.training.sequences.spans import SpanAccuracy

NAN = torch.nan
BYTES = torch.tensor([156, 3, 156], dtype=torch.uint8)
OF_NAN = {
    "binary": (BinaryAccuracy, torch.tensor([1.0, NAN]), torch.tensor([1, 0])),
    "true": (BinaryAccuracy, torch.tensor([1.0, 1.0]), torch.tensor([1.0, NAN])),
    "classes": (Accuracy, torch.tensor([[1.0, 0.0], [0.0, NAN]]), torch.tensor([0, 0])),
    "all classes": (Accuracy, torch.tensor([[1.0, 0.0], [NAN, NAN]]), torch.tensor([0, 0])),
    "top": (lambda: Accuracy(2), torch.tensor([[1.0, 0.0, 2.0], [NAN, 0.0, 1.0]]), torch.tensor([0, 0])),
    "probabilities": (Accuracy, torch.eye(2), torch.tensor([[1.0, 0.0], [NAN, 0.0]])),
    "other ignored": (
        lambda: Accuracy(ignore_index=2**40),
        torch.full((1, 2), NAN),
        torch.tensor([0], dtype=torch.int8),
    ),
    "tokens": (TokenAccuracy, torch.tensor([[[1.0, 0.0], [NAN, 0.0]]]), torch.tensor([[0, 1]])),
    "entities": (lambda: EntityF1(["O", "B-A"]), torch.tensor([[[1.0, 0.0], [NAN, 0.0]]]), torch.tensor([[0, 1]])),
    "spans": (SpanAccuracy, torch.tensor([[[1.0, 0.0], [NAN, 2.0]]]), torch.tensor([[0, 1]])),
    "squares": (MeanSquaredError, torch.tensor([1.0, NAN]), torch.tensor([1.0, 0.0])),
    "pearson": (Pearson, torch.tensor([1.0, NAN, 2.0]), torch.tensor([1.0, 0.0, 3.0])),
    "mean": (Mean, torch.tensor([1.0, NAN]), torch.tensor([0])),
    "perplexity": (Perplexity, torch.tensor(NAN), torch.tensor([0, 1])),
}


@pytest.mark.parametrize("kind", OF_NAN)
def test_what_is_measured_of_nan_is_nan_until_it_is_reset(kind):
    make, outputs, targets = OF_NAN[kind]
    metric = make()
    metric.update(outputs, targets)
    metric.update(torch.zeros_like(outputs), torch.zeros_like(targets))
    assert metric.compute().isnan()
    metric.reset()
    metric.update(torch.zeros_like(outputs), torch.zeros_like(targets))
    assert metric.compute().isnan() == (kind == "pearson")  # of zeros alone there is none


@pytest.mark.parametrize("metric", [Accuracy(), TokenAccuracy(), EntityF1(["O", "B-A"])])
def test_nan_where_nothing_is_to_be_told_does_not_count(metric):
    outputs, targets = torch.tensor([[[0.0, NAN], [9.0, NAN]]]), torch.tensor([[1, IGNORED]])
    if isinstance(metric, Accuracy):
        outputs = torch.tensor([[0.0, 9.0], [NAN, NAN]])
        targets = targets.flatten()
    else:
        outputs = torch.tensor([[[0.0, 9.0], [NAN, NAN]]])
    metric.update(outputs, targets)
    assert metric.compute() == 1


@pytest.mark.parametrize("root", [False, True])
def test_squares_beyond_single_precision_are_scikit_learns(root):
    o, y = torch.tensor([1e30, -1e25, 3.0]), torch.tensor([-1e30, 1e25, 1.0])
    metric = MeanSquaredError(root=root)
    metric.update(o, y)
    expected = mean_squared_error(y.double(), o.double())
    assert metric.compute().item() == pytest.approx(math.sqrt(expected) if root else expected, rel=1e-12)


@pytest.mark.parametrize("weight", [-1.0, -0.0001, math.nan, math.inf])
def test_a_mean_refuses_a_weight_below_zero(weight):
    metric = Mean()
    for given in (weight, torch.tensor(weight), torch.tensor(weight, dtype=torch.float64)):
        with pytest.raises(ValueError, match=r"weight must be (at least 0|a number).*, got (-1|-0\.0|-9\.9|nan|inf)"):
            metric.update(torch.tensor([1.0]), torch.tensor([0]), given)
    assert metric.weight == 0


def test_a_mean_of_many_in_half_precision_is_numpys():
    metric, values = Mean(), torch.full((1000,), 0.5)
    metric.update(values, values, torch.tensor(300.0, dtype=torch.float16))
    metric.update(values * 3, values, torch.tensor(100.0, dtype=torch.float16))
    assert metric.compute().item() == pytest.approx(np.average([0.5, 1.5], weights=[300, 100]))


def test_perplexity_takes_no_class_of_bytes_for_an_ignored_one():
    logits, metric = torch.randn(3, 200), Perplexity()
    metric.update(F.cross_entropy(logits, BYTES.long()), BYTES)
    metric.update(F.cross_entropy(logits[:1], torch.tensor([0])), torch.tensor([0]))
    expected = F.cross_entropy(logits[[0, 1, 2, 0]], torch.tensor([156, 3, 156, 0])).exp()
    assert metric.compute().item() == pytest.approx(expected.item())


@pytest.mark.parametrize("index", [3, -1])
def test_a_loss_that_ignores_besides_takes_no_class_of_bytes_for_one(index):
    logits, loss = torch.randn(3, 200), MeanLoss(nn.CrossEntropyLoss(ignore_index=index), ignored=IGNORED)
    assert loss.weight(BYTES) == (2 if index == 3 else 3)
    torch.testing.assert_close(loss(logits, BYTES), F.cross_entropy(logits, BYTES.long(), ignore_index=index))
    assert MeanLoss(nn.CrossEntropyLoss(ignore_index=-1)).marked(BYTES, IGNORED).tolist() == [156, 3, 156]


def test_class_weights_of_bytes_are_those_of_their_classes():
    weights = torch.rand(300)
    assert MeanLoss(nn.CrossEntropyLoss(weights)).weight(BYTES) == weights[BYTES.long()].sum()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_in_half_precision_add_up(dtype):
    """A sum in half precision is infinite above 65504, and in bfloat16 256 + 1 is 256."""
    weights = torch.tensor([300.0, 1.0], dtype=dtype)
    targets = torch.cat([torch.zeros(1000), torch.ones(777)]).long()
    expected = np.float64(weights[0].item()) * 1000 + 777
    assert float(MeanLoss(nn.CrossEntropyLoss(weights)).weight(targets)) == pytest.approx(expected)


def test_a_label_of_bytes_is_no_ignored_one():
    with pytest.raises(ValueError, match="y must be from 0 to 4 or -100, got 156"):
        check_labels("y", BYTES, 5, IGNORED)
