import pytest
import torch

from deepdive.algorithms.calculus import check_gradient
from deepdive.scratch import autograd


class WrongSquare(torch.autograd.Function):
    """Its gradient is off by one percent."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(context, *gradients):
        (x,) = context.saved_tensors
        return gradients[0] * 2.02 * x


def inputs():
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(3, 2, generator=generator), torch.randn(2, generator=generator)]


def test_right_gradients_agree():
    check = check_gradient(lambda w, x: torch.tanh(w @ x).square().sum(), inputs())
    assert check.ok
    assert check.error < 1e-8
    assert str(check).startswith("gradients agree: worst at input ")


def test_a_wrong_gradient_is_found_and_placed():
    check = check_gradient(lambda w, x: w.sum() + WrongSquare.apply(x).sum(), inputs())
    assert not check.ok
    assert check.argument == 1
    x = inputs()[1].double()
    assert check.index == (int(x.abs().argmax()),)
    assert check.automatic / check.numerical == pytest.approx(1.01, rel=1e-6)
    assert "gradients DIFFER: worst at input 1" in str(check)


def test_nan_is_no_agreement():
    assert not check_gradient(lambda x: x.sqrt().sum(), [torch.tensor([-1.0, 1.0])]).ok


def test_an_input_that_does_not_matter_has_no_gradient():
    assert check_gradient(lambda w, x: (w**2).sum(), inputs()).ok


def test_the_tape_of_this_library_agrees_with_differences():
    from deepdive.algorithms.calculus import gradient

    x = torch.tensor([0.3, -1.2, 2.0], dtype=torch.float64)
    leaf = autograd.tensor(x.numpy(), requires_grad=True)
    autograd.tanh(leaf * leaf).sum().backward()
    numerical = gradient(lambda v: torch.tanh(v * v).sum(), x, method="richardson")
    torch.testing.assert_close(torch.tensor(leaf.grad.tolist(), dtype=torch.float64), numerical, rtol=1e-9, atol=1e-9)


def test_bad_arguments_are_named():
    for bad in ([], [torch.arange(3)], [torch.zeros(0)]):
        with pytest.raises(
            ValueError, match="inputs must be at least one tensor, each floating-point and not empty, got "
        ):
            check_gradient(torch.sum, bad)
    with pytest.raises(
        ValueError, match=r"what function returns must be a scalar for check_gradient, got shape \(2,\)"
    ):
        check_gradient(torch.sin, [torch.zeros(2)])
