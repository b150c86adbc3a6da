import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch

SIZES = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw):
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    arguments = {
        "in_channels": groups * draw(st.integers(1, 2)),
        "out_channels": groups * draw(st.integers(1, 2)),
        "kernel_size": draw(SIZES),
        "stride": draw(SIZES),
        "padding": draw(st.integers(0, 3) | st.tuples(st.integers(0, 2), st.integers(0, 2)) | st.just("valid")),
        "dilation": draw(SIZES),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    if draw(st.integers(0, 4)) == 0:
        arguments |= {"stride": 1, "kernel_size": draw(st.sampled_from([1, 3, (1, 3)])), "padding": "same"}
    return arguments, (draw(st.integers(1, 3)), arguments["in_channels"], *draw(st.tuples(*[st.integers(1, 10)] * 2)))


@given(convolutions())
@settings(max_examples=150, deadline=None)
def test_any_convolution_is_the_librarys_or_refused_by_both(drawn):
    arguments, shape = drawn
    theirs, ours = nn.Conv2d(**arguments).double(), scratch.Conv2d(**arguments).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(shape, dtype=torch.float64)
    try:
        expected = theirs(x)
    except RuntimeError:
        with pytest.raises(ValueError, match=r"over which the kernel reaches|at least one row"):
            ours(x)
        return
    torch.testing.assert_close(ours(x), expected)


def test_it_is_a_cross_correlation_with_every_kernel():
    layer = scratch.Conv2d(3, 2, (2, 3))
    x = torch.randn(3, 6, 7)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    expected = [
        sum(scipy.signal.correlate2d(x[c].numpy(), weight[o, c], mode="valid") for c in range(3)) + bias[o]
        for o in range(2)
    ]
    np.testing.assert_allclose(layer(x).detach(), np.stack(expected), rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_finite_differences():
    layer = scratch.Conv2d(2, 2, 3, stride=2, padding=1, dilation=2).double()
    x = torch.randn(1, 2, 6, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)


def test_it_learns_an_edge_kernel():
    x = torch.ones(1, 6, 8)
    x[:, :, 2:6] = 0
    target = x[:, :, :-1] - x[:, :, 1:]
    layer = scratch.Conv2d(1, 1, (1, 2), bias=False)
    for _ in range(60):
        (gradient,) = torch.autograd.grad(((layer(x) - target) ** 2).sum(), layer.weight)
        layer.weight.data -= 0.03 * gradient
    torch.testing.assert_close(layer.weight.flatten().detach(), torch.tensor([1.0, -1.0]), atol=0.05, rtol=0)


def test_the_output_can_be_viewed_like_the_librarys():
    assert scratch.Conv2d(1, 2, 3)(torch.randn(4, 1, 5, 5)).view(4, -1).shape == (4, 18)


def test_an_empty_batch_gives_an_empty_output():
    assert scratch.Conv2d(1, 2, 3)(torch.randn(0, 1, 5, 5)).shape == (0, 2, 3, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"groups": 2}, "divide in_channels=3 and out_channels=4, got 2"),
        ({"groups": 0}, "groups must be positive"),
        ({"kernel_size": 0}, "kernel_size must be one or two whole numbers of at least 1, got 0"),
        ({"stride": (1, 0)}, r"stride must be .* got \(1, 0\)"),
        ({"padding": -1}, "padding must be one or two whole numbers of at least 0, got -1"),
        ({"dilation": 0}, "dilation must be"),
        ({"padding": "same", "stride": 2}, "stride must be 1 with padding='same'"),
    ],
)
def test_bad_arguments_are_refused_by_both(arguments, words):
    arguments = {"in_channels": 3, "out_channels": 4, "kernel_size": 3, **arguments}
    with pytest.raises(ValueError, match=words):
        scratch.Conv2d(**arguments)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"padding": "full"}, "padding must be numbers, 'same' or 'valid', got 'full'"),
        (
            {"padding_mode": "mirror"},
            "padding_mode must be 'zeros', 'reflect', 'replicate' or 'circular', got 'mirror'",
        ),
        ({"kernel_size": (1, 2, 3)}, "kernel_size must be one or two whole numbers"),
    ],
)
def test_arguments_of_another_kind_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        scratch.Conv2d(**{"in_channels": 3, "out_channels": 4, "kernel_size": 3, **arguments})


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 2, 8, 8), r"input must have shape \(batch, 3, height, width\) or, without batch, .* got \(1, 2, 8, 8\)"),
        ((8, 8), "or, without batch, .* got"),
        ((1, 1, 3, 8, 8), "or, without batch, .* got"),
        ((1, 3, 2, 8), "must be at least 5x5, over which the kernel reaches, got 2x8"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(shape, words):
    with pytest.raises(ValueError, match=words):
        scratch.Conv2d(3, 4, 3, dilation=2)(torch.randn(shape))


@pytest.mark.parametrize(("mode", "limit"), [("reflect", 3), ("circular", 4)])
def test_padding_from_the_input_needs_enough_input(mode, limit):
    with pytest.raises(ValueError, match=f"padding must be at most {limit} with '{mode}' on an input of 4x5, got"):
        scratch.Conv2d(1, 1, 3, padding=5, padding_mode=mode)(torch.randn(1, 1, 4, 5))
