import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive import scratch


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.data())
def test_flatten_is_torchs(shape, data):
    start = data.draw(st.integers(0, len(shape) - 1))
    end = data.draw(st.integers(start, len(shape) - 1)) - data.draw(st.sampled_from([0, len(shape)]))
    x = torch.zeros(shape)
    assert scratch.Flatten(start, end)(x).shape == torch.flatten(x, start, end).shape


@pytest.mark.parametrize(("start", "end", "words"), [(2, 1, "start_dim=2 to end_dim=1"), (3, -1, "start_dim=3")])
def test_dimensions_that_are_not_there_are_refused(start, end, words):
    with pytest.raises(ValueError, match=words):
        scratch.Flatten(start, end)(torch.zeros(2, 3, 4))
