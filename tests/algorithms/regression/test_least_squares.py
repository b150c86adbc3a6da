import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, Ridge

from deepdive.algorithms.regression import SingularMatrixError, descent_limit, least_squares, ridge


def rows(n=60, d=4, seed=0, scales=(1.0,)):
    """Features in units of ``scales`` that matter about as much as each other."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator, dtype=torch.float64) + 3
    y = x @ torch.arange(1.0, d + 1).double() - 5 + torch.randn(n, generator=generator, dtype=torch.float64)
    return x * torch.tensor(scales).double(), y


def diabetes():
    x, y = load_diabetes(return_X_y=True, scaled=False)
    return torch.from_numpy(x), torch.from_numpy(y)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 6).flatmap(lambda d: st.tuples(st.just(d), st.integers(d + 2, 60))),
    st.integers(0, 99),
    st.booleans(),
)
def test_the_closed_form_is_numpys_and_scikit_learns(shape, seed, intercept):
    d, n = shape
    x, y = rows(n, d, seed)
    fit = least_squares(x, y, intercept=intercept, method="normal")
    design = np.column_stack([x, np.ones(n)]) if intercept else x.numpy()
    solution = np.linalg.lstsq(design, y.numpy(), rcond=None)[0]
    np.testing.assert_allclose(fit.weight, solution[:d], rtol=1e-7, atol=1e-7)
    theirs = LinearRegression(fit_intercept=intercept).fit(x, y)
    np.testing.assert_allclose(fit.predict(x), theirs.predict(x), rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(float(fit.bias), theirs.intercept_, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("scales", [(1.0, 1.0, 1.0, 1.0), (100.0, 0.01, 10.0, 1.0)])
def test_closed_form_descent_and_scikit_learn_agree_whatever_the_units(scales):
    x, y = rows(200, 4, 3, scales)
    closed, theirs = least_squares(x, y), LinearRegression().fit(x, y)
    limit = descent_limit(x, y)
    assert closed.method == "normal equation"
    assert limit.method == "gradient descent"
    assert limit.steps > 1
    for weight, bias in ((limit.weight, limit.bias), (torch.from_numpy(theirs.coef_), theirs.intercept_)):
        torch.testing.assert_close(closed.weight, weight, rtol=1e-7, atol=0)
        assert float(closed.bias) == pytest.approx(float(bias), rel=1e-7)


def test_the_real_diabetes_table():
    x, y = diabetes()
    theirs = LinearRegression().fit(x, y)
    for fit in (least_squares(x, y), least_squares(x, y, method="minimum-norm"), descent_limit(x, y)):
        np.testing.assert_allclose(fit.weight, theirs.coef_, rtol=1e-6)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", [0.1, 10])
def test_ridge_is_scikit_learns(penalty, intercept):
    x, y = diabetes()
    fit, theirs = ridge(x, y, penalty, intercept=intercept), Ridge(penalty, fit_intercept=intercept).fit(x, y)
    np.testing.assert_allclose(fit.weight, theirs.coef_, rtol=1e-7)
    assert float(fit.bias) == pytest.approx(float(theirs.intercept_), rel=1e-7, abs=1e-12)


def test_ridge_has_an_answer_where_the_normal_equation_has_none():
    x, y = rows(3, 5)
    theirs = Ridge(0.5).fit(x, y)
    np.testing.assert_allclose(ridge(x, y, 0.5).weight, theirs.coef_, rtol=1e-7)


def test_single_precision_rows_are_solved_in_double():
    x, y = rows()
    fit = least_squares(x.float(), y.float())
    assert fit.weight.dtype == torch.float64
    assert fit.predict(x.float()).dtype == torch.float64


def twice_the_same():
    x, y = rows(30, 3)
    return torch.cat([x, 2 * x[:, :1] - x[:, 1:2]], dim=1), y


def test_a_singular_normal_equation_is_refused():
    x, y = twice_the_same()
    with pytest.raises(SingularMatrixError, match="singular: of 4 features 3 are independent in 30 rows; leave"):
        least_squares(x, y, method="normal")


def test_it_falls_back_aloud():
    x, y = twice_the_same()
    with pytest.warns(UserWarning, match="normal equation is singular: .*taking the least-squares solution"):
        fit = least_squares(x, y)
    assert fit.method == "minimum norm"
    best = LinearRegression().fit(x, y).predict(x)
    np.testing.assert_allclose(fit.predict(x), best, rtol=1e-8)


@pytest.mark.parametrize("constant", [0.0, 7.0])
def test_a_constant_feature_is_the_intercepts(constant):
    x, y = rows(30, 2)
    x = torch.cat([x, torch.full((30, 1), constant).double()], dim=1)
    with pytest.warns(UserWarning, match="of 3 features 2 are independent"):
        fit = least_squares(x, y)
    assert fit.weight[2] == 0


def test_fewer_rows_than_features():
    x, y = rows(3, 5)
    with pytest.warns(UserWarning, match="of 5 features 2 are independent in 3 rows"):
        fit = least_squares(x, y)
    torch.testing.assert_close(fit.predict(x), y)


@pytest.mark.parametrize("solve", [least_squares, descent_limit, lambda x, y: ridge(x, y, 1.0)])
def test_bad_rows_are_named(solve, without_shape_checks):
    x, y = rows(5, 2)
    broken = x.clone()
    broken[3, 1] = float("nan")
    with pytest.raises(ValueError, match=r"features must be finite, got nan at \[3, 1\]"):
        solve(broken, y)
    with pytest.raises(ValueError, match=r"targets must be finite, got inf at \[0\]"):
        solve(x, y / 0)
    with pytest.raises(ValueError, match=r"targets must have shape \(rows=5,\), got \(4,\)"):
        solve(x, y[:4])
    with pytest.raises(ValueError, match=r"features must have shape \(rows, features\), got \(5,\)"):
        solve(x[:, 0], y)
    with pytest.raises(ValueError, match=r"targets must have shape \(rows=5,\), got \(5, 1\)"):
        solve(x, y[:, None])
    with pytest.raises(ValueError, match=r"features must not be empty, got shape \(0, 2\)"):
        solve(x[:0], y[:0])
    with pytest.raises(TypeError, match=r"features must be a floating-point tensor, got int64 of shape \(5, 2\)"):
        solve(x.long(), y)


def test_bad_options_are_named(without_shape_checks):
    x, y = rows()
    with pytest.raises(ValueError, match="method must be 'auto' or 'normal' or 'minimum-norm', got 'qr'"):
        least_squares(x, y, method="qr")
    for penalty in (0, -1.0, float("inf")):
        with pytest.raises(ValueError, match=f"penalty must be .*, got {penalty}"):
            ridge(x, y, penalty)
