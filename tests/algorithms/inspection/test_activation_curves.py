import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.algorithms.inspection import ACTIVATIONS, activation_curves, activation_figure
from deepdive.figures import to_svg

LAYERS = {name: (name, {}) for name in ("Identity", "ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU")}
LAYERS["GELU(tanh)"] = ("GELU", {"approximate": "tanh"})


def test_every_activation_of_the_toolkit_is_there():
    assert set(LAYERS) == set(ACTIVATIONS)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_derivatives_are_autograds(name, toolkit):
    layer_name, words = LAYERS[name]
    layer = getattr(toolkit, layer_name)(**words).double()
    x = torch.cat([torch.linspace(-40, 40, 641), torch.tensor([-1e4, 1e4, 0.0])]).double().requires_grad_()
    y = layer(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(ACTIVATIONS[name].value(x.detach()), y.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ACTIVATIONS[name].derivative(x.detach()), slope, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_finite_differences(name):
    curve = activation_curves([name], low=-6, high=6.1, points=400)[name]  # no point on the kink at 0
    h = 1e-5
    phi = ACTIVATIONS[name].value
    torch.testing.assert_close(curve.derivative, (phi(curve.x + h) - phi(curve.x - h)) / (2 * h), rtol=0, atol=1e-8)


def test_d2ls_extremes():
    sigmoid, tanh = (activation_curves([n], low=-8, high=8)[n] for n in ("Sigmoid", "Tanh"))
    assert float(sigmoid.derivative.max()) == pytest.approx(0.25)
    assert float(tanh.derivative.max()) == pytest.approx(1)
    assert float(sigmoid.derivative[0]) < 4e-4


def test_the_figure_has_a_panel_for_each():
    figure = activation_figure()
    assert [ax.get_title() for ax in figure.axes] == list(ACTIVATIONS)
    drawn = activation_figure(activation_curves(["ReLU", "Tanh"])).axes[1].lines
    assert drawn[1].get_ydata() == pytest.approx(activation_curves(["Tanh"])["Tanh"].derivative.numpy())
    assert b"GELU(tanh)" in to_svg(figure)


def test_unknown_names_and_empty_grids_are_refused():
    with pytest.raises(ValueError, match=r"activation must be one of Identity, ReLU, .*, got 'Swish'"):
        activation_curves(["Swish"])
    for words in ({"points": 1}, {"low": 2, "high": 2}):
        with pytest.raises(ValueError, match=r"(points|high) must be .*, got"):
            activation_curves(**words)
