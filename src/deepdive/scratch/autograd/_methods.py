"""The methods and operators of a tensor: the functions of this package, in the place of a method."""

from typing import TYPE_CHECKING, Any

import deepdive.scratch.autograd as ops  # looked into when a method is called, when the package is whole

if TYPE_CHECKING:
    pass


class Methods:
    """``x.exp()`` is ``autograd.exp(x)``, ``x + y`` is ``autograd.add(x, y)``."""

    __slots__ = ()

    def __add__(self, other: Any) -> "ops.Tensor":
        return ops.add(self, other)

    def __radd__(self, other: Any) -> "ops.Tensor":
        return ops.add(other, self)

    def __sub__(self, other: Any) -> "ops.Tensor":
        return ops.sub(self, other)

    def __rsub__(self, other: Any) -> "ops.Tensor":
        return ops.sub(other, self)

    def __mul__(self, other: Any) -> "ops.Tensor":
        return ops.mul(self, other)

    def __rmul__(self, other: Any) -> "ops.Tensor":
        return ops.mul(other, self)

    def __truediv__(self, other: Any) -> "ops.Tensor":
        return ops.div(self, other)

    def __rtruediv__(self, other: Any) -> "ops.Tensor":
        return ops.div(other, self)

    def __pow__(self, other: Any) -> "ops.Tensor":
        return ops.pow(self, other)

    def __rpow__(self, other: Any) -> "ops.Tensor":
        return ops.pow(other, self)

    def __matmul__(self, other: Any) -> "ops.Tensor":
        return ops.matmul(self, other)

    def __rmatmul__(self, other: Any) -> "ops.Tensor":
        return ops.matmul(other, self)

    def __neg__(self) -> "ops.Tensor":
        return ops.neg(self)

    def __abs__(self) -> "ops.Tensor":
        return ops.abs(self)

    def __lt__(self, other: Any) -> "ops.Tensor":
        return ops.compare("lt", self, other)

    def __le__(self, other: Any) -> "ops.Tensor":
        return ops.compare("le", self, other)

    def __gt__(self, other: Any) -> "ops.Tensor":
        return ops.compare("gt", self, other)

    def __ge__(self, other: Any) -> "ops.Tensor":
        return ops.compare("ge", self, other)

    def __eq__(self, other: object) -> "ops.Tensor":  # pyright: ignore[reportIncompatibleMethodOverride]
        return ops.compare("eq", self, other)

    def __ne__(self, other: object) -> "ops.Tensor":  # pyright: ignore[reportIncompatibleMethodOverride]
        return ops.compare("ne", self, other)

    __hash__ = object.__hash__  # by identity: equality is element by element

    def __and__(self, other: Any) -> "ops.Tensor":
        return ops.compare("and_", self, other)

    def __or__(self, other: Any) -> "ops.Tensor":
        return ops.compare("or_", self, other)

    def __xor__(self, other: Any) -> "ops.Tensor":
        return ops.compare("xor", self, other)

    def __invert__(self) -> "ops.Tensor":
        return ops.invert(self)

    def __getitem__(self, index: Any) -> "ops.Tensor":
        return ops.getitem(self, index)

    def __setitem__(self: Any, index: Any, value: Any) -> None:
        ops.setitem(self, index, value)

    def __iadd__(self: Any, other: Any) -> "ops.Tensor":
        return ops.update("add", self, other)

    def __isub__(self: Any, other: Any) -> "ops.Tensor":
        return ops.update("sub", self, other)

    def __imul__(self: Any, other: Any) -> "ops.Tensor":
        return ops.update("mul", self, other)

    def __itruediv__(self: Any, other: Any) -> "ops.Tensor":
        return ops.update("div", self, other)

    def exp(self) -> "ops.Tensor":
        return ops.exp(self)

    def log(self) -> "ops.Tensor":
        return ops.log(self)

    def sqrt(self) -> "ops.Tensor":
        return ops.sqrt(self)

    def sin(self) -> "ops.Tensor":
        return ops.sin(self)

    def cos(self) -> "ops.Tensor":
        return ops.cos(self)

    def tanh(self) -> "ops.Tensor":
        return ops.tanh(self)

    def sigmoid(self) -> "ops.Tensor":
        return ops.sigmoid(self)

    def relu(self) -> "ops.Tensor":
        return ops.relu(self)

    def abs(self) -> "ops.Tensor":
        return ops.abs(self)

    def clone(self: Any) -> "ops.Tensor":
        return ops.clone(self)

    def sum(self, axis: "ops.Axis" = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.sum(self, axis, keepdims)

    def mean(self, axis: "ops.Axis" = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.mean(self, axis, keepdims)

    def max(self, axis: "ops.Axis" = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.max(self, axis, keepdims)

    def min(self, axis: "ops.Axis" = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.min(self, axis, keepdims)

    def logsumexp(self, axis: "ops.Axis" = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.logsumexp(self, axis, keepdims)

    def var(self, axis: "ops.Axis" = None, keepdims: bool = False, correction: int = 1) -> "ops.Tensor":
        return ops.var(self, axis, keepdims, correction)

    def prod(self, axis: int | None = None, keepdims: bool = False) -> "ops.Tensor":
        return ops.prod(self, axis, keepdims)

    def cumsum(self, axis: int = -1) -> "ops.Tensor":
        return ops.cumsum(self, axis)

    def clip(self, min: int | float | None = None, max: int | float | None = None) -> "ops.Tensor":
        return ops.clip(self, min, max)

    def astype(self: Any, dtype: Any) -> "ops.Tensor":
        return ops.astype(self, dtype)

    def reshape(self, *shape: int | tuple[int, ...]) -> "ops.Tensor":
        return ops.reshape(self, *shape)

    def transpose(self, *axes: int | tuple[int, ...]) -> "ops.Tensor":
        return ops.transpose(self, *axes)

    @property
    def T(self) -> "ops.Tensor":
        return ops.transpose(self)

    def swapaxes(self, first: int, second: int) -> "ops.Tensor":
        return ops.swapaxes(self, first, second)

    def expand(self, *shape: int | tuple[int, ...]) -> "ops.Tensor":
        return ops.expand(self, *shape)

    def squeeze(self, axis: int | tuple[int, ...] | None = None) -> "ops.Tensor":
        return ops.squeeze(self, axis)

    def unsqueeze(self, axis: int) -> "ops.Tensor":
        return ops.unsqueeze(self, axis)

    def flip(self, axis: int) -> "ops.Tensor":
        return ops.flip(self, axis)

    def copy_(self: Any, other: Any) -> "ops.Tensor":
        return ops.update("copy", self, other)

    def zero_(self: Any) -> "ops.Tensor":
        return ops.update("copy", self, 0)

    def backward(
        self: Any, gradient: Any = None, *, retain_graph: bool | None = None, create_graph: bool = False
    ) -> None:
        ops.backward(self, gradient, retain_graph=retain_graph, create_graph=create_graph)
