import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.design_spaces import ErrorDistribution, complexity_weights

errors = st.lists(st.sampled_from([i / 50 for i in range(51)]), min_size=1, max_size=30)
weighted = errors.flatmap(
    lambda found: st.tuples(st.just(found), st.lists(st.integers(1, 5), min_size=len(found), max_size=len(found)))
)


@given(weighted, st.floats(-0.5, 1.5))
def test_it_is_the_weight_of_what_lies_below(sample, e):
    values, weights = sample
    found = ErrorDistribution(torch.tensor(values), torch.tensor(weights))(torch.tensor([e, min(values)]))
    exact = torch.tensor(values).double()  # as single precision holds them
    expected = sum(w for value, w in zip(exact.tolist(), weights, strict=True) if value < torch.tensor(e).double())
    assert found.tolist() == pytest.approx([expected / sum(weights), 0.0])


@given(errors)
def test_it_is_scipys_ecdf_from_the_left(values):
    F = ErrorDistribution(torch.tensor(values, dtype=torch.float64))
    theirs = scipy.stats.ecdf(values).cdf
    e = np.linspace(0, 1, 173) + 1e-4  # none of them is an error
    np.testing.assert_allclose(F(torch.from_numpy(e)).numpy(), theirs.evaluate(e), atol=1e-12)


@given(weighted)
def test_summaries_are_numpys(sample):
    values, weights = sample
    F = ErrorDistribution(torch.tensor(values, dtype=torch.float64), torch.tensor(weights))
    repeated = np.repeat(values, weights)
    assert F.mean == pytest.approx(repeated.mean())
    assert F.minimum == repeated.min()
    assert F.median == np.quantile(repeated, 0.5, method="inverted_cdf")


@given(weighted, st.floats(0, 2))
def test_the_area_is_the_integral(sample, end):
    values, weights = sample
    F = ErrorDistribution(torch.tensor(values, dtype=torch.float64), torch.tensor(weights))
    points = torch.cat([F.errors[F.errors < end], torch.tensor([0.0, end], dtype=torch.float64)]).sort().values
    middles = (points[1:] + points[:-1]) / 2
    assert F.area(end) == pytest.approx(float(F(middles) @ points.diff()), abs=1e-12)
    assert F.area(2.0) == pytest.approx(2.0 - F.mean)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(1, 8))
def test_every_bin_weighs_the_same(complexity, bins):
    c = torch.tensor(complexity, dtype=torch.float64)
    weights = complexity_weights(c, bins)
    assert float(weights.sum()) == pytest.approx(1)
    span = (c.max() - c.min()) or 1.0
    found = ((c - c.min()) / span * bins).long().clamp(max=bins - 1)
    sums = [float(weights[found == bin].sum()) for bin in found.unique()]
    assert sums == pytest.approx([1 / len(sums)] * len(sums))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ErrorDistribution(torch.tensor([])), r"errors must not be empty, got shape \(0,\)"),
        (lambda: ErrorDistribution(torch.tensor([0.5, float("nan")])), r"errors must be finite, got nan at \[1\]"),
        (lambda: ErrorDistribution(torch.ones(2), torch.ones(3)), r"weights must have shape \(n=2,\), got \(3,\)"),
        (
            lambda: ErrorDistribution(torch.ones(2), torch.tensor([1, -1])),
            r"weights must be from 0 up, got -1 at \[1\]",
        ),
        (lambda: ErrorDistribution(torch.ones(2), torch.zeros(2)), "weights must not all be 0, got 2 zeros"),
        (lambda: complexity_weights(torch.ones(3), 0), "bins must be at least 1, got 0"),
        (lambda: complexity_weights(torch.ones(0)), r"complexity must not be empty, got shape \(0,\)"),
    ],
)
def test_what_is_no_distribution_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
