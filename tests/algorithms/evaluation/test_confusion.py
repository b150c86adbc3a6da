import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearns

from deepdive.algorithms.evaluation import confusion_matrix


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50))
def test_it_is_scikit_learns(pairs):
    predicted, true = (torch.tensor(side) for side in zip(*pairs, strict=True))
    np.testing.assert_array_equal(confusion_matrix(predicted, true, 5), sklearns(true, predicted, labels=range(5)))


def test_nothing_gives_zeros():
    empty = torch.empty(0, dtype=torch.long)
    assert confusion_matrix(empty, empty, 3).sum() == 0


def test_classes_out_of_range_and_other_lengths_are_refused():
    with pytest.raises(ValueError, match=r"true must be from 0 to 2, got 3 at \[1\]"):
        confusion_matrix(torch.tensor([0, 1]), torch.tensor([0, 3]), 3)
    with pytest.raises(ValueError, match=r"predicted must be from 0 to 2, got -1 at \[1\]"):
        confusion_matrix(torch.tensor([0, -1]), torch.tensor([0, 2]), 3)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_lengths_are_refused():
    with pytest.raises(ValueError, match=r"true must have shape \(n=1,\), got \(2,\)"):
        confusion_matrix(torch.tensor([0]), torch.tensor([0, 2]), 3)
