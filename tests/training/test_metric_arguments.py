"""Every metric: a right update, wrong ones that are refused, and sums that stay right where numbers are large."""

import importlib
import pkgutil

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr
from sklearn.metrics import r2_score

import deepdive.training
from deepdive.training import Accuracy, BinaryAccuracy, Mean, MeanSquaredError, Metric
from deepdive.training.metrics import Pearson
from deepdive.training.scores.classes import ClassMetric
from deepdive.training.scores.functions import FunctionMetric
from deepdive.training.scores.numbers import R2, MeanAbsoluteError
from deepdive.training.scores.outside import OutsideMetric
from deepdive.training.scores.ranking import AUROC
from deepdive.training.sequences.metrics import EntityF1, Perplexity, TokenAccuracy
from deepdive.training.sequences.spans import SpanAccuracy

LOGITS = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.5, 0.0, 1.0], [9.0, 0.0, 1.0]])
LABELS = torch.tensor([0, 1, 0, 2])
OUTPUTS, TARGETS = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, 1.0, 0.0])
TAGS = ("O", "B-PER", "I-PER")
SEQUENCES = torch.eye(3)[torch.tensor([[1, 2, 0], [0, 1, 1]])]
SEQUENCE_TAGS = torch.tensor([[1, 2, 0], [0, 1, -100]])

ROWS = {
    Mean: ({}, OUTPUTS, TARGETS, 0.5, []),
    Accuracy: (
        {},
        LOGITS,
        LABELS,
        0.5,
        [
            (LOGITS, LABELS[:, None], r"targets must have shape \(4,\), got \(4, 1\)"),
            (LOGITS, LABELS[:1], r"targets must have shape \(4,\), got \(1,\)"),
            (LOGITS, LABELS.float(), r"targets must have the shape of outputs, \(4, 3\), got \(4,\)"),
            (LOGITS, LABELS.bool(), "targets must be integer or floating-point, got bool"),
            (LOGITS.long(), LABELS, "outputs must be floating-point, got int64"),
            (LOGITS[:, 0], LABELS, r"outputs must have shape \(n, classes, ...\)"),
            (LOGITS, LABELS.tolist(), "targets must be a tensor, got list"),
            (LOGITS[0, 0], LABELS[0], r"outputs must have shape \(n, classes, ...\)"),
        ],
    ),
    BinaryAccuracy: (
        {},
        OUTPUTS,
        TARGETS,
        1 / 3,
        [
            (OUTPUTS, TARGETS[:, None], r"targets must have the shape of outputs, \(3,\), got \(3, 1\)"),
            (OUTPUTS[:, None], TARGETS, r"targets must have the shape of outputs, \(3, 1\), got \(3,\)"),
            (OUTPUTS > 0, TARGETS, "outputs must be real, got bool"),
        ],
    ),
    MeanSquaredError: (
        {},
        OUTPUTS,
        TARGETS,
        (0.25 + 4 + 4) / 3,
        [
            (OUTPUTS[:, None], TARGETS, r"targets must have the shape of outputs, \(3, 1\), got \(3,\)"),
            (OUTPUTS, TARGETS[:1], "targets must have the shape of outputs"),
            (OUTPUTS > 0, TARGETS, "outputs must be real, got bool"),
            (OUTPUTS, TARGETS.bool(), "targets must be real, got bool"),
        ],
    ),
    MeanAbsoluteError: (
        {},
        OUTPUTS,
        TARGETS,
        (0.5 + 2 + 2) / 3,
        [
            (OUTPUTS[:, None], TARGETS, r"targets must have the shape of outputs, \(3, 1\), got \(3,\)"),
            (OUTPUTS > 0, TARGETS, "outputs must be real, got bool"),
        ],
    ),
    R2: (
        {},
        OUTPUTS,
        TARGETS,
        float(r2_score(TARGETS, OUTPUTS)),
        [
            (OUTPUTS[:, None], TARGETS, r"targets must have the shape of outputs, \(3, 1\), got \(3,\)"),
            (OUTPUTS, TARGETS.cfloat(), "targets must be real, got complex64"),
        ],
    ),
    Pearson: (
        {},
        OUTPUTS,
        TARGETS,
        float(pearsonr(OUTPUTS, TARGETS).statistic),
        [
            (OUTPUTS[:, None], TARGETS, r"targets must have the shape of outputs, \(3, 1\), got \(3,\)"),
            (OUTPUTS, TARGETS.cfloat(), "targets must be real, got complex64"),
        ],
    ),
    AUROC: (
        {},
        torch.tensor([0.9, 0.4, 0.4, 0.1]),
        torch.tensor([1, 1, 0, 0]),
        0.875,
        [
            (OUTPUTS, TARGETS[:, None], r"targets must have shape \(3,\), got \(3, 1\)"),
            (LOGITS, LABELS[:, None], r"targets must have shape \(4,\), got \(4, 1\)"),
            (LOGITS.long(), LABELS, "outputs must be floating-point, got int64"),
        ],
    ),
    Perplexity: (
        {},
        torch.tensor(2.0),
        torch.tensor([1, -100, 0]),
        np.exp(2),
        [
            (torch.ones(3), LABELS, r"outputs must have shape \(\), got \(3,\)"),
            (torch.tensor(1.0), LABELS.float(), "targets must be integer, got float32"),
        ],
    ),
    TokenAccuracy: (
        {"without": [0]},
        SEQUENCES,
        SEQUENCE_TAGS,
        1.0,
        [
            (SEQUENCES, SEQUENCE_TAGS[:, :1], r"outputs must have shape \(2, 1, classes\), got \(2, 3, 3\)"),
            (SEQUENCES, SEQUENCE_TAGS[..., None], r"outputs must have shape \(2, 3, 1, classes\)"),
            (SEQUENCES, SEQUENCE_TAGS.float(), "targets must be integer"),
        ],
    ),
    SpanAccuracy: (
        {},
        torch.tensor([[[3.0, 0.0], [0.0, 1.0], [1.0, 2.0]]] * 2),
        torch.tensor([[0, 2], [0, 1]]),
        0.5,
        [
            (torch.ones(2, 3, 2), torch.zeros(2, 1).long(), r"targets must have shape \(2, 2\), got \(2, 1\)"),
            (torch.ones(1, 3, 2), torch.zeros(2, 2).long(), r"targets must have shape \(1, 2\), got \(2, 2\)"),
            (torch.ones(2, 3), torch.zeros(2, 2).long(), r"outputs must have shape \(b, t, 2\), got \(2, 3\)"),
        ],
    ),
    EntityF1: (
        {"labels": TAGS},
        SEQUENCES,
        SEQUENCE_TAGS,
        1.0,
        [
            (SEQUENCES[..., :2], SEQUENCE_TAGS, r"outputs must have shape \(2, 3, 3\), got \(2, 3, 2\)"),
            (SEQUENCES[:1], SEQUENCE_TAGS, r"outputs must have shape \(2, 3, 3\), got \(1, 3, 3\)"),
            (SEQUENCES[0], SEQUENCE_TAGS[0], r"targets must have shape \(b, t\), got \(3,\)"),
        ],
    ),
}
pytestmark = pytest.mark.usefixtures("without_shape_checks")


