import numpy as np
import pytest
import scipy.special
import torch
from torch import nn

from deepdive import scratch
from deepdive.scratch.activations import softplus

EXTREMES = torch.tensor([-1e4, -1e3, -90.0, -1e-3, 0.0, 1e-6, 90.0, 1e3, 1e4])
NAMES = ["ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU"]


def value_and_gradient(layer, x):
    x = x.clone().requires_grad_()
    y = layer(x)
    return y.detach(), torch.autograd.grad(y.sum(), x)[0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", NAMES)
def test_far_from_zero_and_at_zero_values_and_gradients_are_the_librarys(name, dtype):
    for a, b in zip(
        value_and_gradient(getattr(scratch, name)().to(dtype), EXTREMES.to(dtype)),
        value_and_gradient(getattr(nn, name)().to(dtype), EXTREMES.to(dtype)),
        strict=True,
    ):
        assert a.isfinite().all()
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize(("name", "slope"), [("Sigmoid", 0.25), ("Tanh", 1.0), ("ReLU", 0.0), ("GELU", 0.5)])
def test_the_derivative_at_zero_is_exact(name, slope):
    assert value_and_gradient(getattr(scratch, name)(), torch.zeros(1))[1].item() == slope


@pytest.mark.parametrize(
    ("layer", "reference"),
    [
        (scratch.Sigmoid(), scipy.special.expit),
        (scratch.Tanh(), np.tanh),
        (scratch.GELU(), lambda x: x * scipy.special.ndtr(x)),
        (scratch.Softmax(-1), lambda x: scipy.special.softmax(x, axis=-1)),
        (scratch.LogSoftmax(-1), lambda x: scipy.special.log_softmax(x, axis=-1)),
        (softplus, lambda x: np.logaddexp(x, 0)),
    ],
    ids=["sigmoid", "tanh", "gelu", "softmax", "log-softmax", "softplus"],
)
def test_values_are_scipys(layer, reference):
    x = 4 * torch.randn(7, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    np.testing.assert_allclose(layer(x), reference(x.numpy()), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "layer", [scratch.Sigmoid(), scratch.Tanh(), scratch.GELU("tanh"), softplus, scratch.Softmax(0)]
)
def test_first_and_second_derivatives_are_those_of_finite_differences(layer):
    x = torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)


def test_the_derivative_of_softplus_is_sigmoid_everywhere():
    x = EXTREMES.double().requires_grad_()
    (gradient,) = torch.autograd.grad(softplus(x).sum(), x)
    torch.testing.assert_close(gradient, torch.sigmoid(EXTREMES.double()))


def test_small_values_of_tanh_keep_their_digits():
    x = torch.tensor([1e-8, -3e-7])
    torch.testing.assert_close(scratch.Tanh()(x), x, rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_nan_and_infinity_are_the_librarys(name):
    x = torch.tensor([float("nan"), float("inf"), float("-inf")])
    if name == "GELU":
        x = x[:1]  # the library turns infinity into nan in vectorised single precision, and not elsewhere
    torch.testing.assert_close(getattr(scratch, name)()(x), getattr(nn, name)()(x), equal_nan=True)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (2, 3, 4, 5)])
def test_without_dim_the_librarys_guess_and_a_warning(name, shape):
    x = torch.randn(shape)
    with pytest.warns(UserWarning, match="say dim="):
        ours = getattr(scratch, name)()(x)
    with pytest.warns(UserWarning, match="Implicit dimension"):
        theirs = getattr(nn, name)()(x)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("x", [torch.tensor([1e4, -1e4, 0.0]), torch.tensor([-1e4, -1e4, -1e4])])
def test_softmax_of_huge_logits_is_finite(x):
    value, gradient = value_and_gradient(scratch.LogSoftmax(0), x)
    assert value.isfinite().all()
    assert gradient.isfinite().all()
    assert scratch.Softmax(0)(x).sum().item() == pytest.approx(1)


@pytest.mark.parametrize("name", ["ReLU", "Sigmoid", "Tanh"])
def test_per_example_gradients_by_vmap(name):
    x = torch.randn(5, 3)
    layer = getattr(scratch, name)()
    per_example = torch.func.vmap(torch.func.grad(lambda v: layer(v).sum()))(x)
    torch.testing.assert_close(per_example, value_and_gradient(layer, x)[1])


def test_an_input_with_other_channels_is_refused():
    with pytest.raises(ValueError, match="input must have num_parameters=3 channels, got 4"):
        scratch.PReLU(3)(torch.randn(2, 4))


@pytest.mark.usefixtures("without_shape_checks")
def test_an_unknown_approximation_is_refused():
    with pytest.raises(ValueError, match="approximate must be 'none' or 'tanh', got 'erf'"):
        scratch.GELU("erf")
