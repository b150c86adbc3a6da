from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.attention import attention_rollout


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator).softmax(dim=-1)


@given(
    depth=st.integers(1, 3),
    heads=st.integers(1, 3),
    tokens=st.integers(1, 4),
    residual=st.floats(0, 1),
    seed=st.integers(0, 99),
)
@settings(max_examples=40)
def test_it_sums_over_all_paths_through_the_layers(depth, heads, tokens, residual, seed):
    weights = drawn(depth, heads, tokens, tokens, seed=seed)
    found = attention_rollout(weights, residual=residual)
    for last, first in product(range(tokens), repeat=2):
        total = 0.0
        for between in product(range(tokens), repeat=depth - 1):
            path = (first, *between, last)  # from the input up
            share = 1.0
            for layer, (source, target) in enumerate(pairwise(path)):
                seen = sum(float(weights[layer, head, target, source]) for head in range(heads)) / heads
                share *= (1 - residual) * seen + residual * (source == target)
            total += share
        assert float(found[last, first]) == pytest.approx(total, abs=1e-12)


def test_rows_sum_to_one_and_batches_stay_apart():
    weights = drawn(3, 5, 2, 4, 4)
    found = attention_rollout(weights)
    assert found.shape == (5, 4, 4)
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(5, 4, dtype=torch.float64))
    for i in range(5):
        torch.testing.assert_close(found[i], attention_rollout(weights[:, i]))


def test_what_only_goes_around_stays_where_it_is():
    torch.testing.assert_close(attention_rollout(drawn(3, 2, 4, 4), residual=1.0), torch.eye(4, dtype=torch.float64))


@pytest.mark.parametrize(
    ("depth", "residual", "message"),
    [
        (2, 1.5, "residual must be from 0 to 1, got 1.5"),
        (2, -0.1, "residual must be from 0 to 1, got -0.1"),
        (0, 0.5, "weights has no layer; there must be at least 1"),
    ],
)
def test_what_cannot_be_is_named(depth, residual, message):
    with pytest.raises(ValueError, match=message):
        attention_rollout(torch.zeros(depth, 2, 3, 3), residual=residual)
