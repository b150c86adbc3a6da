import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.neighbors import KernelDensity

from deepdive.algorithms.attention import KERNELS, attention_pool, bandwidth_errors, learn_bandwidth, leave_one_out
from deepdive.algorithms.attention.kernels import get_kernel

BY_HAND = {
    "gaussian": lambda u: np.exp(-(u**2) / 2),
    "boxcar": lambda u: (np.abs(u) <= 1).astype(float),
    "constant": lambda u: np.ones_like(u),
    "epanechnikov": lambda u: np.maximum(0, 1 - u**2),
}


def noisy(n=40, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = (5 * torch.rand(n, generator=generator, dtype=torch.double)).sort().values
    return x, 2 * x.sin() + x + 0.5 * torch.randn(n, generator=generator, dtype=torch.double)


@pytest.mark.parametrize("kernel", KERNELS)
@given(width=st.floats(0.2, 9.0), seed=st.integers(0, 20))
def test_estimates_are_weighted_means(kernel, width, seed):
    x, y = noisy(seed=seed)
    queries = torch.linspace(-1, 6, 30, dtype=torch.double)
    estimates, weights = attention_pool(queries, x, y, kernel, width)
    k = BY_HAND[kernel]((queries[:, None] - x).numpy() / width)
    total = k.sum(axis=1)
    expected = np.divide(k @ y.numpy(), total, out=np.zeros(30), where=total > 0)
    np.testing.assert_allclose(estimates, expected, atol=1e-10)
    np.testing.assert_allclose(weights.sum(dim=1), (total > 0).astype(float), atol=1e-12)


@pytest.mark.parametrize(("kernel", "theirs"), [("gaussian", "gaussian"), ("boxcar", "tophat"), ("epanechnikov",) * 2])
def test_kernels_are_those_of_a_density_estimate(kernel, theirs):
    """The density of one observation is the kernel, up to what makes its integral 1."""
    u = np.linspace(0, 0.99, 50)
    density = KernelDensity(kernel=theirs, bandwidth=1.0).fit([[0.0]]).score_samples(u[:, None])
    ours = KERNELS[kernel](torch.from_numpy(u)).numpy()
    np.testing.assert_allclose(ours - ours[0], density - density[0], atol=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
def test_keys_may_be_points_and_values_vectors(kernel):
    torch.manual_seed(0)
    queries, keys, values = torch.randn(4, 3).double(), torch.randn(9, 3).double(), torch.randn(9, 2).double()
    estimates, weights = attention_pool(queries, keys, values, kernel, 2.0)
    k = BY_HAND[kernel]((queries[:, None] - keys).norm(dim=2).numpy() / 2)
    total = np.maximum(k.sum(axis=1, keepdims=True), 1e-300)
    np.testing.assert_allclose(weights, k / total, atol=1e-10)
    np.testing.assert_allclose(estimates, k / total @ values.numpy(), atol=1e-10)


def test_a_narrow_gaussian_is_the_nearest_neighbour_and_a_wide_one_the_mean():
    x, y = noisy()
    queries = torch.linspace(0, 5, 17, dtype=torch.double)
    nearest = y[(queries[:, None] - x).abs().argmin(dim=1)]
    torch.testing.assert_close(attention_pool(queries, x, y, bandwidth=1e-4)[0], nearest)
    torch.testing.assert_close(attention_pool(queries, x, y, bandwidth=1e6)[0], y.mean().expand(17))


@pytest.mark.parametrize("kernel", KERNELS)
def test_one_left_out_is_fitting_again_without_it(kernel):
    x, y = noisy(12)
    expected = []
    for i in range(12):
        others = torch.arange(12) != i
        expected.append(attention_pool(x[i : i + 1], x[others], y[others], kernel, 0.8)[0])
    torch.testing.assert_close(leave_one_out(x, y, kernel, 0.8), torch.cat(expected))


@pytest.mark.parametrize("kernel", ["gaussian", "epanechnikov"])
def test_the_width_learnt_is_where_the_error_is_least(kernel):
    x, y = noisy(60)
    tried = torch.logspace(-1, 0.7, 30, dtype=torch.double)
    errors = bandwidth_errors(x, y, kernel, tried)
    best = int(errors.argmin())
    path = learn_bandwidth(x, y, kernel, start=1.3 * float(tried[best]), steps=150, lr=0.02)

    def error(theta):
        return float((leave_one_out(x, y, kernel, float(np.exp(theta))) - y).square().mean())

    bounds = np.log([float(tried[best - 1]), float(tried[best + 1])])
    found = minimize_scalar(error, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    assert float(path.errors.min()) == pytest.approx(found.fun, rel=1e-3)
    assert float(path.errors.min()) < float(path.errors[0])
    assert len(path.bandwidths) == 151
    assert error(np.log(path.best)) == pytest.approx(float(path.errors.min()))


def test_the_slope_along_the_width_is_right():
    x, y = noisy(15)

    def error(theta, kernel):
        return (leave_one_out(x, y, kernel, theta.exp()) - y).square().mean()

    for kernel in ("gaussian", "epanechnikov"):
        theta = torch.tensor(0.1, dtype=torch.double, requires_grad=True)
        assert torch.autograd.gradcheck(lambda t, kernel=kernel: error(t, kernel), theta)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: attention_pool(x, x, x, "triangle"),
            "kernel must be one of gaussian, boxcar, constant, epanechnikov, got 'triangle'",
        ),
        (lambda x: attention_pool(x, x, x, bandwidth=0.0), "width must be above 0, got 0"),
        (lambda x: attention_pool(x, x, x, bandwidth=float("nan")), "width must be a number, got nan"),
        (lambda x: leave_one_out(x[:1], x[:1]), "keys must be at least 2 to leave one out, got 1"),
        (
            lambda x: learn_bandwidth(x, x, "boxcar", start=1.0),
            "kernel must be gaussian or epanechnikov, along whose width the error has a slope, got 'boxcar'",
        ),
        (lambda x: learn_bandwidth(x, x, start=-1.0), "start must be above 0, got -1.0"),
        (lambda x: learn_bandwidth(x, x, start=1.0, steps=0), "steps must be at least 1, got 0"),
        (lambda x: get_kernel(""), "kernel must be one of gaussian, boxcar, constant, epanechnikov, got ''"),
    ],
)
def test_what_is_out_of_range_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.arange(3, dtype=torch.double))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_query_or_key_that_is_no_number_is_refused(bad, without_shape_checks):
    x, odd = torch.tensor([0.0, 0.5, 1.0]), torch.tensor([0.0, bad, 1.0])
    for name, queries, keys in (("queries", odd, x), ("keys", x, odd)):
        with pytest.raises(ValueError, match=rf"{name} must be finite"):
            attention_pool(queries, keys, x)
    with pytest.raises(ValueError, match=r"(keys|queries) must be finite"):
        leave_one_out(odd, x)
    assert torch.isfinite(attention_pool(x, x, x, "gaussian", 10**30)[0]).all()
