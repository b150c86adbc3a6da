import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.evaluation import (
    INTERVALS,
    clopper_pearson_interval,
    hoeffding_interval,
    wald_interval,
    wilson_interval,
)

counts = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@settings(max_examples=50)
@given(counts, levels)
def test_wilson_and_clopper_pearson_are_scipys(count, confidence):
    k, n = count
    test = scipy.stats.binomtest(k, n)
    for ours, method in ((wilson_interval, "wilson"), (clopper_pearson_interval, "exact")):
        expected = test.proportion_ci(confidence, method)
        found = ours(k, n, confidence)
        np.testing.assert_allclose([float(end) for end in found], [expected.low, expected.high], atol=1e-9)


@given(counts, levels)
def test_wald_is_the_normal_interval_clipped(count, confidence):
    k, n = count
    p = k / n
    e = scipy.stats.norm.ppf((1 + confidence) / 2) * math.sqrt(p * (1 - p) / n)
    found = [float(end) for end in wald_interval(k, n, confidence)]
    np.testing.assert_allclose(found, np.clip([p - e, p + e], 0, 1), atol=1e-12)


@given(counts, levels)
def test_hoeffdings_ends_make_the_bound_equal_to_delta(count, confidence):
    k, n = count
    lower, upper = (float(end) for end in hoeffding_interval(k, n, confidence))
    for end, inside in ((lower, lower > 0), (upper, upper < 1)):
        if inside:
            assert 2 * math.exp(-2 * n * (end - k / n) ** 2) == pytest.approx(1 - confidence, rel=1e-6)


@settings(max_examples=20)
@given(counts, levels)
def test_every_interval_holds_the_estimate_and_grows_with_confidence(count, confidence):
    k, n = count
    for interval in INTERVALS.values():
        found, wider = interval(k, n, confidence), interval(k, n, (1 + confidence) / 2)
        assert 0 <= found.lower <= k / n + 1e-12
        assert k / n - 1e-12 <= found.upper <= 1
        assert wider.lower <= found.lower
        assert wider.upper >= found.upper


def test_many_test_sets_are_one_tensor():
    k = torch.arange(0, 101, 4)
    for interval in INTERVALS.values():
        many = interval(k, 100, 0.9)
        alone = [interval(int(one), 100, 0.9) for one in k]
        torch.testing.assert_close(many.lower, torch.stack([one.lower for one in alone]), rtol=0, atol=1e-11)
        torch.testing.assert_close(many.upper, torch.stack([one.upper for one in alone]), rtol=0, atol=1e-11)


def test_all_wrong_and_all_right_have_an_end_at_the_border():
    for interval in (wilson_interval, clopper_pearson_interval):
        assert interval(0, 20).lower == 0
        assert interval(20, 20).upper == 1
    assert float(clopper_pearson_interval(0, 20).upper) == pytest.approx(1 - 0.025 ** (1 / 20))  # the closed form
    assert wald_interval(20, 20).width == 0, "its known weakness"


@given(counts, levels)
def test_at_the_ends_of_clopper_and_pearson_each_tail_has_half_of_delta(count, confidence):
    k, n = count
    lower, upper = (float(end) for end in clopper_pearson_interval(k, n, confidence))
    half = (1 - confidence) / 2
    assert (scipy.stats.binom.sf(k - 1, n, lower) if k else half) == pytest.approx(half, rel=1e-8)
    assert (scipy.stats.binom.cdf(k, n, upper) if k < n else half) == pytest.approx(half, rel=1e-8)


@pytest.mark.parametrize("interval", INTERVALS.values(), ids=INTERVALS)
@pytest.mark.parametrize(
    ("k", "n", "confidence", "message"),
    [
        (3, 0, 0.95, "n must be at least 1, got 0"),
        (11, 10, 0.95, r"correct must be in \[0, 10\], the number of examples, got 11"),
        (torch.tensor([1, -2]), 10, 0.95, r"correct must be in \[0, 10\], .* got -2"),
        (3, 10, 1.0, "confidence must be between 0 and 1, exclusive, got 1"),
    ],
)
def test_what_makes_no_sense_is_refused(interval, k, n, confidence, message):
    with pytest.raises(ValueError, match=message):
        interval(k, n, confidence)


@pytest.mark.parametrize("interval", INTERVALS.values(), ids=INTERVALS)
def test_half_an_example_is_no_count(interval):
    for count in (2.5, torch.tensor(2.5), torch.tensor([1.0, 2.5, 3.5])):
        with pytest.raises(ValueError, match=r"correct must be a whole number of examples, got 2\.5"):
            interval(count, 10)
    shares = torch.arange(0, 30, dtype=torch.float64) / 29  # times n they are whole but for a rounding
    for end, whole in zip(interval(shares * 29, 29), interval(torch.arange(30), 29), strict=True):
        assert torch.equal(end, whole)
