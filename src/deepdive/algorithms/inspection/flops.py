"""Floating-point operations of whatever runs, counted at the products it is made of."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten


class FlopCount(TorchDispatchMode):
    """Count the operations of everything that runs in this context, from shapes alone: it works on ``meta`` tensors.

    A multiply and its add count as two, so ``(m, k) @ (k, n)`` is ``2 m k n``; only matrix products, convolutions and
    kernels that fuse some of them (attention, an LSTM on a processor) count. Element-wise work (activations, biases,
    normalisation, pooling) does not: it is bound by memory, and by convention left out. It is
    ``torch.utils.flop_counter``'s convention, and matrix-vector products and fused LSTMs, which that passes over, count
    here too.

    >>> with FlopCount() as count:
    ...     _ = torch.ones(3, 4) @ torch.ones(4, 5)
    >>> count.total
    120
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        """Operations so far."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Whether torch hides the counting from its compiler, for which it would import it: a second at a start."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operation and add what it costs."""
        result = func(*args, **(kwargs or {}))
        if (cost := _COSTS.get(func.overloadpacket)) is not None:
            self.total += cost(result, *args)
        return result


def _product(_: Any, a: torch.Tensor, b: torch.Tensor, *more: Any) -> int:
    """``(..., m, k) @ (k, n)``, and the same per batch: every element of ``a`` meets every column of ``b``."""
    return 2 * a.numel() * (b.shape[-1] if b.ndim > 1 else 1)


def _added_product(result: Any, _: torch.Tensor, a: torch.Tensor, b: torch.Tensor, *more: Any) -> int:
    return _product(result, a, b)


def _convolution(
    result: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, bias: Any, stride: Any, padding: Any, dilation: Any,
    transposed: bool, *more: Any,
) -> int:  # fmt: skip
    """Each output reads ``in / groups`` kernels; transposed, each input writes ``out / groups`` of them."""
    return 2 * (x if transposed else result).numel() * math.prod(weight.shape[1:])


def _attention(_: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *more: Any) -> int:
    """``softmax(Q Kᵀ) V``: two products per head."""
    return 2 * query[..., 0].numel() * key.shape[-2] * (query.shape[-1] + value.shape[-1])


def _lstm(_: Any, x: torch.Tensor, weight_ih: torch.Tensor, weight_hh: torch.Tensor, *more: Any) -> int:
    """One layer and direction, fused: every row of every step meets both weights."""
    return 2 * x[..., 0].numel() * (weight_ih.numel() + weight_hh.numel())


_COSTS: dict[Any, Callable[..., int]] = {
    _aten.mm: _product,
    _aten.bmm: _product,
    _aten.mv: _product,
    _aten.dot: _product,
    _aten.addmm: _added_product,
    _aten.baddbmm: _added_product,
    _aten.addmv: _added_product,
    _aten.mkldnn_rnn_layer: _lstm,
    _aten.convolution: _convolution,
    _aten._scaled_dot_product_flash_attention: _attention,
    _aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    _aten._scaled_dot_product_efficient_attention: _attention,
    _aten._scaled_dot_product_cudnn_attention: _attention,
}
