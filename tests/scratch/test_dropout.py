import pytest
import torch
from scipy.stats import binom

from deepdive import scratch


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_kept_values_are_scaled_and_their_number_is_binomial(p):
    torch.manual_seed(0)
    n = 20_000
    y = scratch.Dropout(p)(torch.ones(n))
    kept = int((y != 0).sum())
    assert set(y.tolist()) == {0.0, torch.tensor(1 / (1 - p)).item()}
    assert binom.ppf(1e-6, n, 1 - p) <= kept <= binom.ppf(1 - 1e-6, n, 1 - p)


def test_the_gradient_passes_where_the_value_did():
    x = torch.ones(50, requires_grad=True)
    y = scratch.Dropout(0.3)(x)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(gradient, y.detach())


def test_every_call_draws_a_new_mask():
    layer = scratch.Dropout(0.5)
    assert not torch.equal(layer(torch.ones(100)), layer(torch.ones(100)))


def test_evaluation_changes_nothing():
    x = torch.randn(10)
    assert scratch.Dropout(0.9).eval()(x) is x


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_p_must_be_a_probability(p):
    with pytest.raises(ValueError, match=f"p must be a probability, between 0 and 1, got {p}"):
        scratch.Dropout(p)


@pytest.mark.parametrize("make", [scratch.Dropout, torch.nn.Dropout], ids=["scratch", "library"])
@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_expected_value_is_that_of_the_input(make, p):
    """Within five standard errors: ``var(y) = x² p / (1 - p)``."""
    torch.manual_seed(0)
    x, n = torch.tensor([-3.0, -0.1, 0.0, 0.5, 20.0]), 20_000
    y = make(p)(x.expand(n, -1))
    error = 5 * x.abs() * (p / (1 - p) / n) ** 0.5
    assert ((y.mean(dim=0) - x).abs() <= error + 1e-6).all()
    torch.testing.assert_close(y.var(dim=0), x.square() * p / (1 - p), rtol=0.1, atol=1e-6)
