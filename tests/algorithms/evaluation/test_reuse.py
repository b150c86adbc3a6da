import numpy as np
import pytest
import scipy.stats
import torch

from deepdive.algorithms.evaluation import Holdout, Ladder, bonferroni, boosting_attack, simulate_reuse


def test_bonferroni_shares_the_error_out():
    assert bonferroni(0.95, 10) == pytest.approx(0.995)
    assert bonferroni(0.9, 1) == 0.9


def test_one_model_is_judged_at_the_stated_rate_and_a_hundred_are_not():
    one, many = simulate_reuse(1, 2000, trials=4000), simulate_reuse(100, 2000, trials=2000)
    assert one.false_claims == pytest.approx(0.025, abs=0.01)  # one of the two sides
    assert one.corrected_false_claims == one.false_claims
    assert many.false_claims > 0.85
    assert many.corrected_false_claims < 0.05


def test_the_best_of_many_guessers_is_what_order_statistics_say():
    n, k = 500, 50
    found = simulate_reuse(k, n, trials=2000)
    best = np.arange(n + 1)
    cumulative = scipy.stats.binom(n, 0.5).cdf(best) ** k  # of the largest of k
    expected = (best * np.diff(cumulative, prepend=0)).sum() / n
    assert found.best_accuracy == pytest.approx(expected, abs=1e-3)
    assert expected < found.bound


@pytest.mark.parametrize(("models", "n", "trials"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_nothing_to_judge_is_refused(models, n, trials):
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        simulate_reuse(models, n, trials=trials)


def labels(n, seed=9):
    return torch.rand(n, generator=torch.Generator().manual_seed(seed)) < 0.5


def test_the_attack_overfits_a_test_set_that_answers_and_the_ladder_withstands_it():
    n = 1000
    y, new = labels(n), labels(n, seed=10)
    fooled = boosting_attack(Holdout(y), n, 2000)
    assert Holdout(y)(fooled) > 0.75
    assert Holdout(new)(fooled) == pytest.approx(0.5, abs=0.05)
    safe = boosting_attack(Ladder(y, 0.05), n, 2000)
    assert Holdout(y)(safe) == pytest.approx(0.5, abs=0.06)


def test_the_attack_gains_as_the_square_root_of_the_questions():
    """A kept guess agrees with a label with chance 1/2 + √(1 / 2πn), and half of the guesses are kept and vote."""
    n, questions = 2000, 400
    y = labels(n)
    edge = np.sqrt(1 / (2 * np.pi * n))
    expected = scipy.stats.norm.cdf(2 * edge * np.sqrt(questions / 2))
    gained = np.mean([Holdout(y)(boosting_attack(Holdout(y), n, questions, seed=s)) for s in range(5)])
    assert gained == pytest.approx(expected, abs=0.015)


def test_the_ladder_tells_only_real_steps():
    y = torch.tensor([True] * 10)
    ladder = Ladder(y, 0.2)
    tell = [ladder(torch.tensor([True] * right + [False] * (10 - right))) for right in (5, 6, 4, 9)]
    assert tell == pytest.approx([0.4, 0.4, 0.4, 0.8])
    with pytest.raises(ValueError, match="step must be between 0 and 1, exclusive, got 0"):
        Ladder(y, 0.0)
