import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, compare

from deepdive.scratch import autograd

SAME = [  # written the same way on both sides
    lambda x: x.reshape(6, 4) ** 2,
    lambda x: x.reshape((-1,)) ** 2,
    lambda x: x.expand(5, 2, 3, 4) ** 2,
    lambda x: x.unsqueeze(1).squeeze(1) ** 2,
    lambda x: x.unsqueeze(-1) * x.unsqueeze(0).squeeze(0).unsqueeze(3),
    lambda x: x.reshape(2, 1, 3, 4, 1).squeeze() ** 2,
    lambda x: x.swapaxes(0, -1) ** 2,
    lambda x: x.flip(1) * x,
]


@pytest.mark.parametrize("operation", SAME)
def test_shapes_are_torchs(operation):
    compare(operation, operation, *arrays((2, 3, 4)))


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (-1, 1, 0)])
def test_transposed_axes_are_torchs_permuted(axes):
    compare(lambda x: x.transpose(*axes) ** 2, lambda x: x.permute(axes) ** 2, *arrays((2, 3, 4)))
    compare(lambda x: x.transpose(axes) ** 2, lambda x: x.permute(axes) ** 2, *arrays((2, 3, 4)))


def test_t_reverses_the_axes():
    compare(lambda x: x.T * 2, lambda x: x.permute(2, 1, 0) * 2, *arrays((2, 3, 4)))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_joining_is_torchs(axis):
    shapes = {0: ((2, 3), (1, 3), (4, 3)), 1: ((2, 3), (2, 1), (2, 2)), -1: ((2, 3), (2, 1), (2, 2))}[axis]
    compare(lambda *x: autograd.concatenate(x, axis) ** 2, lambda *x: torch.cat(x, axis) ** 2, *arrays(*shapes))
    compare(lambda *x: autograd.stack(x, axis) ** 2, lambda *x: torch.stack(x, axis) ** 2, *arrays((2, 3), (2, 3)))


def test_a_tensor_joined_with_itself_gets_both_gradients():
    compare(lambda x: autograd.concatenate([x, x * x, x]), lambda x: torch.cat([x, x * x, x]), *arrays((3,)))


def test_joined_types_widen():
    y = autograd.concatenate([np.ones(2, np.float32), np.zeros(1)])
    assert (y.dtype, y.tolist()) == (np.float64, [1.0, 1.0, 0.0])


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (lambda x: x.reshape(4, 2), r"reshape: 6 elements of shape \(2, 3\) do not fit into shape \(4, 2\)"),
        (lambda x: x.transpose(0, 0), r"transpose: axes must name each of the 2 axes once, got \(0, 0\)"),
        (lambda x: x.expand(2, 4), r"expand: shape \(2, 3\) does not broadcast to \(2, 4\)"),
        (lambda x: x.squeeze(1), r"squeeze: axis 1 of shape \(2, 3\) must have size 1, got 3"),
        (lambda x: x.unsqueeze(4), r"unsqueeze: axis must lie in \[-3, 3\), got 4"),
        (lambda x: x.swapaxes(0, 2), r"swapaxes: axis must lie in \[-2, 2\), got 2"),
        (lambda x: x.flip(-3), r"flip: axis must lie in \[-2, 2\), got -3"),
        (
            lambda x: autograd.concatenate([x, x.T]),
            r"sizes must agree except along axis 0, got shapes \(2, 3\), \(3, 2\)",
        ),
        (lambda x: autograd.concatenate([x, x.sum(0)]), "concatenate: sizes must agree"),
        (lambda x: autograd.stack([x, x.T]), r"stack: shapes must be equal, got \(2, 3\), \(3, 2\)"),
        (lambda x: autograd.concatenate([]), "concatenate needs at least one tensor"),
        (lambda x: autograd.stack([]), "stack needs at least one tensor"),
    ],
)
def test_what_does_not_fit_is_named(operation, message):
    with pytest.raises(ValueError, match=message):
        operation(autograd.ones(2, 3))
