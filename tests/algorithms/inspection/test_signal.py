import pytest
import torch

from deepdive import scratch
from deepdive.algorithms.inspection import kaiming_deviation, propagate, xavier_deviation


def test_linear_layers_multiply_the_mean_square_as_the_formula_says():
    deviations = [0.5 / 16, 1 / 16, 2 / 16]  # width · deviation² = 1/4, 1, 4
    signal, gradient = propagate(deviations, depth=10, width=256, trials=16)
    for row, gain in zip(signal, (0.25, 1.0, 4.0), strict=True):
        expected = torch.tensor([gain ** (layer / 2) for layer in range(11)]).double()
        torch.testing.assert_close(row, expected, rtol=0.1, atol=0)
    torch.testing.assert_close(gradient.flip(1), signal, rtol=0.15, atol=0)


def test_xavier_keeps_fifty_layers_of_tanh_and_kaiming_fifty_of_relu():
    signal, gradient = propagate(kaiming_deviation(128), activation="relu", width=128)
    assert 0.5 < float(signal[0, -1] / signal[0, 1]) < 2
    assert 0.3 < float(gradient[0, 0] / gradient[0, -1]) < 3
    small, _ = propagate(xavier_deviation(128, 128), activation="relu", width=128)
    assert float(small[0, -1] / small[0, 0]) == pytest.approx(2 ** (-50 / 2), rel=0.9)
    signal, gradient = propagate(xavier_deviation(128, 128), activation="tanh", width=128)
    assert float(signal[0, -1]) > 0.05
    assert float(gradient[0, 0]) > 0.05


def test_gradients_vanish_behind_sigmoids_and_explode_with_large_weights():
    _, gradient = propagate([xavier_deviation(64, 64)], activation="sigmoid", depth=30, width=64)
    assert float(gradient[0, 0]) < 1e-12
    signal, gradient = propagate([0.5], depth=30, width=64)
    assert float(signal[0, -1]) > 1e15
    assert float(gradient[0, 0]) > 1e15


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), [((64, 32), 32, 64), ((16, 8, 3, 3), 72, 144)])
def test_the_deviations_are_those_of_the_initialisers(shape, fan_in, fan_out):
    torch.manual_seed(0)
    many = torch.stack([scratch.init.xavier_normal_(torch.empty(shape)) for _ in range(30)])
    assert float(many.std()) == pytest.approx(xavier_deviation(fan_in, fan_out), rel=0.02)
    many = torch.stack([scratch.init.kaiming_normal_(torch.empty(shape)) for _ in range(30)])
    assert float(many.std()) == pytest.approx(kaiming_deviation(fan_in), rel=0.02)


def test_equal_weights_stay_equal():
    """Symmetry: hidden units that start alike get the same gradient and never differ (section 5.4.1.3)."""
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    for parameter in net.parameters():
        torch.nn.init.constant_(parameter, 0.3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(20, 3), torch.randn(20, 1)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    torch.testing.assert_close(net[0].weight, net[0].weight[:1].expand(4, 3))
    assert not torch.allclose(net[0].weight, torch.tensor(0.3))


def test_bad_arguments_are_named():
    for name in ("depth", "width", "batch", "trials"):
        with pytest.raises(ValueError, match=f"{name} is 0; it must be at least 1"):
            propagate(0.1, **{name: 0})
    for bad in ([], [-0.1], [float("nan")]):
        with pytest.raises(ValueError, match=r"deviations is .*; there must be at least one, each from 0 up"):
            propagate(bad)
    with pytest.raises(ValueError, match="activation is 'gelu'; it must be one of linear, relu, sigmoid, tanh"):
        propagate(0.1, activation="gelu")
