import numpy as np
import pytest
import scipy.optimize
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.shift import black_box_shift, correct_predictions, likelihood_shift

SOURCE = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
TARGET = torch.tensor([0.1, 0.3, 0.6], dtype=torch.float64)
CALLED = torch.tensor([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.1, 0.2, 0.7]], dtype=torch.float64)  # p(called | true)

priors = st.lists(st.floats(0.05, 1), min_size=3, max_size=3).map(
    lambda v: torch.tensor(v, dtype=torch.float64) / sum(v)
)


@given(priors, priors)
def test_with_exact_shares_the_black_box_estimate_is_exact(source, target):
    found = black_box_shift(source[:, None] * CALLED, target @ CALLED)
    torch.testing.assert_close(found.prior, target)
    torch.testing.assert_close(found.weights, target / source)
    assert found.clipped == 0


def test_the_condition_number_is_numpys():
    joint = SOURCE[:, None] * CALLED
    assert black_box_shift(joint, TARGET @ CALLED).condition == pytest.approx(np.linalg.cond(joint.numpy()))


def test_a_negative_share_becomes_zero_and_the_rest_is_one():
    confusion = torch.tensor([[80, 20], [20, 80]])
    found = black_box_shift(confusion, torch.tensor([90, 10]))  # not even all of class 0 would give so many
    assert found.prior.tolist() == [1, 0]
    assert found.weights.tolist() == [2, 0]
    assert found.clipped == 1


@pytest.mark.parametrize(
    ("confusion", "predicted", "message"),
    [
        ([[1, 1], [2, 2]], [1, 1], "does not tell some classes apart"),
        ([[3, 0], [0, 0]], [1, 1], r"confusion must have examples of every class, got none of the classes \[1\]"),
        ([[0, 0], [0, 0]], [1, 1], "confusion must hold a count above 0, got only zeros"),
        ([[3, 1], [1, 3]], [1, -1], r"predicted must be from 0 up, got -1 at \[1\]"),
    ],
)
def test_counts_that_tell_nothing_are_refused(confusion, predicted, message):
    with pytest.raises(ValueError, match=message):
        black_box_shift(torch.tensor(confusion), torch.tensor(predicted))


def draw(n, prior, seed=0):
    """Classes and points of three normal distributions on a line, and a calibrated source model of them."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.multinomial(prior, n, replacement=True, generator=generator)
    x = 1.5 * y + torch.randn(n, generator=generator, dtype=torch.float64)
    likelihood = torch.exp(-((x[:, None] - 1.5 * torch.arange(3)) ** 2) / 2)
    return y, likelihood


def posterior(likelihood, prior):
    joint = likelihood * prior
    return joint / joint.sum(1, keepdim=True)


def test_expectation_maximisation_finds_the_most_likely_prior():
    _, likelihood = draw(3000, TARGET)
    found = likelihood_shift(posterior(likelihood, SOURCE), SOURCE)
    assert all(b >= a - 1e-12 for a, b in zip(found.log_likelihoods, found.log_likelihoods[1:], strict=False))

    def loss(free):  # brute force over the simplex
        p = np.exp(np.append(free, 0))
        return -np.log(likelihood.numpy() @ (p / p.sum())).mean()

    best = scipy.optimize.minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
    p = np.exp(np.append(best.x, 0))
    np.testing.assert_allclose(found.prior, p / p.sum(), atol=1e-4)
    np.testing.assert_allclose(found.prior, TARGET, atol=0.05)


def test_both_methods_agree_on_many_examples():
    y, likelihood = draw(40_000, SOURCE)
    _, target = draw(40_000, TARGET, seed=1)
    called = posterior(likelihood, SOURCE).argmax(1)
    confusion = torch.stack([torch.bincount(called[y == c], minlength=3) for c in range(3)])
    chances = posterior(target, SOURCE)
    box = black_box_shift(confusion, torch.bincount(chances.argmax(1), minlength=3))
    np.testing.assert_allclose(box.prior, TARGET, atol=0.02)
    np.testing.assert_allclose(likelihood_shift(chances, SOURCE).prior, box.prior, atol=0.03)


@given(priors, priors)
def test_a_corrected_prediction_is_bayes_rule(source, target):
    _, likelihood = draw(20, TARGET)
    found = correct_predictions(posterior(likelihood, source), source, target)
    torch.testing.assert_close(found, posterior(likelihood, target))


def test_a_class_gone_from_the_target_is_never_predicted():
    _, likelihood = draw(50, SOURCE)
    gone = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64)
    assert (correct_predictions(posterior(likelihood, SOURCE), SOURCE, gone)[:, 2] == 0).all()


def test_what_is_no_distribution_is_refused():
    chances = torch.full((2, 3), 1 / 3, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"probabilities must not be empty, got shape \(0, 3\)"):
        likelihood_shift(chances[:0], SOURCE)
    with pytest.raises(ValueError, match=r"the sum of probabilities over the last dimension must be 1, got 2 at \[0\]"):
        likelihood_shift(2 * chances, SOURCE)
    with pytest.raises(ValueError, match="the sum of source_prior over the last dimension must be 1, got 2"):
        likelihood_shift(chances, 2 * SOURCE)
    with pytest.raises(ValueError, match=r"source_prior must be above 0, got 0 at \[2\]"):
        likelihood_shift(chances, torch.tensor([0.5, 0.5, 0.0]))
    with pytest.raises(ValueError, match="source_prior must be above 0 wherever target_prior is"):
        correct_predictions(chances, torch.tensor([0.5, 0.5, 0.0]), TARGET)
