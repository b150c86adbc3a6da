import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.scratch.spatial.correlation import conv_transpose_output_size

PAIRS = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def transposed_convolutions(draw):
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    arguments = {
        "in_channels": groups * draw(st.integers(1, 2)),
        "out_channels": groups * draw(st.integers(1, 2)),
        "kernel_size": draw(PAIRS),
        "stride": draw(PAIRS),
        "padding": draw(st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2))),
        "output_padding": draw(st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2))),
        "dilation": draw(PAIRS),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    return arguments, (draw(st.integers(1, 3)), arguments["in_channels"], *draw(st.tuples(*[st.integers(1, 6)] * 2)))


@given(transposed_convolutions())
@settings(max_examples=150, deadline=None)
def test_any_transposed_convolution_is_the_librarys_or_refused_by_both(drawn):
    arguments, shape = drawn
    theirs, ours = nn.ConvTranspose2d(**arguments).double(), scratch.ConvTranspose2d(**arguments).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(shape, dtype=torch.float64)
    try:
        expected = theirs(x)
    except RuntimeError:
        with pytest.raises(ValueError, match=r"got output_padding=|leave an output of"):
            ours(x)
        return
    torch.testing.assert_close(ours(x), expected)
    geometry = {k: v for k, v in arguments.items() if k not in ("in_channels", "out_channels", "groups", "bias")}
    assert conv_transpose_output_size(shape[2:], **geometry) == expected.shape[2:]


@given(transposed_convolutions())
@settings(max_examples=50, deadline=None)
def test_it_is_the_gradient_of_the_convolution(drawn):
    """<conv(x), y> = <x, transposed(y)>: one is the other's transposed matrix."""
    arguments, shape = drawn
    geometry = {k: arguments[k] for k in ("kernel_size", "stride", "padding", "dilation", "groups")}
    channels = arguments["in_channels"], arguments["out_channels"]
    back = scratch.ConvTranspose2d(*channels, **geometry, bias=False).double()
    y = torch.randn(shape, dtype=torch.float64)
    try:
        spread = back(y)
    except ValueError:
        return
    forth = scratch.Conv2d(*reversed(channels), **geometry, bias=False).double()
    forth.load_state_dict(back.state_dict())
    x = torch.randn(spread.shape, dtype=torch.float64)
    torch.testing.assert_close((forth(x) * y).sum(), (x * spread).sum())


def test_gradients_are_those_of_finite_differences():
    layer = scratch.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1).double()
    x = torch.randn(1, 2, 3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)


def test_a_wanted_size_is_given_or_refused():
    theirs = nn.ConvTranspose2d(1, 1, 3, stride=3)
    ours = scratch.ConvTranspose2d(1, 1, 3, stride=3)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(1, 1, 4, 4)
    for size in ([12, 14], [13, 12], [1, 1, 14, 13]):
        torch.testing.assert_close(ours(x, size), theirs(x, size))
    with pytest.raises(ValueError, match=r"12 to 14 and 12 to 14, by stride and dilation, got output_size=\(15, 12\)"):
        ours(x, [15, 12])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"groups": 2}, "divide in_channels=3 and out_channels=4, got 2"),
        ({"kernel_size": 0}, "kernel_size must be one or two whole numbers of at least 1, got 0"),
        ({"output_padding": -1}, "output_padding must be one or two whole numbers of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        scratch.ConvTranspose2d(**{"in_channels": 3, "out_channels": 4, "kernel_size": 3, **arguments})


@pytest.mark.usefixtures("without_shape_checks")
def test_other_paddings_and_shapes_are_refused():
    with pytest.raises(ValueError, match="padding_mode of a transposed convolution must be 'zeros', got 'reflect'"):
        scratch.ConvTranspose2d(1, 1, 3, padding_mode="reflect")
    with pytest.raises(ValueError, match=r"input must have shape \(batch, 3, height, width\) .* got \(1, 2, 4, 4\)"):
        scratch.ConvTranspose2d(3, 1, 3)(torch.randn(1, 2, 4, 4))
    with pytest.raises(ValueError, match=r"got \(3, 3\), which leaves -2x-2 of an input of 2x2"):
        scratch.ConvTranspose2d(1, 1, 3, padding=3)(torch.randn(1, 1, 2, 2))
