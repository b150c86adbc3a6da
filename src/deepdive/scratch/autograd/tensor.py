"""The tensor: an array of NumPy that knows where it came from."""

import weakref
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from deepdive.scratch.autograd._graph import Node, Version
from deepdive.scratch.autograd._methods import Methods
from deepdive.scratch.autograd.modes import is_grad_enabled

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class Tensor(Methods):
    """An array with a gradient; ``autograd.tensor(...)`` makes one.

    Every operation gives a new tensor. The memory is written into only by ``x += y``, ``x[i] = y``, ``x.copy_(y)`` and
    their like, which are refused where a gradient would miss them and counted, so that a backward pass that needs the
    old values says so.

    Attributes:
        requires_grad: whether operations on it are recorded.
        is_leaf: whether the user made it; only leaves fill ``grad`` (others after ``retain_grad()``).
    """

    __slots__ = ("__weakref__", "_data", "_grad", "_node", "_version")
    __array_ufunc__: ClassVar[None] = None  # array + tensor comes to the tensor instead of going element by element

    _data: np.ndarray
    _grad: "Tensor | None"
    _node: Node | None
    _version: Version

    def __init__(self, data: Any, *, requires_grad: bool = False, dtype: Any = None) -> None:
        if isinstance(data, Tensor):
            data = data._data
        array = np.array(data, dtype=dtype)
        if array.dtype not in _FLOATS and array.dtype.kind not in "iub":
            raise TypeError(f"a tensor holds float32, float64, integers or booleans, got data of type {array.dtype}")
        self._data, self._grad, self._node, self._version = array, None, None, [0]
        if requires_grad:
            self.requires_grad_()

    @classmethod
    def _wrap(cls, data: np.ndarray, node: Node | None = None, version: Version | None = None) -> "Tensor":
        """A tensor around an array that nobody else writes into; no copy, no checks."""
        x = object.__new__(cls)
        x._data, x._grad, x._node, x._version = data, None, node, [0] if version is None else version
        return x

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype:
        """Type of the elements."""
        return self._data.dtype

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it."""
        return self._node is None or self._node.is_leaf

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded; to be set on leaves of floats."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Ask for a gradient, or no longer; returns the tensor itself.

        Raises:
            TypeError: of whole numbers or booleans.
            ValueError: taken back from a tensor that a recorded operation made.
        """
        if requires_grad and self.dtype not in _FLOATS:
            raise TypeError(f"only float32 and float64 can require a gradient, got a tensor of {self.dtype}")
        if not requires_grad and not self.is_leaf:
            raise ValueError("requires_grad can be taken back only from a leaf; use detach() to leave the graph")
        if requires_grad and self._node is None:
            self._node = Node("leaf", self._data, ())
            self._node.keeper = weakref.ref(self)
        elif not requires_grad:
            self._node = None
        return self

    @property
    def grad(self) -> "Tensor | None":
        """∂L/∂x, added up over all backward passes since it was last ``None``.

        Raises:
            ValueError: asked of a tensor inside of the graph, whose gradient is not kept.
        """
        if not self.is_leaf and self._grad is None and self._node is not None and self._node.keeper is None:
            raise ValueError(
                f"the gradient of a tensor inside of the graph (made by {self._node.name}) is not kept: call its "
                "retain_grad() before backward(), or use autograd.grad()"
            )
        return self._grad

    @grad.setter
    def grad(self, value: "Tensor | None") -> None:
        if value is not None and (value.shape != self.shape or value.dtype != self.dtype):
            raise ValueError(
                f"grad must be None or have shape {self.shape} and type {self.dtype}, "
                f"got {value.shape} and {value.dtype}"
            )
        self._grad = value

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor, too, though it is no leaf.

        Raises:
            ValueError: it does not require a gradient.
        """
        if self._node is None:
            raise ValueError("retain_grad() needs a tensor that requires a gradient")
        self._node.keeper = weakref.ref(self)

    def detach(self) -> "Tensor":
        """The same memory, seen as a constant: no gradient flows through it."""
        return Tensor._wrap(self._data, None, self._version)

    def numpy(self) -> np.ndarray:
        """The values as an array that shares the memory and can only be read.

        Raises:
            ValueError: it requires a gradient: say ``detach()`` first.
        """
        if self.requires_grad:
            raise ValueError("numpy() of a tensor that requires a gradient would lose it; use detach().numpy()")
        view = self._data.view()
        view.flags.writeable = False
        return view

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False and dtype is not None and np.dtype(dtype) != self.dtype:
            raise ValueError(f"an array of {np.dtype(dtype)} from a tensor of {self.dtype} needs a copy")
        array = self.numpy()
        return array.astype(dtype or array.dtype, copy=bool(copy))

    def item(self) -> Any:
        """The only element as a number of Python.

        Raises:
            ValueError: there are none or several.
        """
        if self.size != 1:
            raise ValueError(f"item() needs a tensor of one element, got shape {self.shape}")
        return self._data.item()

    def tolist(self) -> Any:
        """The values as nested lists of numbers."""
        return self._data.tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "iu":
            raise TypeError(f"only a tensor of whole numbers can be an index, got {self.dtype}")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(f"the truth of a tensor of shape {self.shape} is ambiguous; compare one element")
        return bool(self.item())

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a tensor without dimensions has no length")
        return len(self._data)

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        values = np.array2string(self._data, separator=", ", prefix="tensor(", precision=4)
        made = "" if self._node is None else ", requires_grad=True" if self.is_leaf else f", made by {self._node.name}"
        kind = "" if self.dtype == np.float64 else f", dtype={self.dtype}"
        return f"tensor({values}{kind}{made})"

    def _writeable(self, what: str, *others: "Tensor") -> np.ndarray:
        """The memory, to be written into; counted."""
        if not self.is_leaf or (self._node is not None and is_grad_enabled()):
            where = "a leaf that requires a gradient" if self.is_leaf else "a tensor inside of the graph"
            raise ValueError(
                f"{what} would change {where} behind the back of its gradient; update leaves inside of no_grad(), "
                "and otherwise use an operation that gives a new tensor (where, concatenate, clone)"
            )
        if is_grad_enabled() and any(x.requires_grad for x in others):
            raise ValueError(f"{what} of a value that requires a gradient would lose it; use where or concatenate")
        self._version[0] += 1
        return self._data


def tensor(data: Any, *, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    """A tensor of a copy of ``data``: an array, numbers in nested lists, or a tensor (cut off from its graph).

    Arrays keep their type; numbers of Python become float64 or int64, as in NumPy.

    Raises:
        TypeError: elements that are not float32, float64, whole numbers or booleans; or ``requires_grad`` for the
            latter two.
    """
    return Tensor(data, requires_grad=requires_grad, dtype=dtype)


def zeros(*shape: int, dtype: Any = np.float64, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros."""
    return Tensor(np.zeros(shape), dtype=dtype, requires_grad=requires_grad)


def ones(*shape: int, dtype: Any = np.float64, requires_grad: bool = False) -> Tensor:
    """A tensor of ones."""
    return Tensor(np.ones(shape), dtype=dtype, requires_grad=requires_grad)
