import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, mean_squared_error, top_k_accuracy_score

from deepdive.training import Accuracy, MeanSquaredError
from deepdive.training.metrics import Pearson


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(2, 6), st.integers(0, 99))
def test_accuracy_over_batches_of_any_size_equals_scikit_learns(sizes, classes, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = [torch.randn(n, classes, generator=generator) for n in sizes]
    labels = [torch.randint(classes, (n,), generator=generator) for n in sizes]
    metric = Accuracy()
    for o, y in zip(logits, labels, strict=True):
        metric.update(o, y)
    expected = accuracy_score(torch.cat(labels), torch.cat(logits).argmax(1))
    assert float(metric.compute()) == pytest.approx(expected)


def test_top_k_accuracy_equals_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    o, y = torch.randn(200, 7, generator=generator), torch.randint(7, (200,), generator=generator)
    metric = Accuracy(top=3)
    metric.update(o, y)
    assert float(metric.compute()) == pytest.approx(top_k_accuracy_score(y, o, k=3, labels=np.arange(7)))


def test_the_likeliest_class_of_probabilities_counts_as_the_true_one():
    generator = torch.Generator().manual_seed(0)
    logits, targets = (torch.randn(50, 5, generator=generator) for _ in range(2))
    soft, hard = Accuracy(top=2), Accuracy(top=2)
    soft.update(logits, targets.softmax(dim=1))
    hard.update(logits, targets.argmax(dim=1))
    assert soft.compute() == hard.compute()
    with pytest.raises(ValueError, match=r"targets must have the shape of outputs, \(50, 5\), got \(50, 4\)"):
        soft.update(logits, targets[:, :4])


def test_accuracy_of_images_counts_every_place():
    o = torch.zeros(2, 3, 4, 5)
    o[:, 1] = 1
    y = torch.ones(2, 4, 5, dtype=torch.long)
    y[0, 0] = 2
    metric = Accuracy()
    metric.update(o, y)
    assert float(metric.compute()) == pytest.approx(35 / 40)


@pytest.mark.parametrize("root", [False, True])
def test_squared_error_equals_scikit_learns(root):
    o, y = torch.randn(50, 3), torch.randn(50, 3)
    metric = MeanSquaredError(root=root)
    metric.update(o[:20], y[:20])
    metric.update(o[20:], y[20:])
    expected = mean_squared_error(y, o) ** (0.5 if root else 1)
    assert float(metric.compute()) == pytest.approx(expected, rel=1e-5)


def test_reset_begins_again_and_nothing_is_nan():
    metric = Accuracy()
    metric.update(torch.eye(3), torch.tensor([0, 1, 2]))
    metric.reset()
    assert torch.isnan(metric.compute())
    metric.update(torch.eye(3), torch.tensor([0, 0, 0]))
    assert float(metric.compute()) == pytest.approx(1 / 3)


def test_the_state_can_be_set_back_and_moved():
    metric, other = Accuracy(), Accuracy()
    metric.update(torch.eye(3), torch.tensor([0, 1, 0]))
    for name, value in metric.state.items():
        other.state[name].copy_(value)
    assert other.compute() == metric.compute()
    other.to(torch.device("meta"))
    assert other.correct.device.type == "meta"


def test_top_must_be_positive():
    with pytest.raises(ValueError, match="top must be at least 1, got 0"):
        Accuracy(top=0)


@given(batches=st.lists(st.integers(2, 6), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_pearson_is_scipys_over_all_batches(batches, seed):
    torch.manual_seed(seed)
    pairs = [(torch.randn(n), torch.randn(n)) for n in batches]
    metric = Pearson()
    for outputs, targets in pairs:
        metric.update(outputs, targets)
    o, y = (torch.cat(part).numpy() for part in zip(*pairs, strict=True))
    assert metric.compute().item() == pytest.approx(pearsonr(o, y).statistic, abs=1e-6)


def test_pearson_of_a_constant_is_no_number():
    metric = Pearson()
    metric.update(torch.ones(4), torch.arange(4.0))
    assert metric.compute().isnan()


@pytest.mark.parametrize("dtype", [torch.int8, torch.int16])
def test_the_lowest_number_of_a_dtype_can_be_ignored(dtype):
    lowest = torch.iinfo(dtype).min
    metric = Accuracy(ignore_index=lowest)
    metric.update(torch.eye(3), torch.tensor([0, 2, lowest], dtype=dtype))
    assert metric.compute() == 0.5
