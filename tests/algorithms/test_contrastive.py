import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.contrastive import contrastive_loss

PAIRS = st.lists(st.tuples(st.floats(0, 5), st.sampled_from([0.0, 1.0])), min_size=1, max_size=9)


@given(pairs=PAIRS, margin=st.floats(0.1, 3))
def test_it_is_the_papers_sum(pairs, margin):
    expected = sum((1 - y) * d**2 / 2 + y * max(0, margin - d) ** 2 / 2 for d, y in pairs) / len(pairs)
    distance, different = torch.tensor(pairs, dtype=torch.float64).T
    assert contrastive_loss(distance, different, margin).item() == pytest.approx(expected)


def test_pairs_alike_are_pulled_and_others_pushed_up_to_the_margin():
    distance = torch.tensor([0.4, 0.4, 1.5], requires_grad=True)
    contrastive_loss(distance, torch.tensor([0.0, 1.0, 1.0]), 1.0).backward()
    torch.testing.assert_close(distance.grad, torch.tensor([0.4, -0.6, 0.0]) / 3)


def test_a_margin_of_nothing_is_refused():
    with pytest.raises(ValueError, match="margin must be above 0, got 0"):
        contrastive_loss(torch.ones(1), torch.ones(1), 0)
