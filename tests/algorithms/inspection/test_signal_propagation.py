import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.algorithms.inspection import (
    ACTIVATIONS,
    expected_propagation,
    hidden_unit_spread,
    propagate,
    propagation_figure,
    weight_std,
)
from deepdive.figures import to_svg

SMALL = {"width": 128, "batch": 32, "networks": 8}


def test_linear_layers_multiply_the_mean_square_by_the_width_times_the_variance():
    for gain in (0.25, 1.0, 4.0):
        run = propagate((gain / 128) ** 0.5, depth=10, **SMALL)
        expected = torch.tensor([gain**layer for layer in range(11)], dtype=torch.float64)
        torch.testing.assert_close(run.forward.mean(0), expected, rtol=0.25, atol=0)
        torch.testing.assert_close(run.backward.mean(0), expected.flip(0), rtol=0.25, atol=0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("gain", [0.7, 1.0, 1.5])
def test_the_simulation_follows_the_mean_field(activation, gain):
    std = weight_std("kaiming", 512, 512, gain=gain)
    run = propagate(std, activation, depth=6, width=512, batch=16, networks=4)
    theory = expected_propagation(std, activation, depth=6, width=512)
    torch.testing.assert_close(run.forward.mean(0), theory.forward[0], rtol=0.2, atol=0)
    torch.testing.assert_close(run.backward.mean(0), theory.backward[0], rtol=0.25, atol=0)


@pytest.mark.parametrize(("name", "activation"), [("xavier", "Identity"), ("kaiming", "ReLU")])
def test_the_right_start_keeps_the_size_through_fifty_layers(name, activation):
    std = weight_std(name, 256, 256)
    theory = expected_propagation(std, activation, depth=50, width=256)
    torch.testing.assert_close(theory.forward[0, 1:], theory.forward[0, 1:2].expand(50))
    torch.testing.assert_close(theory.backward, torch.ones(1, 51, dtype=torch.float64))
    run = propagate(std, activation, depth=50, width=256, batch=16, networks=8)
    for side in (run.forward, run.backward):
        assert 0.3 < float(side.log().mean(0).exp()[25]) < 2
        assert float(side.log().mean(0).exp().min()) > 0.2
        assert float(side.log().mean(0).exp().max()) < 3


def test_xavier_under_relu_halves_every_layer():
    theory = expected_propagation(weight_std("xavier", 128, 128), "ReLU", depth=50, width=128)
    torch.testing.assert_close(theory.forward[0], 0.5 ** torch.arange(51, dtype=torch.float64))


def test_gradients_vanish_behind_sigmoids_and_explode_with_large_weights():
    sigmoid = propagate(weight_std("xavier", 128, 128), "Sigmoid", depth=30, **SMALL)
    assert float(sigmoid.backward[:, 0].max()) < 1 / 16**29  # each layer takes at least (1/4)²
    large = propagate(1.0, depth=30, **SMALL)
    assert float(large.backward[:, 0].min()) > 100.0**30
    small = propagate(0.01, depth=30, **SMALL)
    assert float(small.forward[:, -1].max()) < 0.02**30


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), [((256, 128), 128, 256), ((32, 16, 3, 3), 144, 288)])
@pytest.mark.parametrize("name", ["xavier", "kaiming"])
def test_the_deviations_are_those_of_the_initialisers(name, shape, fan_in, fan_out):
    for init in (scratch.init, nn.init):
        many = torch.stack([getattr(init, f"{name}_normal_")(torch.empty(shape)) for _ in range(20)])
        assert float(many.std()) == pytest.approx(weight_std(name, fan_in, fan_out), rel=0.02)
    assert weight_std("xavier", 100, 300, gain=5 / 3) == pytest.approx(5 / 3 * (2 / 400) ** 0.5)


def test_hidden_units_that_start_alike_stay_alike_and_others_part():
    assert float(hidden_unit_spread(0.0).max()) < 1e-12
    apart = hidden_unit_spread(0.01)
    assert 0 < float(apart[0]) < 0.1
    assert float(apart[-1]) > float(apart[0])
    assert len(apart) == 21


def test_the_figure_shows_all_runs_on_a_logarithmic_axis():
    runs = {
        "kaiming": propagate(weight_std("kaiming", 64, 64), "ReLU", depth=5, width=64),
        "theory": expected_propagation(weight_std("kaiming", 64, 64), "ReLU", depth=5, width=64),
    }
    figure = propagation_figure(runs)
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "log"]
    assert figure.axes[0].lines[1].get_ydata() == pytest.approx(runs["theory"].forward[0].numpy())
    assert b"kaiming" in to_svg(figure)


def test_what_makes_no_sense_is_refused():
    for name in ("depth", "width", "batch", "networks"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            propagate(0.1, **{name: 0})
    with pytest.raises(ValueError, match="std must be a number, got nan"):
        propagate(float("nan"))
    with pytest.raises(ValueError, match="name must be one of lecun, xavier, kaiming, got 'he'"):
        weight_std("he", 1, 1)
    with pytest.raises(ValueError, match="fan_in must be at least 1, got 0"):
        weight_std("xavier", 0, 1)
    with pytest.raises(ValueError, match="hidden_size must be at least 2, got 1"):
        hidden_unit_spread(0.0, hidden_size=1)
