import pytest
import torch

from deepdive.algorithms.regression import ConvergenceError, descent_limit, least_squares


def rows(n=50, mix=0.0):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    x[:, 2] = mix * x[:, 0] + (1 - mix) * x[:, 2]
    return x, x @ torch.tensor([1.0, -2.0, 0.5]).double() + 0.3 * torch.randn(n, generator=generator).double()


def test_torchs_own_descent_goes_to_the_same_place():
    """The library's SGD with batches of all rows, as D2L trains."""
    x, y = rows()
    layer = torch.nn.Linear(3, 1, dtype=torch.float64)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.3)
    for _ in range(400):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(layer(x)[:, 0], y).backward()
        optimizer.step()
    fit = descent_limit(x, y)
    torch.testing.assert_close(fit.weight, layer.weight.detach()[0], rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(fit.bias, layer.bias.detach()[0], rtol=1e-8, atol=1e-8)


def test_the_steps_are_those_that_the_condition_number_promises():
    x, y = rows(mix=0.9)
    centred = (x - x.mean(dim=0)) / x.std(dim=0, correction=0)
    values = torch.linalg.eigvalsh(centred.T @ centred / len(x))
    rate = (values[-1] - values[0]) / (values[-1] + values[0])
    fit = descent_limit(x, y, tolerance=1e-6)
    assert fit.steps <= torch.log(torch.tensor(1e-6).double()) / torch.log(rate) + 1


def test_dependent_features_have_the_shortest_limit(recwarn):
    x, y = rows()
    x = torch.cat([x, x[:, :1]], dim=1)
    fit = descent_limit(x, y)
    torch.testing.assert_close(fit.weight, least_squares(x, y, method="minimum-norm").weight)
    assert fit.weight[0] == pytest.approx(float(fit.weight[3]))


def test_no_arrival_is_told_with_its_cause():
    x, y = rows(mix=0.999)
    with pytest.raises(
        ConvergenceError, match=r"has not arrived after 10 steps: the condition number is .*, about \d+"
    ):
        descent_limit(x, y, max_steps=10)


def test_constant_targets_need_no_step():
    x, _ = rows()
    fit = descent_limit(x, torch.full((50,), 2.5).double())
    assert fit.steps == 0
    assert fit.weight.tolist() == [0, 0, 0]
    assert fit.bias == 2.5


@pytest.mark.parametrize("options", [{"tolerance": 0.0}, {"tolerance": 1.0}, {"max_steps": 0}])
def test_bad_options_are_named(options):
    with pytest.raises(ValueError, match=r"(tolerance|max_steps) must be .*, got"):
        descent_limit(*rows(), **options)
