"""Cross-correlation and convolution of one image with one kernel, written three ways (D2L sections 7.1 to 7.3).

As sliding windows, as one matrix, and as the shape of their result. ``Conv2d`` is the same with channels, groups and a
batch; what deep learning calls a convolution is the cross-correlation.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import checked, pair_of
from deepdive.scratch.spatial._windows import Size, check_reach, num_windows, shifts


@checked
def cross_correlation(input: Float[Tensor, "h w"], kernel: Float[Tensor, "kh kw"]) -> Float[Tensor, "h_out w_out"]:
    """``y[i, j] = Σ kernel[m, n] input[i + m, j + n]``, where the kernel lies wholly inside (section 7.1.2).

    Raises:
        ValueError: the kernel is larger than the input.
    """
    (h, w), (kh, kw) = input.shape, kernel.shape
    if kh > h or kw > w:
        raise ValueError(f"kernel must be at most {h}x{w}, the size of input, got {kh}x{kw}")
    rows = torch.stack(shifts(input, 0, kh, 1))  # (kh, h_out, w)
    windows = torch.stack(shifts(rows, 2, kw, 1), 1)  # (kh, kw, h_out, w_out)
    return torch.einsum("mn,mnij->ij", kernel, windows)


@checked
def convolution(input: Float[Tensor, "h w"], kernel: Float[Tensor, "kh kw"]) -> Float[Tensor, "h_out w_out"]:
    """``y[i, j] = Σ kernel[m, n] input[i - m, j - n]`` up to a shift: the kernel turned by 180° and correlated.

    Unlike the cross-correlation it is commutative and associative; a network that learns its kernel cannot tell the
    two apart, since it learns the turned one (section 7.1.5).

    Raises:
        ValueError: the kernel is larger than the input.
    """
    return cross_correlation(input, kernel.flip(0, 1))


@checked
def convolution_matrix(
    kernel: Float[Tensor, "kh kw"],
    input_size: Size,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
) -> Float[Tensor, "outputs inputs"]:
    """The matrix ``W`` with ``y.flatten() = W @ x.flatten()`` for ``y`` the cross-correlation of ``x`` with the kernel.

    ``W`` is doubly blocked Toeplitz for ``stride=1``: every diagonal is constant, in it and among its blocks. ``W.T``
    is the transposed convolution, which is also how the gradient travels backwards (section 14.10.3).

    Raises:
        ValueError: sizes that are not positive, or a kernel that reaches over more than the padded input.
    """
    (h, w), (kh, kw) = pair_of("input_size", input_size), kernel.shape
    h_out, w_out = conv_output_size((h, w), (kh, kw), stride, padding, dilation)
    geometry = (pair_of("stride", stride), pair_of("padding", padding, 0), pair_of("dilation", dilation))
    (sh, sw), (ph, pw), (dh, dw) = geometry
    rows, columns = _placements(h, kh, h_out, sh, ph, dh), _placements(w, kw, w_out, sw, pw, dw)
    rows, columns = rows.to(kernel), columns.to(kernel)
    return torch.einsum("mn,mia,njb->ijab", kernel, rows, columns).reshape(h_out * w_out, h * w)


def conv_output_size(
    input_size: Size, kernel_size: Size, stride: Size = 1, padding: Size = 0, dilation: Size = 1
) -> tuple[int, int]:
    """``⌊(n + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1`` for height and width (section 7.3.2).

    Raises:
        ValueError: a size is not positive, or the kernel reaches over more than the padded input.
    """
    sizes = pair_of("input_size", input_size)
    kernels, strides = pair_of("kernel_size", kernel_size), pair_of("stride", stride)
    paddings, dilations = pair_of("padding", padding, 0), pair_of("dilation", dilation)
    padded = [n + 2 * p for n, p in zip(sizes, paddings, strict=True)]
    check_reach("input_size, with its padding,", padded, kernels, dilations)
    h, w = (num_windows(*numbers) for numbers in zip(padded, kernels, strides, dilations, strict=True))
    return h, w


def conv_transpose_output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
) -> tuple[int, int]:
    """``stride (n - 1) + dilation (kernel - 1) + 1 - 2 padding + output_padding`` for height and width.

    Raises:
        ValueError: a size is not positive, or the padding leaves nothing.
    """
    sizes, kernels = pair_of("input_size", input_size), pair_of("kernel_size", kernel_size)
    strides, dilations = pair_of("stride", stride), pair_of("dilation", dilation)
    paddings, more = pair_of("padding", padding, 0), pair_of("output_padding", output_padding, 0)
    h, w = (
        s * (n - 1) + d * (k - 1) + 1 - 2 * p + o
        for n, k, s, p, o, d in zip(sizes, kernels, strides, paddings, more, dilations, strict=True)
    )
    if h < 1 or w < 1:
        raise ValueError(f"padding must leave an output of at least 1x1, got {padding}, which leaves {h}x{w}")
    return h, w


def _placements(
    length: int, size: int, outputs: int, stride: int, padding: int, dilation: int
) -> Float[Tensor, "size outputs length"]:
    """1 where element ``m`` of the kernel, placed for output ``i``, lies on input ``a``; what lies on padding is 0."""
    m = torch.arange(size).view(-1, 1, 1)
    i = torch.arange(outputs).view(1, -1, 1)
    a = torch.arange(length)
    return (stride * i + dilation * m - padding == a).float()
