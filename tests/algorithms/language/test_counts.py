from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.language import ngram_counts

IDS = st.lists(st.integers(0, 4) | st.just(2**62), min_size=1, max_size=80)


@given(IDS, st.integers(1, 6))
def test_they_are_those_of_counting_windows(ids, n):
    if n > len(ids):
        return
    found = ngram_counts(torch.tensor(ids), n)
    expected = Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1))
    rows = [tuple(row) for row in found.ngrams.tolist()]
    assert found.ngrams.shape == (len(expected), n)
    assert dict(zip(rows, found.counts.tolist(), strict=True)) == expected
    assert rows == sorted(expected, key=lambda row: (-expected[row], row))


@pytest.mark.parametrize(
    ("ids", "n", "message"),
    [
        ([1, 2], 0, "n must be at least 1 and at most the number of tokens, 2, got 0"),
        ([1, 2], 3, "n must be at least 1 and at most the number of tokens, 2, got 3"),
        ([], 1, "n must be at least 1 and at most the number of tokens, 0, got 1"),
        ([1, -2], 1, r"ids must be from 0 up, got -2 at \[1\]"),
    ],
)
def test_bad_arguments(ids, n, message):
    with pytest.raises(ValueError, match=message):
        ngram_counts(torch.tensor(ids, dtype=torch.int64), n)
