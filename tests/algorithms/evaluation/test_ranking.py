"""The area under the ROC curve against scikit-learn, and against all pairs."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from deepdive.algorithms.evaluation import auroc


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=40))
def test_it_is_the_fraction_of_pairs_in_order(examples):
    scores = torch.tensor([float(score) for score, _ in examples])
    positive = torch.tensor([is_so for _, is_so in examples])
    pairs = scores[positive][:, None] - scores[~positive]
    expected = ((pairs > 0).double() + (pairs == 0).double() / 2).mean()  # NaN of no pairs
    torch.testing.assert_close(auroc(scores, positive), expected, equal_nan=True)


@pytest.mark.parametrize("n", [2, 50, 3001])
def test_it_is_that_of_scikit_learn(n):
    draw = np.random.default_rng(n)
    scores = draw.normal(size=(n, 3)).round(1)
    positive = draw.random((n, 3)) < 0.3
    positive[0], positive[1] = True, False
    found = auroc(torch.from_numpy(scores), torch.from_numpy(positive))
    assert found.tolist() == pytest.approx([roc_auc_score(positive[:, k], scores[:, k]) for k in range(3)])


def test_of_nothing_and_of_nan_there_is_none():
    assert auroc(torch.zeros(0), torch.zeros(0, dtype=torch.bool)).isnan()
    assert auroc(torch.ones(3), torch.ones(3, dtype=torch.bool)).isnan()
    scores = torch.tensor([[0.1, torch.nan], [0.2, 0.3]])
    assert auroc(scores, torch.tensor([[False, False], [True, True]])).isnan().tolist() == [False, True]
