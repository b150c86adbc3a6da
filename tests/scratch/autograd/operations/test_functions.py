import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, compare

from deepdive.scratch import autograd

NAMES = ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "abs"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_functions_and_three_derivatives_are_torchs(name, dtype):
    tolerance = 1e-4 if dtype is np.float32 else 1e-10
    values = arrays((3, 4), low=0.3, dtype=dtype)
    compare(getattr(autograd, name), getattr(torch, name), *values, order=3, tolerance=tolerance)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_nothing_overflows(name):
    values = np.array([-1e4, -800.0, -30.0, 0.0, 30.0, 800.0, 1e4])
    compare(getattr(autograd, name), getattr(torch, name), values)
    compare(autograd.softplus, torch.nn.functional.softplus, np.array([-1e4, -30.0, 0.0, 15.0, 1e4]))


def test_sigmoid_keeps_its_digits_far_out():
    assert autograd.sigmoid(-700.0).item() == pytest.approx(np.exp(-700), rel=1e-12)


def test_relu_and_abs_have_no_slope_at_zero():
    compare(autograd.relu, torch.relu, np.array([-1.0, 0.0, 2.0]))
    compare(autograd.abs, torch.abs, np.array([-1.0, 0.0, 2.0]))


def test_outside_of_their_domain_they_are_torchs_and_numpy_warns():
    with pytest.warns(RuntimeWarning):
        compare(autograd.log, torch.log, np.array([0.0, 1.0, -1.0]), order=0)
    with pytest.warns(RuntimeWarning):
        compare(autograd.sqrt, torch.sqrt, np.array([-1.0, 4.0]), order=0)


def test_whole_numbers_become_float64():
    assert autograd.tensor([1, 2]).exp().dtype == np.float64
