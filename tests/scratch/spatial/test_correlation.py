import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.scratch.spatial.correlation import (
    conv_output_size,
    conv_transpose_output_size,
    convolution,
    convolution_matrix,
    cross_correlation,
)

SIDES = st.tuples(st.integers(1, 4), st.integers(1, 4))
GEOMETRY = st.fixed_dictionaries(
    {
        "stride": st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "padding": st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2)),
        "dilation": st.integers(1, 3) | st.tuples(st.integers(1, 2), st.integers(1, 3)),
    }
)


def drawn(h, w):
    return torch.randn(h, w, dtype=torch.float64)


@given(kernel=SIDES, extra=SIDES)
@settings(deadline=None)
def test_both_are_scipys(kernel, extra):
    k, x = drawn(*kernel), drawn(kernel[0] + extra[0] - 1, kernel[1] + extra[1] - 1)
    np.testing.assert_allclose(cross_correlation(x, k), scipy.signal.correlate2d(x, k, mode="valid"), atol=1e-12)
    np.testing.assert_allclose(convolution(x, k), scipy.signal.convolve2d(x, k, mode="valid"), atol=1e-12)


def test_d2ls_example():
    x, k = torch.arange(9.0).view(3, 3), torch.arange(4.0).view(2, 2)
    assert cross_correlation(x, k).tolist() == [[19, 25], [37, 43]]


def test_convolution_is_commutative_and_correlation_is_not():
    a, b = drawn(3, 3), drawn(3, 3)
    torch.testing.assert_close(convolution(a, b), convolution(b, a))
    frame = F.pad(a, (2, 2, 2, 2)), F.pad(b, (2, 2, 2, 2))
    torch.testing.assert_close(convolution(frame[0], b), convolution(frame[1], a))
    assert not torch.allclose(cross_correlation(frame[0], b), cross_correlation(frame[1], a))


def test_a_kernel_larger_than_the_input_is_refused():
    with pytest.raises(ValueError, match="kernel must be at most 4x2, the size of input, got 2x3"):
        cross_correlation(drawn(4, 2), drawn(2, 3))


@given(kernel=SIDES, size=st.tuples(st.integers(1, 7), st.integers(1, 7)), geometry=GEOMETRY)
@settings(max_examples=100, deadline=None)
def test_the_matrix_is_the_convolution_and_its_transpose_the_transposed_one(kernel, size, geometry):
    k, x = drawn(*kernel), drawn(*size)
    try:
        expected = F.conv2d(x[None, None], k[None, None], **geometry)[0, 0]
    except RuntimeError:
        with pytest.raises(
            ValueError, match=r"input_size, with its padding, must be at least .*, over which the kernel reaches, got"
        ):
            convolution_matrix(k, size, **geometry)
        return
    matrix = convolution_matrix(k, size, **geometry)
    torch.testing.assert_close((matrix @ x.flatten()).view(expected.shape), expected)
    y = torch.randn_like(expected)
    back = nn.grad.conv2d_input((1, 1, *size), k[None, None], y[None, None], **geometry)[0, 0]
    torch.testing.assert_close((matrix.T @ y.flatten()).view(size), back)


def test_the_matrix_is_doubly_blocked_toeplitz():
    matrix = convolution_matrix(drawn(2, 3), (5, 6)).view(4, 4, 5, 6)
    torch.testing.assert_close(matrix[1:, :, 1:], matrix[:-1, :, :-1])
    torch.testing.assert_close(matrix[:, 1:, :, 1:], matrix[:, :-1, :, :-1])


@given(kernel=SIDES, size=st.tuples(st.integers(1, 30), st.integers(1, 30)), geometry=GEOMETRY)
@settings(max_examples=300, deadline=None)
def test_the_shape_formula_is_the_librarys(kernel, size, geometry):
    layer = nn.Conv2d(1, 1, kernel, **geometry, device="meta")
    try:
        expected = layer(torch.empty(1, 1, *size, device="meta")).shape[2:]
    except RuntimeError:
        with pytest.raises(
            ValueError, match=r"input_size, with its padding, must be at least .*, over which the kernel reaches, got"
        ):
            conv_output_size(size, kernel, **geometry)
        return
    assert conv_output_size(size, kernel, **geometry) == expected


@given(kernel=SIDES, size=SIDES, geometry=GEOMETRY)
@settings(max_examples=100, deadline=None)
def test_transposed_sizes_lead_back(kernel, size, geometry):
    """A transposed convolution gives the smallest input that the convolution maps onto this size."""
    try:
        larger = conv_transpose_output_size(size, kernel, **geometry)
    except ValueError:
        assume(False)
    assert conv_output_size(larger, kernel, **geometry) == size


def test_sizes_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="stride must be one or two whole numbers of at least 1, got 0"):
        conv_output_size(5, 3, stride=0)
    with pytest.raises(ValueError, match="padding must leave an output of at least 1x1, got 3, which leaves -1x-1"):
        conv_transpose_output_size(3, 3, padding=3)


def test_a_one_by_one_convolution_is_a_linear_layer_at_every_pixel():
    layer, linear = scratch.Conv2d(5, 3, 1), scratch.Linear(5, 3)
    linear.load_state_dict({"weight": layer.weight[:, :, 0, 0], "bias": layer.bias})
    x = torch.randn(2, 5, 4, 6)
    torch.testing.assert_close(layer(x), linear(x.movedim(1, -1)).movedim(-1, 1))