def updated(metric, *batches):
    for outputs, targets in batches:
        metric.update(outputs, targets)
    return float(metric.compute())


def test_every_metric_has_a_row():
    for info in pkgutil.walk_packages(deepdive.training.__path__, "deepdive.training."):
        importlib.import_module(info.name)
    ours = {each for each in Metric.__subclasses__() if each.__module__.startswith("deepdive.")}
    assert ours - {ClassMetric, FunctionMetric, OutsideMetric} == ROWS.keys()  # of names, functions and objects


@pytest.mark.parametrize("kind", ROWS)
def test_a_right_update_gives_what_other_means_give(kind):
    options, outputs, targets, expected, _ = ROWS[kind]
    assert updated(kind(**options), (outputs, targets)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "outputs", "targets", "message"), [(kind, *bad) for kind, row in ROWS.items() for bad in row[4]]
)
def test_what_would_be_broadcast_is_refused(kind, outputs, targets, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        kind(**ROWS[kind][0]).update(outputs, targets)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Accuracy(0), "top must be at least 1, got 0"),
        (lambda: Accuracy(2.0), r"top must be an integer, got 2\.0"),
        (
            lambda: Accuracy(4).update(LOGITS, LABELS),
            r"outputs must have shape .* with 4 classes or more, got \(4, 3\)",
        ),
        (lambda: BinaryAccuracy(float("nan")), "threshold must be a number, got nan"),
        (lambda: TokenAccuracy("abc"), "without must be a sequence of integers, got the string 'abc'"),
        (lambda: EntityF1("O"), "labels must be a sequence of strings, got the string 'O'"),
        (lambda: EntityF1(["PER"]), "labels must be O, B-"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        make()


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int32, torch.int64])
def test_examples_to_be_ignored_do_not_count(dtype):
    """156 is what -100 would be in unsigned bytes: a class like any other there."""
    outputs = torch.zeros(3, 200)
    outputs[:, 156 if dtype != torch.int8 else 100] = 1
    truth = torch.tensor([156 if dtype != torch.int8 else 100, 1, -100 if dtype != torch.uint8 else 2]).to(dtype)
    expected = 1 / 3 if dtype == torch.uint8 else 1 / 2
    assert updated(Accuracy(), (outputs, truth)) == pytest.approx(expected)
    assert updated(Accuracy(top=2), (outputs, truth)) == pytest.approx(expected)


