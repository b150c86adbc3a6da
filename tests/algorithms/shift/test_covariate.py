import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from deepdive.algorithms.shift import (
    effective_sample_size,
    fit_domain_classifier,
    importance_weights,
    mean_one,
    weighted_risk,
)

GENERATOR = torch.Generator().manual_seed(0)


def normal(n, mean, features=3):
    return torch.randn(n, features, generator=GENERATOR, dtype=torch.float64) + torch.tensor(mean)


@pytest.mark.parametrize("l2", [0.1, 1, 30.0])
def test_the_classifier_is_scikit_learns(l2):
    source, target = normal(300, [0.0, 0.0, 1.0]), normal(200, [1.0, 0.0, -0.5])
    found = fit_domain_classifier(source, target, l2=l2)
    theirs = LogisticRegression(C=1 / l2, tol=1e-10, max_iter=1000)
    theirs.fit(torch.cat([source, target]).numpy(), np.repeat([0, 1], [300, 200]))
    np.testing.assert_allclose(found.weight, theirs.coef_[0], atol=1e-5)
    assert float(found.bias) == pytest.approx(theirs.intercept_[0], abs=1e-5)
    np.testing.assert_allclose(found.logits(source), theirs.decision_function(source.numpy()), atol=1e-4)


def test_sides_that_can_be_separated_and_constant_features_have_a_minimum():
    source, target = torch.tensor([[0.0, 1.0], [1.0, 1.0]]), torch.tensor([[100.0, 1.0]])
    h = fit_domain_classifier(source, target)
    assert (h.logits(source) < 0).all()
    assert (h.logits(target) > 0).all()


def test_between_two_normal_distributions_the_weights_are_the_ratio_of_densities():
    n, m = 20_000, 10_000
    source, target = normal(n, [0.0], 1), normal(m, [0.7], 1)
    logits = fit_domain_classifier(source, target).logits(source)
    weights = importance_weights(logits, n, m)
    exact = torch.distributions.Normal(0.7, 1).log_prob(source) - torch.distributions.Normal(0, 1).log_prob(source)
    assert float((weights.log() - exact[:, 0]).abs().mean()) < 0.05
    assert float(weighted_risk(source[:, 0], weights)) == pytest.approx(0.7, abs=0.05), "the target's mean"
    assert effective_sample_size(weights) == pytest.approx(n / np.exp(0.7**2), rel=0.1)  # n / E[β²]


def test_without_a_shift_all_weights_are_about_one():
    weights = importance_weights(
        fit_domain_classifier(normal(5000, [0.0]), normal(5000, [0.0])).logits(normal(1000, [0.0])), 5000, 5000
    )
    assert float((weights - 1).abs().max()) < 0.25
    assert float(weights.mean()) == pytest.approx(1)


def test_a_limit_bounds_the_weights_before_their_mean_is_one():
    logits = torch.tensor([0.0, 5.0, -1.0])
    assert importance_weights(logits, 1, 1, limit=2).tolist() == pytest.approx(
        [v * 3 / (1 + 2 + np.exp(-1)) for v in (1, 2, np.exp(-1))]
    )


def test_the_effective_sample_size_is_between_one_and_all():
    assert effective_sample_size(torch.ones(7)) == pytest.approx(7)
    assert effective_sample_size(torch.tensor([5.0, 0.0, 0.0])) == pytest.approx(1)


def test_what_makes_no_sense_is_refused():
    x = torch.ones(2, 1)
    with pytest.raises(ValueError, match=r"target must not be empty, got shape \(0, 1\)"):
        fit_domain_classifier(x, x[:0])
    with pytest.raises(ValueError, match="l2 must be above 0, got 0"):
        fit_domain_classifier(x, x, l2=0.0)
    with pytest.raises(ValueError, match="source must be finite"):
        fit_domain_classifier(x / 0, x)
    with pytest.raises(ValueError, match="target_rows must be at least 1, got 0"):
        importance_weights(x[:, 0], 1, 0)
    with pytest.raises(ValueError, match="limit must be above 0, got -1"):
        importance_weights(x[:, 0], 1, 1, limit=-1)
    with pytest.raises(ValueError, match=r"weights must be from 0 up, got -1 at \[1\]"):
        mean_one(torch.tensor([1.0, -1.0]))
    with pytest.raises(ValueError, match="weights must not all be 0"):
        mean_one(torch.zeros(2))
