import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch


@st.composite
def windows(draw):
    kernel = draw(st.integers(1, 4) | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    smallest = kernel if isinstance(kernel, int) else min(kernel)
    return {
        "kernel_size": kernel,
        "stride": draw(st.none() | st.integers(1, 5) | st.tuples(st.integers(1, 4), st.integers(1, 4))),
        "padding": draw(st.integers(0, smallest // 2)),
        "ceil_mode": draw(st.booleans()),
    }


SHAPES = st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 9), st.integers(1, 9))
AVERAGES = st.fixed_dictionaries(
    {"count_include_pad": st.booleans(), "divisor_override": st.none() | st.integers(1, 3)}
)


def compare(ours, theirs, shape):
    """Values and gradients, on whole numbers so that ties are frequent; or both refuse."""
    x = torch.randint(-2, 3, shape, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    try:
        expected = theirs(x)
    except RuntimeError:
        with pytest.raises(ValueError, match="the reach of a window"):
            ours(x)
        return
    assume(expected.isfinite().all())  # of a window with nothing in it the library writes a gradient out of bounds
    result = ours(x)
    torch.testing.assert_close(result, expected)
    direction = torch.randn(result.shape, dtype=torch.float64)
    gradients = (torch.autograd.grad(y, x, direction)[0] for y in (result, expected))
    torch.testing.assert_close(*gradients)


@given(windows(), st.integers(1, 3), SHAPES)
@settings(max_examples=150, deadline=None)
def test_any_max_pooling_is_the_librarys_also_in_ties(arguments, dilation, shape):
    arguments["dilation"] = dilation
    compare(scratch.MaxPool2d(**arguments), nn.MaxPool2d(**arguments), shape)


@given(windows(), AVERAGES, SHAPES)
@settings(max_examples=150, deadline=None)
def test_any_average_pooling_is_the_librarys(arguments, more, shape):
    compare(scratch.AvgPool2d(**arguments, **more), nn.AvgPool2d(**arguments, **more), shape)


@given(st.tuples(*[st.none() | st.integers(1, 7)] * 2) | st.integers(1, 7), SHAPES)
@settings(max_examples=60, deadline=None)
def test_any_adaptive_pooling_is_the_librarys(output_size, shape):
    compare(scratch.AdaptiveAvgPool2d(output_size), nn.AdaptiveAvgPool2d(output_size), shape)


def test_the_largest_and_the_mean_of_each_window():
    x = torch.arange(9.0).view(1, 3, 3)
    assert scratch.MaxPool2d(2, stride=1)(x).tolist() == [[[4, 5], [7, 8]]]
    assert scratch.AvgPool2d(2, stride=1)(x).tolist() == [[[2, 3], [5, 6]]]


@pytest.mark.parametrize("fill", [float("inf"), float("-inf")])
def test_of_equal_infinities_the_first_gets_the_gradient(fill):
    ours, theirs = (torch.full((1, 4, 4), fill).requires_grad_() for _ in range(2))
    scratch.MaxPool2d(3, stride=1, padding=1)(ours).backward(torch.ones(1, 4, 4))
    nn.MaxPool2d(3, stride=1, padding=1)(theirs).backward(torch.ones(1, 4, 4))
    if fill > 0:
        assert torch.equal(ours.grad, theirs.grad)
    else:  # a padding of -inf is as good as they are; what reaches the input is a number all the same
        assert ours.grad.isfinite().all()


def test_a_nan_is_the_largest():
    x = torch.tensor([[[1.0, float("nan")], [2.0, 3.0]]])
    assert scratch.MaxPool2d(2)(x).isnan().all()
    assert nn.MaxPool2d(2)(x).isnan().all()


@pytest.mark.parametrize("pool", [scratch.AvgPool2d(2), scratch.MaxPool2d(3, 2, 1), scratch.AdaptiveAvgPool2d(2)])
def test_gradients_are_those_of_finite_differences(pool):
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(pool, x)


@pytest.mark.parametrize("make", [scratch.AvgPool2d, scratch.MaxPool2d])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kernel_size": 3, "padding": 2}, "padding must be at most half of kernel_size=3, got 2"),
        ({"kernel_size": (4, 1), "padding": 1}, r"at most half of kernel_size=\(4, 1\), got 1"),
        ({"kernel_size": 0}, "kernel_size must be"),
        ({"kernel_size": 2, "stride": 0}, "stride must be"),
        ({"kernel_size": 2, "padding": -1}, "padding must be"),
    ],
)
def test_bad_arguments_are_refused(make, arguments, words):
    with pytest.raises(ValueError, match=words):
        make(**arguments)


def test_other_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="divisor_override must not be 0"):
        scratch.AvgPool2d(2, divisor_override=0)
    with pytest.raises(ValueError, match="dilation must be"):
        scratch.MaxPool2d(2, dilation=0)
    with pytest.raises(ValueError, match="output_size must be one or two integers of at least 1, or None, got 0"):
        scratch.AdaptiveAvgPool2d(0)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("pool", [scratch.AvgPool2d(2), scratch.MaxPool2d(2), scratch.AdaptiveAvgPool2d(2)])
def test_inputs_of_another_shape_are_refused(pool):
    with pytest.raises(ValueError, match=r"input must have shape \(batch, channels, height, width\) .* got \(4, 4\)"):
        pool(torch.randn(4, 4))