def test_ignored_examples_are_those_of_the_loss():
    targets = torch.tensor([0, -100, 0, 2])
    kept = targets != -100
    losses = (
        torch.nn.functional.cross_entropy(LOGITS, targets),
        torch.nn.functional.cross_entropy(LOGITS[kept], targets[kept]),
    )
    assert losses[0] == losses[1]
    assert updated(Accuracy(), (LOGITS, targets)) == updated(Accuracy(), (LOGITS[kept], targets[kept]))


def test_soft_truths_count_by_what_is_more_likely():
    assert updated(BinaryAccuracy(), (OUTPUTS, torch.tensor([0.7, 0.3, 0.2]))) == pytest.approx(2 / 3)
    assert updated(BinaryAccuracy(), (OUTPUTS, torch.tensor([True, False, False]))) == pytest.approx(2 / 3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_squares_of_half_precision_do_not_overflow(dtype):
    outputs = torch.full((1000,), 300.0, dtype=dtype)
    assert updated(MeanSquaredError(), (outputs, torch.zeros(1000, dtype=dtype))) == 300**2


def test_differences_of_bytes_do_not_wrap():
    low, high = torch.tensor([5], dtype=torch.uint8), torch.tensor([250], dtype=torch.uint8)
    assert updated(MeanSquaredError(), (low, high)) == 245**2
    assert updated(MeanSquaredError(), (torch.tensor([2**40]), torch.tensor([2**40 + 3]))) == 9


def test_a_mean_over_ten_million_numbers_is_right():
    outputs = torch.full((10_000_000,), 0.1)
    assert updated(MeanSquaredError(), (outputs, torch.zeros(1).expand(10_000_000))) == pytest.approx(0.01, rel=1e-5)


@pytest.mark.parametrize("mean", [0.0, 1e6, -1e9])
def test_the_correlation_of_large_numbers_is_scipys_whatever_the_batches(mean):
    generator = torch.Generator().manual_seed(0)
    o = torch.randn(100, generator=generator, dtype=torch.float64) + mean
    y = 0.3 * o + torch.randn(100, generator=generator, dtype=torch.float64)
    batches = zip(o.split([1, 9, 0, 40, 50]), y.split([1, 9, 0, 40, 50]), strict=True)
    assert updated(Pearson(), *batches) == pytest.approx(pearsonr(o, y).statistic, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8])
def test_equal_numbers_have_no_correlation(value):
    same = torch.full((7,), value)
    assert np.isnan(updated(Pearson(), (same[:3], OUTPUTS), (same, torch.arange(7.0))))
    assert np.isnan(updated(Pearson(), (torch.arange(7.0), same)))


def test_an_update_compiles_whole():
    def step(outputs, targets):
        metric.update(outputs, targets)
        return outputs.sum()

    metric = Accuracy()
    torch.compile(step, backend="eager", fullgraph=True)(LOGITS, LABELS)
    assert float(metric.compute()) == 0.5


@pytest.mark.parametrize(
    ("values", "weight", "error", "message"),
    [
        (torch.ones(2), torch.tensor([2.0, 1.0]), ValueError, r"weight must have shape \(\), got \(2,\)"),
        (torch.ones(2), torch.tensor([2.0]), ValueError, r"weight must have shape \(\), got \(1,\)"),
        (torch.ones(2), torch.tensor(1j), TypeError, "weight must be real, got complex64"),
        (torch.ones(2), -1.0, ValueError, r"weight must be at least 0, got -1\.0"),
        (torch.ones(2), float("nan"), ValueError, "weight must be a number, got nan"),
        (torch.ones(2), None, TypeError, "weight must be a number, got None"),
        (torch.tensor([1, 2]), 1.0, TypeError, "outputs must be floating-point, got int64"),
        (torch.tensor([1j]), torch.tensor(1.0), TypeError, "outputs must be floating-point, got complex64"),
    ],
)
def test_a_mean_refuses_values_and_weights_that_are_none(values, weight, error, message):
    metric = Mean()
    metric.update(torch.tensor([1.0, 4.0]), torch.ones(2), torch.tensor(3))
    with pytest.raises(error, match=message):
        metric.update(values, torch.ones(2), weight)
    assert (metric.total.item(), metric.weight.item()) == (15, 6), "what was refused is not added"
