"""How an operation gets onto the tape, and what it takes as operands."""

import weakref
from typing import Any, TypeAlias

import numpy as np

from deepdive.scratch.autograd._graph import Edge, Node, Rule, Version
from deepdive.scratch.autograd.modes import is_grad_enabled
from deepdive.scratch.autograd.tensor import Tensor

Operand: TypeAlias = Any
"""A ``Tensor``, or a NumPy array or a number that becomes a constant. ``as_operand`` refuses anything else."""


class Output:
    """The value of an operation for its own rule, ``y()``, without a cycle of references."""

    __slots__ = ("data", "node", "version")

    def __init__(self, data: Any) -> None:
        self.data = np.asarray(data)  # of all elements NumPy makes a scalar
        self.version: Version = [0]
        self.node: weakref.ref[Node] | None = None

    def __call__(self) -> Tensor:
        """The value as a tensor that is part of the graph: the node is alive while its rule runs."""
        return Tensor._wrap(self.data, self.node() if self.node is not None else None, self.version)


def record(
    name: str,
    value: Any,
    *inputs: tuple[Tensor, Rule],
    saves: tuple[Tensor, ...] = (),
    view_of: Tensor | None = None,
) -> Tensor:
    """The tensor of ``value``, remembered as ``name`` of ``inputs`` if one of them requires a gradient.

    Args:
        name: of the operation, for drawings and errors.
        value: the result, an array (or a scalar of NumPy), or an ``Output`` where the rules need it.
        inputs: each tensor with its rule. What a rule returns may still be broadcast to the input's shape and is
            summed there, and is cast to the input's type.
        saves: the tensors that the rules read; they must not be changed in place before the backward pass.
        view_of: the tensor whose memory ``value`` may share.
    """
    output = value if isinstance(value, Output) else None
    data = output.data if output is not None else np.asarray(value)
    version: Version = output.version if output is not None else view_of._version if view_of is not None else [0]
    if not (is_grad_enabled() and any(x._node is not None for x, _ in inputs)):
        return Tensor._wrap(data, None, version)
    edges = tuple(Edge(x._node, rule if x._node is not None else None, x._data) for x, rule in inputs)
    node = Node(name, data, edges)
    node.saved = tuple((x._version, x._version[0]) for x in saves)
    if output is not None:
        node.saved += ((version, 0),)
        output.node = weakref.ref(node)
    return Tensor._wrap(data, node, version)


def constant(value: Any) -> Tensor:
    """A tensor around a fresh array, or around the scalar that NumPy makes of one without dimensions."""
    return Tensor._wrap(np.asarray(value))


def as_operand(name: str, x: Operand) -> Tensor:
    """``x`` as a tensor; an array is copied, so that changing it later does not change a gradient.

    Raises:
        TypeError: it is something else; names the operation and the type.
    """
    if isinstance(x, Tensor):
        return x
    if isinstance(x, np.ndarray):
        return Tensor(x)
    if isinstance(x, bool | int | float | np.generic):
        return constant(x)
    kind = f"{type(x).__module__}.{type(x).__qualname__}".removeprefix("builtins.")
    raise TypeError(f"{name} takes tensors, NumPy arrays and numbers, got {kind}; convert it with autograd.tensor()")


def operands(name: str, *values: Operand) -> tuple[Tensor, ...]:
    """Tensors of one type whose shapes broadcast.

    As in PyTorch, floats win over whole numbers, and among floats the wider one wins, but a tensor without dimensions
    (a number) adapts to one with dimensions.

    Raises:
        TypeError: a value is no operand.
        ValueError: the shapes do not broadcast; names both.
    """
    tensors = tuple(as_operand(name, x) for x in values)
    first = tensors[0]._data
    if any(x._data.shape != first.shape for x in tensors):
        check_broadcast(name, *(x._data.shape for x in tensors))
    if all(x._data.dtype == first.dtype for x in tensors):
        return tensors
    dtype = _common(tensors, [isinstance(x, bool | int | float) for x in values])
    return tuple(x.astype(dtype) for x in tensors)


def _common(tensors: tuple[Tensor, ...], plain: list[bool]) -> np.dtype:
    floats = [x for x in tensors if x.dtype.kind == "f"]
    if not floats:
        typed = [x.dtype for x, number in zip(tensors, plain, strict=True) if not number and x.dtype.kind != "b"]
        return np.result_type(*(typed or [x.dtype for x in tensors]))
    typed = [x for x, number in zip(tensors, plain, strict=True) if x.dtype.kind == "f" and not number]
    sized = [x.dtype for x in typed if x.ndim] or [x.dtype for x in typed] or [x.dtype for x in floats]
    return np.result_type(*sized)


def check_broadcast(name: str, *shapes: tuple[int, ...]) -> None:
    """See that shapes broadcast.

    Raises:
        ValueError: they do not; names the shapes and the first dimension from the right that disagrees.
    """
    for axis in range(1, max(map(len, shapes)) + 1):
        sizes = {shape[-axis] for shape in shapes if len(shape) >= axis and shape[-axis] != 1}
        if len(sizes) > 1:
            words = " and ".join(map(str, shapes))
            raise ValueError(f"{name}: shapes {words} do not broadcast: sizes {sorted(sizes)} at dimension -{axis}")
