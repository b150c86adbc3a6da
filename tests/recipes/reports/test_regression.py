"""The sections of a regression's report, in the unit of the target."""

import math
import re

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from deepdive.recipes.reports import Fold, NumberEvaluation


def evaluation(true, predicted, **words):
    true = torch.as_tensor(true, dtype=torch.float64)
    words = {"folds": [Fold(true, true)], "name": "price <$>"} | words
    return NumberEvaluation(true=true, predicted=torch.as_tensor(predicted, dtype=torch.float64), **words)


def test_errors_are_scikit_learns():
    generator = np.random.default_rng(0)
    true, predicted = generator.normal(5, 3, (2, 50))
    found = evaluation(true, predicted).measures()
    assert found["test_mae"] == pytest.approx(mean_absolute_error(true, predicted))
    assert found["test_rmse"] == pytest.approx(root_mean_squared_error(true, predicted))
    assert found["test_r2"] == pytest.approx(r2_score(true, predicted))


def test_of_logarithms_there_is_an_error_of_their_own():
    found = evaluation([math.e - 1, -3.0], [math.e**2 - 1, -3.0], log=True, scale=2.0)
    assert found.measures()["test_log_rmse"] == pytest.approx(math.sqrt(0.5))
    told = " ".join(found.explained())
    assert "log_rmse is in the unit of the logarithm of 'price <$>': it is 2 times the root" in told
    assert "about 10 %" in told


def test_the_largest_errors_come_first_with_what_is_known_of_them():
    found = evaluation([1.0, 2.0, 3.0], [1.5, 2.0, -3.0], describe=lambda i: {"row": i + 1})
    errors, largest = found.sections()
    cells = re.findall(r"<td.*?>(.*?)</td>", largest.html)
    assert cells[:4] == ["3.0000", "-3.0000", "-6.0000", "3"]
    assert "price &lt;$&gt;" in errors.html
    assert "<$>" not in errors.html


def test_the_spread_of_the_target_is_the_root_of_its_mean_squared_deviation():
    true = [1.0, 2.0, 4.0, 9.0]
    errors, _ = evaluation(true, true).sections()
    assert f"whose standard deviation here is {np.std(true):.4g};" in errors.html
    assert f"{np.std(true, ddof=1):.4g}" not in errors.html
    mean = evaluation(true, [np.mean(true)] * 4).measures()  # the error of the mean is that spread
    assert mean["test_rmse"] == pytest.approx(np.std(true))


def test_what_is_not_finite_is_said_and_stands_first():
    found = evaluation([1.0, 2.0, 3.0], [1.0, math.nan, math.inf])
    errors, largest = found.sections()
    assert "2 predictions are not finite" in errors.html
    assert re.findall(r"<td.*?>(.*?)</td>", largest.html)[1] == "nan"
    assert math.isnan(found.measures()["test_rmse"])


def test_an_empty_part_is_said():
    found = evaluation([], [])
    assert [section.title for section in found.sections()] == ["Errors"]
    assert found.measures() == {}
    assert found.baselines(fitted=True).entries == ()


def test_of_several_outputs_each_is_named():
    found = evaluation([1.0, 2.0], [1.0, 2.5], output="age", part="val")
    assert set(found.measures()) == {"val_age_mae", "val_age_rmse", "val_age_r2"}
    assert [section.title for section in found.sections()] == ["Errors: age", "Largest errors: age"]
