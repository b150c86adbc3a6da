import warnings

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deepdive.algorithms.design_spaces import ErrorDistribution, area_gain, kolmogorov_smirnov


def distribution(values, weights=None):
    return ErrorDistribution(torch.as_tensor(values, dtype=torch.float64), weights)


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(-0.5, 0.5), st.booleans(), st.integers(0, 1000))
def test_kolmogorov_smirnov_is_scipys(m, n, shift, ties, seed):
    generator = np.random.default_rng(seed)
    a, b = generator.random(m), generator.random(n) + shift
    if ties:
        a, b = a.round(1), b.round(1)
    with warnings.catch_warnings(record=True) as given_up:
        warnings.simplefilter("always")
        expected = scipy.stats.ks_2samp(a, b, method="exact")
    assume(not given_up)  # SciPy falls back to the asymptotic value for some samples with ties
    found = kolmogorov_smirnov(distribution(a), distribution(b))
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)


def test_equal_samples_do_not_differ():
    found = kolmogorov_smirnov(distribution([0.1, 0.2]), distribution([0.2, 0.1]))
    assert found == (0.0, 1.0)


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_the_gain_is_the_area_between_the_curves(before, after):
    F, G = distribution(before), distribution(after)
    gain = area_gain(F, G, draws=10)
    assert gain.value == pytest.approx(G.area(1.0) - F.area(1.0), abs=1e-12)


def test_the_interval_is_scipys():
    generator = np.random.default_rng(0)
    before, after = generator.gamma(3, 0.1, 40), generator.gamma(3, 0.08, 25)
    expected = scipy.stats.bootstrap(
        (before, after),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        method="percentile",
        n_resamples=10_000,
        rng=generator,
    ).confidence_interval
    gain = area_gain(distribution(before), distribution(after))
    spread = expected.high - expected.low
    assert gain.lower == pytest.approx(expected.low, abs=0.04 * spread)
    assert gain.upper == pytest.approx(expected.high, abs=0.04 * spread)
    assert gain.lower < gain.value < gain.upper
    assert area_gain(distribution(before), distribution(after), seed=0) == gain


def test_weights_count_in_the_gain():
    weights = torch.tensor([3.0, 1.0, 0.0])
    gain = area_gain(distribution([0.1, 0.5, 9.0], weights), distribution([0.1]), draws=500)
    assert gain.value == pytest.approx(0.1)
    assert gain.upper <= 0.4 + 1e-12  # an error without weight is never seen


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"confidence": 1.0}, "confidence must be above 0 and below 1, got 1.0"),
        ({"draws": 0}, "draws must be at least 1, got 0"),
    ],
)
def test_numbers_out_of_range_are_named(words, match):
    with pytest.raises(ValueError, match=match):
        area_gain(distribution([0.1]), distribution([0.2]), **words)
