import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.evaluation import reliability


def brute_force(confidence, correct, bins):
    """The equation, prediction by prediction; the edges belong to the bin below them."""
    held = [[] for _ in range(bins)]
    for p, right in zip(confidence, correct, strict=True):
        place = 0
        while p > (place + 1) / bins and place < bins - 1:
            place += 1
        held[place].append((p, right))
    error = 0.0
    for each in filter(None, held):
        mean = sum(p for p, _ in each) / len(each)
        accuracy = sum(right for _, right in each) / len(each)
        error += len(each) / len(confidence) * abs(accuracy - mean)
    return [len(each) for each in held], error


predictions = st.lists(st.tuples(st.sampled_from([0, 0.1, 0.3, 0.30001, 0.7, 0.95, 1.0]), st.booleans()), min_size=1)


@given(predictions, st.integers(1, 12))
def test_it_is_the_brute_force_form(pairs, bins):
    confidence, correct = zip(*pairs, strict=True)
    found = reliability(torch.tensor(confidence, dtype=torch.float64), torch.tensor(correct), bins)
    counts, error = brute_force(confidence, correct, bins)
    assert found.counts.tolist() == counts
    assert found.error == pytest.approx(error, abs=1e-12)


def test_single_precision_falls_into_the_same_bins():
    confidence = [i / 10 for i in range(11)]
    correct = torch.ones(11, dtype=torch.bool)
    single = reliability(torch.tensor(confidence), correct)
    double = reliability(torch.tensor(confidence, dtype=torch.float64), correct)
    assert single.counts.tolist() == double.counts.tolist() == [2, *[1] * 9]


def test_perfect_and_worst():
    sure = torch.ones(4)
    assert reliability(sure, torch.ones(4, dtype=torch.bool)).error == 0
    assert reliability(sure, torch.zeros(4, dtype=torch.bool)).error == 1


def test_empty_bins_are_unknown_and_nothing_has_no_error():
    found = reliability(torch.tensor([0.95]), torch.tensor([True]))
    assert found.accuracy.isnan().tolist() == [*[True] * 9, False]
    assert math.isnan(reliability(torch.zeros(0), torch.zeros(0, dtype=torch.bool)).error)
