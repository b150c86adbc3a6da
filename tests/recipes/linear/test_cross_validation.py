import numpy as np
import pytest
import torch

from deepdive.algorithms.regression import polynomial_features
from deepdive.data.splits import k_fold
from deepdive.recipes.linear.cross_validation import CrossValidation, cross_validation

FOLDS = 5


def rows(n, truth, noise, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, generator=generator, dtype=torch.float64)
    return x, truth(x) + noise * torch.randn(n, generator=generator, dtype=torch.float64)


def test_errors_are_those_of_numpys_polyfit():
    x, y = rows(32, torch.square, 0.1)
    found = cross_validation(x, y, max_degree=4, folds=FOLDS)
    a, b = x.numpy(), y.numpy()
    parts = [(kept.numpy(), held.numpy()) for kept, held in k_fold(len(x), FOLDS)]
    for degree in (1, 2, 3, 4):
        fits = [np.polyfit(a[kept], b[kept], degree) for kept, _ in parts]
        inside = [np.square(b[kept] - np.polyval(fit, a[kept])) for (kept, _), fit in zip(parts, fits, strict=True)]
        outside = [np.square(b[held] - np.polyval(fit, a[held])) for (_, held), fit in zip(parts, fits, strict=True)]
        assert found.train[degree - 1] == pytest.approx(np.concatenate(inside).mean(), rel=1e-6)
        assert found.validation[degree - 1] == pytest.approx(np.concatenate(outside).mean(), rel=1e-6)
        spread = np.std([part.mean() for part in outside], ddof=1) / FOLDS**0.5
        assert found.standard_error[degree - 1] == pytest.approx(spread, rel=1e-6)
    assert found.chosen == 2
    assert found.train == sorted(found.train, reverse=True)


def test_the_lowest_degree_within_one_standard_error_is_chosen():
    found = CrossValidation([], validation=[9.0, 2.0, 1.2, 1.0, 1.1], standard_error=[1.0, 0.5, 0.1, 0.3, 0.2])
    assert found.best == 4
    assert found.limit == 1.3
    assert found.chosen == 3
    alone = CrossValidation([], validation=[9.0, 2.0, 1.2, 1.0, 1.1], standard_error=[0.0] * 5)
    assert alone.chosen == alone.best == 4


def test_the_true_degree_is_found_more_often_than_by_the_smallest_error():
    truth = torch.tensor([1.2, -3.4, 5.6], dtype=torch.float64)
    found = []
    for seed in range(12):
        x, y = rows(100, lambda x: polynomial_features(x, 3) @ truth + 5, 0.1, seed)
        found.append(cross_validation(x, y, max_degree=6, folds=FOLDS, seed=seed))
    assert {each.chosen for each in found} <= {3, 4}
    assert sum(each.chosen == 3 for each in found) >= 10 > sum(each.best == 3 for each in found)


def test_folds_are_checked():
    x, y = rows(4, torch.square, 0.1)
    with pytest.raises(ValueError, match="folds must be at least 2 and at most the number of rows, 4, got 5"):
        cross_validation(x, y, max_degree=2, folds=5)
