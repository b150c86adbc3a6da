"""In which dtype to compute and which to return; what ``torch.autocast`` asks of each layer, as the library's do it.

Inside of ``torch.autocast`` the library has a list for each kind of device: what is a product runs in the ``half``
precision that it asks for, what sums many terms in ``single`` precision, all else in the dtypes it is ``given``. The
products here are products of torch, which are on these lists themselves; ``autocast`` says which list the rest is on.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

import torch
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")
Policy = Literal["given", "single"]
HALVES = (torch.float16, torch.bfloat16)


def in_single(x: Tensor) -> Tensor:
    """Half precision as single, for sums of many terms; all else as it is."""
    return x.float() if x.dtype in HALVES else x


def floating(x: Tensor) -> Tensor:
    """Integers and booleans as floating-point numbers, where the library's function turns them into some."""
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


def product_type(x: Tensor) -> torch.dtype:
    """The dtype of a product with ``x``: inside of ``torch.autocast`` the one it asks for, else that of ``x``."""
    device = x.device.type
    if device == "meta" or x.dtype == torch.float64 or not torch.is_autocast_enabled(device):
        return x.dtype
    return torch.get_autocast_dtype(device)


def one_half(x: Tensor) -> Tensor:
    """Half precision of one kind as that of ``torch.autocast``, which does not join two kinds; all else as it is."""
    return x.to(product_type(x)) if x.dtype in HALVES else x


def check_same_dtype(name: str, x: Tensor, other_name: str, other: Tensor, *, product: bool = False) -> None:
    """Check that two tensors, as they come into a computation, have one dtype: nothing is promoted unasked.

    A ``product`` takes both in the dtype that ``torch.autocast`` asks for, and double precision as it is.

    Raises:
        TypeError: they differ.
    """
    if x.dtype == other.dtype or (product and product_type(x) == product_type(other)):
        return
    raise TypeError(f"{name} must have the dtype of {other_name}, {_shown(other.dtype)}, got {_shown(x.dtype)}")


def autocast(cpu: Policy = "given", cuda: Policy = "given") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """How a function of tensors runs inside of ``torch.autocast``, by the kind of device of its first tensor.

    ``single``: tensors of half precision become single ones, and the result is in single precision. ``given``: in the
    dtypes of the arguments, whatever torch's own functions inside would do.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def under_policy(*args: P.args, **kwargs: P.kwargs) -> R:
            device = _device(args, kwargs)
            if device == "meta" or not torch.is_autocast_enabled(device):
                return function(*args, **kwargs)
            with torch.autocast(device, enabled=False):
                if (cuda if device == "cuda" else cpu) == "given":
                    return function(*args, **kwargs)
                return function(*map(_single, args), **{k: _single(x) for k, x in kwargs.items()})  # pyright: ignore[reportCallIssue]

        return under_policy

    return decorated


def _device(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    for x in args:
        if isinstance(x, Tensor):
            return x.device.type
    for x in kwargs.values():
        if isinstance(x, Tensor):
            return x.device.type
    return "meta"


def _single(x: Any) -> Any:
    return in_single(x) if isinstance(x, Tensor) else x


def _shown(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
