"""The methods and operators of a tensor: the functions of this package, in the place of a method."""

from types import SimpleNamespace
from typing import Any, TypeAlias, TypeVar

ops: Any = SimpleNamespace()
"""The functions of the package, which puts them here once all are there: they need tensors, and a tensor needs them."""
Own = TypeVar("Own", bound="Methods")
Axis: TypeAlias = int | tuple[int, ...] | None
"""One axis, several, or all."""


class Methods:
    """``x.exp()`` is ``autograd.exp(x)``, ``x + y`` is ``autograd.add(x, y)``."""

    __slots__ = ()

    def __add__(self: Own, other: Any) -> Own:
        return ops.add(self, other)

    def __radd__(self: Own, other: Any) -> Own:
        return ops.add(other, self)

    def __sub__(self: Own, other: Any) -> Own:
        return ops.sub(self, other)

    def __rsub__(self: Own, other: Any) -> Own:
        return ops.sub(other, self)

    def __mul__(self: Own, other: Any) -> Own:
        return ops.mul(self, other)

    def __rmul__(self: Own, other: Any) -> Own:
        return ops.mul(other, self)

    def __truediv__(self: Own, other: Any) -> Own:
        return ops.div(self, other)

    def __rtruediv__(self: Own, other: Any) -> Own:
        return ops.div(other, self)

    def __pow__(self: Own, other: Any) -> Own:
        return ops.pow(self, other)

    def __rpow__(self: Own, other: Any) -> Own:
        return ops.pow(other, self)

    def __matmul__(self: Own, other: Any) -> Own:
        return ops.matmul(self, other)

    def __rmatmul__(self: Own, other: Any) -> Own:
        return ops.matmul(other, self)

    def __neg__(self: Own) -> Own:
        return ops.neg(self)

    def __abs__(self: Own) -> Own:
        return ops.abs(self)

    def __lt__(self: Own, other: Any) -> Own:
        return ops.compare("lt", self, other)

    def __le__(self: Own, other: Any) -> Own:
        return ops.compare("le", self, other)

    def __gt__(self: Own, other: Any) -> Own:
        return ops.compare("gt", self, other)

    def __ge__(self: Own, other: Any) -> Own:
        return ops.compare("ge", self, other)

    def __eq__(self: Own, other: object) -> Own:  # pyright: ignore[reportIncompatibleMethodOverride]
        return ops.compare("eq", self, other)

    def __ne__(self: Own, other: object) -> Own:  # pyright: ignore[reportIncompatibleMethodOverride]
        return ops.compare("ne", self, other)

    __hash__ = object.__hash__  # by identity: equality is element by element

    def __and__(self: Own, other: Any) -> Own:
        return ops.compare("and_", self, other)

    def __or__(self: Own, other: Any) -> Own:
        return ops.compare("or_", self, other)

    def __xor__(self: Own, other: Any) -> Own:
        return ops.compare("xor", self, other)

    def __invert__(self: Own) -> Own:
        return ops.invert(self)

    def __getitem__(self: Own, index: Any) -> Own:
        return ops.getitem(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        ops.setitem(self, index, value)

    def __iadd__(self: Own, other: Any) -> Own:
        return ops.update("add", self, other)

    def __isub__(self: Own, other: Any) -> Own:
        return ops.update("sub", self, other)

    def __imul__(self: Own, other: Any) -> Own:
        return ops.update("mul", self, other)

    def __itruediv__(self: Own, other: Any) -> Own:
        return ops.update("div", self, other)

    def exp(self: Own) -> Own:
        return ops.exp(self)

    def log(self: Own) -> Own:
        return ops.log(self)

    def sqrt(self: Own) -> Own:
        return ops.sqrt(self)

    def sin(self: Own) -> Own:
        return ops.sin(self)

    def cos(self: Own) -> Own:
        return ops.cos(self)

    def tanh(self: Own) -> Own:
        return ops.tanh(self)

    def sigmoid(self: Own) -> Own:
        return ops.sigmoid(self)

    def relu(self: Own) -> Own:
        return ops.relu(self)

    def abs(self: Own) -> Own:
        return ops.abs(self)

    def clone(self: Own) -> Own:
        return ops.clone(self)

    def sum(self: Own, axis: Axis = None, keepdims: bool = False) -> Own:
        return ops.sum(self, axis, keepdims)

    def mean(self: Own, axis: Axis = None, keepdims: bool = False) -> Own:
        return ops.mean(self, axis, keepdims)

    def max(self: Own, axis: Axis = None, keepdims: bool = False) -> Own:
        return ops.max(self, axis, keepdims)

    def min(self: Own, axis: Axis = None, keepdims: bool = False) -> Own:
        return ops.min(self, axis, keepdims)

    def logsumexp(self: Own, axis: Axis = None, keepdims: bool = False) -> Own:
        return ops.logsumexp(self, axis, keepdims)

    def var(self: Own, axis: Axis = None, keepdims: bool = False, correction: int = 1) -> Own:
        return ops.var(self, axis, keepdims, correction)

    def prod(self: Own, axis: int | None = None, keepdims: bool = False) -> Own:
        return ops.prod(self, axis, keepdims)

    def cumsum(self: Own, axis: int = -1) -> Own:
        return ops.cumsum(self, axis)

    def clip(self: Own, min: int | float | None = None, max: int | float | None = None) -> Own:
        return ops.clip(self, min, max)

    def astype(self: Own, dtype: Any) -> Own:
        return ops.astype(self, dtype)

    def reshape(self: Own, *shape: int | tuple[int, ...]) -> Own:
        return ops.reshape(self, *shape)

    def transpose(self: Own, *axes: int | tuple[int, ...]) -> Own:
        return ops.transpose(self, *axes)

    @property
    def T(self: Own) -> Own:
        return ops.transpose(self)

    def swapaxes(self: Own, first: int, second: int) -> Own:
        return ops.swapaxes(self, first, second)

    def expand(self: Own, *shape: int | tuple[int, ...]) -> Own:
        return ops.expand(self, *shape)

    def squeeze(self: Own, axis: int | tuple[int, ...] | None = None) -> Own:
        return ops.squeeze(self, axis)

    def unsqueeze(self: Own, axis: int) -> Own:
        return ops.unsqueeze(self, axis)

    def flip(self: Own, axis: int) -> Own:
        return ops.flip(self, axis)

    def copy_(self: Own, other: Any) -> Own:
        return ops.update("copy", self, other)

    def zero_(self: Own) -> Own:
        return ops.update("copy", self, 0)

    def backward(self, gradient: Any = None, *, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        ops.backward(self, gradient, retain_graph=retain_graph, create_graph=create_graph)
