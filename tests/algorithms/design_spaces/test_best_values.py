import pytest
import torch

from deepdive.algorithms.design_spaces import best_value


def exact(values, errors, k, level):
    """Quantile of the value of the best of ``k`` networks drawn with replacement, by the chance of every rank."""
    n = len(errors)
    ranked = [values[i] for i in sorted(range(n), key=errors.__getitem__)]
    chance = [((n - r) / n) ** k - ((n - r - 1) / n) ** k for r in range(n)]
    pairs = sorted(zip(ranked, chance, strict=True))
    total = 0.0
    for value, p in pairs:
        total += p
        if total >= level:
            return value
    return pairs[-1][0]


def test_the_interval_is_that_of_the_best_of_a_quarter():
    generator = torch.Generator().manual_seed(0)
    values = torch.randperm(40, generator=generator).double()
    errors = (values - 22).abs() / 100 + torch.rand(40, generator=generator) / 20
    found = best_value(values, errors, draws=50_000)
    for level, end in zip((0.025, 0.5, 0.975), found, strict=True):
        near = {exact(values.tolist(), errors.tolist(), 10, level + d) for d in (-0.01, 0.0, 0.01)}
        assert min(near) <= end <= max(near)
    assert found.lower < 22 < found.upper


def test_a_parameter_that_decides_has_a_narrow_interval():
    values = torch.arange(100).double()
    noise = torch.rand(100, generator=torch.Generator().manual_seed(1))
    decides, matters_not = best_value(values, (values - 30).abs()), best_value(values, noise)
    assert decides.upper - decides.lower < 20 < matters_not.upper - matters_not.lower
    assert abs(decides.median - 30) <= 3


def test_of_few_networks_one_is_drawn():
    assert best_value(torch.tensor([7]), torch.tensor([0.5])) == (7.0, 7.0, 7.0)
    assert best_value(torch.tensor([1, 2, 3]), torch.rand(3), fraction=0.3) == pytest.approx((1, 2, 3))


def test_equal_seeds_give_equal_intervals():
    values, errors = torch.rand(30), torch.rand(30)
    assert best_value(values, errors, seed=5) == best_value(values, errors, seed=5)


@pytest.mark.parametrize(
    ("arguments", "words", "match"),
    [
        (([1.0], [1.0, 2.0]), {}, r"errors must have shape \(n=1,\), got \(2,\)"),
        (([], []), {}, r"errors must not be empty, got shape \(0,\)"),
        (([1.0], [float("nan")]), {}, r"errors must be finite, got nan at \[0\]"),
        (([1.0], [1.0]), {"fraction": 1.0}, "fraction must be above 0 and below 1, got 1.0"),
        (([1.0], [1.0]), {"confidence": 0.0}, "confidence must be above 0 and below 1, got 0.0"),
        (([1.0], [1.0]), {"draws": 0}, "draws must be at least 1, got 0"),
    ],
)
def test_what_has_no_best_value_is_refused(arguments, words, match):
    with pytest.raises(ValueError, match=match):
        best_value(*map(torch.tensor, arguments), **words)
