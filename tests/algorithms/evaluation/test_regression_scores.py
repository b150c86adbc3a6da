import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from deepdive.algorithms.evaluation import regression_scores

number = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(number, number), min_size=2, max_size=30))
def test_they_are_scikit_learns(pairs):
    predicted, true = (torch.tensor(side, dtype=torch.float64) for side in zip(*pairs, strict=True))
    found = regression_scores(predicted, true)
    assert found.mae == pytest.approx(mean_absolute_error(true, predicted), rel=1e-9, abs=1e-12)
    assert found.rmse == pytest.approx(root_mean_squared_error(true, predicted), rel=1e-9, abs=1e-12)
    if float(true.std()) > 1e-3:
        assert found.r2 == pytest.approx(r2_score(true, predicted), rel=1e-6, abs=1e-9)


def test_predicted_and_true_are_told_apart():
    assert regression_scores(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 3.0])).r2 == -4


def test_without_spread_r2_is_unknown_and_of_nothing_everything():
    assert math.isnan(regression_scores(torch.tensor([0.1, 0.3]), torch.tensor([0.1, 0.1])).r2)
    assert all(map(math.isnan, regression_scores(torch.zeros(0), torch.zeros(0))))


def test_a_prediction_that_is_no_number_is_not_passed_over():
    assert math.isnan(regression_scores(torch.tensor([1.0, math.nan]), torch.tensor([1.0, 2.0])).rmse)
